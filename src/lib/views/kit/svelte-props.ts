import type { Snippet } from 'svelte';
import type { HTMLAttributes } from 'svelte/elements';
import type { Hover } from '../../explore/types.js';
import type { Token, TraceError } from '../../trace/index.js';
import type { Readout } from './readout.js';
import type { Look } from './types.js';

/** Snippets that every view takes; linked views share them. */
export interface ViewSnippets {
  /** Drawn in place of a token's label. */
  token?: Snippet<[Token]>;
  /** Drawn at the pointer, in place of the tooltip's text: of what is hovered, in token positions, and of what is told of it. */
  tooltip?: Snippet<[Hover, Readout]>;
  /** Drawn when there is no attention. */
  empty?: Snippet;
  /** Drawn when the attention cannot be drawn. */
  error?: Snippet<[TraceError | Error]>;
}

/** The names of these, which are no attributes of the outermost element. */
export const snippetNames = ['token', 'tooltip', 'empty', 'error'] as const satisfies (keyof ViewSnippets)[];

/** What linked views share of how they look, snippets included. */
export type SvelteLook = Look & ViewSnippets;

/** The props of a view as a Svelte component: other attributes go to its outermost element. */
export type SvelteProps<P> = P &
  ViewSnippets &
  Omit<HTMLAttributes<HTMLElement>, 'children' | 'class' | keyof P>;
