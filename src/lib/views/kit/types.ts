import type { Hide, Lens } from '../../analysis/lens/index.js';
import type { Exploration } from '../../explore/exploration.svelte.js';
import type { Hover, Selection } from '../../explore/types.js';
import type { AttentionInput, StreamName, Trace } from '../../trace/index.js';
import type { Labels } from './labels/index.js';

/** `auto` follows the colour scheme of the page around the view. */
export type Theme = 'light' | 'dark' | 'auto';

/** What views look and read like; inside an Explorer they take from it what they are not given. */
export interface Look {
  /**
   * Light, dark, or as the page around it.
   * @default 'auto'
   */
  theme?: Theme;
  /**
   * With toolbar, status line and frame, or the drawing alone: for a slide or a figure.
   * @default 'all'
   */
  chrome?: 'all' | 'none';
  /** Strings to put in place of the English ones. */
  labels?: Partial<Labels>;
}

/** How a view merges tokens and leaves out sinks; always named in its toolbar. Linked views share it. */
export interface LensProps {
  /**
   * What a row or column stands for: word pieces can be merged into words, words into sentences or the trace's segments. Weights
   * are summed over the keys of a group and averaged over its queries. `{ query, key }` merges each side in its own way.
   * @default 'token'
   */
  granularity?: Lens['granularity'];
  /**
   * Keys whose weights are left out: the first token, where many heads park what they have no use for, special tokens, or
   * token positions of your own.
   * @default 'none'
   */
  hide?: Hide;
  /**
   * Whether what is left of a row is scaled up to its former sum.
   * @default false
   */
  renormalize?: boolean;
}

/** Attributes for the outermost element of a view. */
export interface ViewAttributes {
  id?: string;
  title?: string;
  lang?: string;
  dir?: 'ltr' | 'rtl' | 'auto';
  hidden?: boolean;
  role?: string;
  style?: string;
  [name: `aria-${string}` | `data-${string}`]: string | number | boolean | undefined;
}

/** Props that every view has, in whatever framework: nothing here speaks of Svelte, so that these types are whole without it. */
export interface ViewProps extends Look, ViewAttributes {
  /** What to draw, from `createTrace` or a reader. */
  trace?: Trace;
  /** Instead of `trace`: weights `[layer, head, query, key]`, see `createTrace`. Keep large arrays in `$state.raw`. */
  attention?: AttentionInput;
  /** With `attention`: one string a position. Default: the positions. */
  tokens?: readonly string[];
  /** What the view shares with others that are not inside one Explorer with it, from `createExploration`. */
  exploration?: Exploration<Look>;
  /** The stream shown, and moved to when it changes. Bindable. Default: the first of the trace. */
  stream?: StreamName;
  /** The layer shown, by the model's number, and moved to when it changes. Bindable. Default: the first of the trace. */
  layer?: number;
  /** The heads chosen, by the model's numbers, and moved to when they change. Bindable. Default: all of the trace. */
  heads?: readonly number[];
  /** The head that views of one head show, by the model's number, and move to when it changes. Bindable. Default: the first of `heads`. */
  head?: number;
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
}

/** Of a view with options of type `O`: told of all of them when the user changes one. */
export interface OptionProps<O> {
  /** Called with all options when the user changes one. They are plain data: pass them as props again to restore them. */
  onOptionsChange?: (options: O) => void;
}

/** A bindable prop: how it is read, and how it is set. */
export type Binding<T> = readonly [get: () => T, set: (value: T) => void];

/** The bindable props that every view declares; the others it hands on as they come. */
export interface Bindings {
  selection: Binding<Partial<Selection> | undefined>;
  hover: Binding<Hover | null>;
  stream: Binding<ViewProps['stream']>;
  layer: Binding<number | undefined>;
  heads: Binding<readonly number[] | undefined>;
  head: Binding<number | undefined>;
}

const shared = [
  'theme',
  'chrome',
  'labels',
  'trace',
  'attention',
  'tokens',
  'exploration',
  'onSelectionChange',
  'onHoverChange',
  'onOptionsChange',
] satisfies (keyof ViewProps | keyof OptionProps<object>)[];

/** The props of every view that can be bound, which components declare. */
export const boundProps = [
  'selection',
  'hover',
  'stream',
  'layer',
  'heads',
  'head',
] as const satisfies (keyof ViewProps)[];

/** The props that are no attributes of the outermost element, beside a view's options. */
export const sharedProps: ReadonlySet<string> = new Set<string>(shared);
