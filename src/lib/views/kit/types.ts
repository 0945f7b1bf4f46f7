import type { Snippet } from 'svelte';
import type { HTMLAttributes } from 'svelte/elements';
import type { Granularity, Hide } from '../../analysis/lens/index.js';
import type { Hover, Selection } from '../../explore/types.js';
import type { AttentionInput, StreamName, Token, Trace, TraceError } from '../../trace/index.js';
import type { Labels } from './labels.js';

/** `auto` follows the colour scheme of the page around the view. */
export type Theme = 'light' | 'dark' | 'auto';

/** How a view merges tokens and leaves out sinks; always named in its toolbar. */
export interface LensProps {
  /**
   * What a row or column stands for: word pieces can be merged into words, words into sentences or the trace's segments. Weights
   * are summed over the keys of a group and averaged over its queries. Bindable.
   * @default 'token'
   */
  granularity?: Granularity;
  /**
   * Keys whose weights are left out: the first token, where many heads park what they have no use for, special tokens, or
   * token positions of your own. Bindable.
   * @default 'none'
   */
  hide?: Hide;
  /**
   * Whether what is left of a row is scaled up to its former sum. Bindable.
   * @default false
   */
  renormalize?: boolean;
}

/** Props that every view has. Other attributes go to its outermost element. */
export interface ViewProps extends Omit<HTMLAttributes<HTMLElement>, 'children' | 'class'> {
  /** What to draw, from `createTrace` or a reader. */
  trace?: Trace;
  /** Instead of `trace`: weights `[layer, head, query, key]`, see `createTrace`. Keep large arrays in `$state.raw`. */
  attention?: AttentionInput;
  /** With `attention`: one string a position. */
  tokens?: readonly string[];
  /** The stream to start with, and to move to when it changes. Default: the first of the trace. */
  stream?: StreamName;
  /** The layer to start with, and to move to when it changes, by the model's number. Default: the first of the trace. */
  layer?: number;
  /**
   * Light, dark, or as the page around it.
   * @default 'auto'
   */
  theme?: Theme;
  /** Strings to put in place of the English ones. */
  labels?: Partial<Labels>;
  /** What is chosen. Bindable; parts that are left out are filled in. */
  selection?: Partial<Selection>;
  /** What is under the pointer or cursor. Bindable. */
  hover?: Hover | null;
  /** Called with the whole selection when the user changes it. */
  onSelectionChange?: (selection: Selection) => void;
  /** Called when the pointer or cursor moves to another cell or token, with null when it leaves. */
  onHoverChange?: (hover: Hover | null) => void;
  /** Classes for the outermost element. */
  class?: string;
  /** Drawn in place of a token's label. */
  token?: Snippet<[Token]>;
  /** Drawn in place of the tooltip's text. */
  tooltip?: Snippet<[Hover]>;
  /** Drawn when there is no attention. */
  empty?: Snippet;
  /** Drawn when the attention cannot be drawn. */
  error?: Snippet<[TraceError | Error]>;
}
