import type { Exploration } from '../explore/exploration.svelte.js';
import type { FigureOptions, PNGOptions, SVGOptions } from '../export/index.js';
import type { Hover, Selection } from '../explore/types.js';
import type { Token, TraceError } from '../trace/index.js';
import type { Readout } from '../views/kit/readout.js';
import type { Look } from '../views/kit/types.js';

/** What a function gives to be shown: text, which is shown as text, never as HTML, or a node of one's own. */
export type Drawn = string | Node;

/** Functions in place of the snippets that views take in Svelte. */
export interface ViewDrawings {
  /** Drawn in place of a token's label. */
  token?: (token: Token) => Drawn;
  /** Drawn at the pointer, in place of the tooltip's text. */
  tooltip?: (hover: Hover, readout: Readout) => Drawn;
  /** Drawn when there is no attention. */
  empty?: () => Drawn;
  /** Drawn when the attention cannot be drawn. */
  error?: (error: TraceError | Error) => Drawn;
}

/** What `createView` takes: the props of a view that no Svelte is needed for, and a file. */
export type PlainProps<P> = {
  [name in keyof P as name extends keyof ViewDrawings | 'children' ? never : name]: P[name];
} & ViewDrawings & {
    /**
     * Instead of `trace`: a file of any format that `loadTrace` reads, by its address, or a `Blob`. What is wrong with it the view tells in its
     * place. With it, `tokens` are those that the file does not hold.
     */
    src?: string | URL | Blob | null;
  };

/** The options of a view with props of type `P`. */
export type OptionsIn<P> = P extends { onOptionsChange?: (options: infer O extends object) => void }
  ? O
  : object;

/** A view in a page. */
export interface ViewHandle<P extends object = object> {
  /** Changes the props that are named and leaves the others as they are; nothing is mounted anew. `undefined` takes a prop away. */
  update(props: Partial<PlainProps<P>>): void;
  /** What is on the screen, or with `whole` all of it, as SVG: `figure` of `attentrace/export`. Rejects where the view has none. */
  toSVG(options?: FigureOptions & SVGOptions): Promise<string>;
  /** The same as PNG. */
  toPNG(options?: FigureOptions & PNGOptions): Promise<Blob>;
  /** Takes the view away, also twice. */
  destroy(): void;
  /** All options as they are: plain data, to pass as props again. */
  readonly options: OptionsIn<P>;
  /** What is chosen, whole; undefined where there is no trace, or an error. */
  readonly selection: Selection | undefined;
  /** What the view shares with others: pass it to them as `exploration`. */
  readonly exploration: Exploration<Look>;
}
