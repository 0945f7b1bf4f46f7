import { getContext, setContext } from 'svelte';

/** The part of a layout that a view stands in, which it can fill. */
export interface Pane {
  readonly maximized: boolean;
  toggle: () => void;
}

const key = Symbol('attentrace pane');

export function sharePane(pane: Pane): void {
  setContext(key, pane);
}

/** The pane around a view that is being made; none for views inside that view. */
export function takePane(): Pane | undefined {
  const pane = getContext<Pane | undefined>(key);
  setContext(key, undefined);
  return pane;
}
