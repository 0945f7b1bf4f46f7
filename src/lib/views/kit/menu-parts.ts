import { getContext, setContext } from 'svelte';

const key = Symbol('menu parts');

/** Parts of a menu that are being loaded: it opens once all are there, so that none comes in under the pointer. */
export class MenuParts {
  readonly #loading = new Set<Promise<unknown>>();

  /** Null once nothing is being loaded. */
  get loading(): Promise<unknown> | null {
    return this.#loading.size > 0 ? Promise.allSettled(this.#loading) : null;
  }

  add(part: Promise<unknown>): void {
    this.#loading.add(part);
    const done = (): unknown => this.#loading.delete(part);
    part.then(done, done);
  }
}

export const shareMenuParts = (): MenuParts => setContext(key, new MenuParts());

export const findMenuParts = (): MenuParts | undefined => getContext(key);
