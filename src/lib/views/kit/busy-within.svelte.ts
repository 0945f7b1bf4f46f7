import { getContext, setContext } from 'svelte';

const key = Symbol('attentrace busy within');

/** Whether views inside a view still draw: the one around is not done before they are. */
export class BusyWithin {
  #views = $state.raw<readonly (() => boolean)[]>([]);

  get busy(): boolean {
    return this.#views.some((busy) => busy());
  }

  /** Takes a view in; what it returns lets it go. */
  add(busy: () => boolean): () => void {
    this.#views = [...this.#views, busy];
    return () => (this.#views = this.#views.filter((one) => one !== busy));
  }
}

/** Of the view that is being made, those inside it; it is told to the view around it, if there is one. */
export function busyWithin(busy: () => boolean): BusyWithin {
  const around = getContext<BusyWithin | undefined>(key);
  const within = setContext(key, new BusyWithin());
  if (around) {
    const letGo = around.add(busy);
    $effect(() => letGo);
  }
  return within;
}
