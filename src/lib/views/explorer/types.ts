import type { Snippet } from 'svelte';
import type { ViewProps } from '../kit/types.js';

/**
 * Views inside an Explorer need no trace of their own: they show the Explorer's, and share its selection and hover. Where to start is
 * then the Explorer's to say: their own `stream`, `layer` and `heads` do nothing. A view that is given a `selection` keeps
 * to that, and one that is given a `trace` stands alone.
 */
export interface ExplorerProps extends ViewProps {
  /** The heads to start with, by the model's numbers, and to move to when they change. Default: all of the trace. */
  heads?: readonly number[];
  /** Views in a layout of your own. Default: text, heatmap, heads and model, each of which can be maximised. */
  children?: Snippet;
}
