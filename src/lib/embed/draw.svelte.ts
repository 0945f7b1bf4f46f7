import { createRawSnippet, type Snippet } from 'svelte';
import type { Drawn } from './types.js';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what each is called with, its own type says
type Draw = (...args: any[]) => Drawn;

const made = new WeakMap<Draw, Snippet<unknown[]>>();

/** The snippet that shows what a function gives, and again when what it is called with changes. One function, one snippet. */
export function snippetOf(draw: Draw): Snippet<unknown[]> {
  const known = made.get(draw);
  if (known) return known;
  const snippet = createRawSnippet<unknown[]>((...args) => ({
    render: () => '<span style="display: contents"></span>',
    setup(element) {
      $effect(() => element.replaceChildren(draw(...args.map((arg) => arg()))));
    },
  }));
  made.set(draw, snippet);
  return snippet;
}
