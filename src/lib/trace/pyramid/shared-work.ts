import { unlessAborted } from './unless-aborted.js';

interface Work<T> {
  promise: Promise<T>;
  abort: AbortController;
  waiting: number;
}

/** Work that several may wait for, by a key: done once, and aborted when nobody waits for it any more. */
export class SharedWork<T> {
  readonly #under = new Map<number | string, Work<T>>();

  /** Waits for a piece of work with others; the first to join starts it. Each must leave once. */
  join(
    key: number | string,
    begin: (signal: AbortSignal) => Promise<T>,
  ): { promise: Promise<T>; leave: () => void } {
    let work = this.#under.get(key);
    if (!work) this.#under.set(key, (work = this.#begin(key, begin)));
    const joined = work;
    joined.waiting++;
    const leave = (): void => {
      if (--joined.waiting === 0 && this.#forget(key, joined)) joined.abort.abort();
    };
    return { promise: joined.promise, leave };
  }

  #begin(key: number | string, begin: (signal: AbortSignal) => Promise<T>): Work<T> {
    const abort = new AbortController();
    const work: Work<T> = { promise: begin(abort.signal), abort, waiting: 0 };
    const finish = (): unknown => this.#forget(key, work);
    work.promise.then(finish, finish);
    return work;
  }

  /** Whether the work was still under way. */
  #forget(key: number | string, work: Work<T>): boolean {
    return this.#under.get(key) === work && this.#under.delete(key);
  }
}

/** Waits for several pieces of work; leaves them when they are done or the signal is aborted, and then rejects with its reason. */
export async function waitFor<T>(
  works: readonly { promise: Promise<T>; leave: () => void }[],
  signal?: AbortSignal,
): Promise<T[]> {
  try {
    return await unlessAborted(Promise.all(works.map(({ promise }) => promise)), signal);
  } finally {
    for (const work of works) work.leave();
  }
}
