import type { LensProps, OptionProps, ViewProps } from '../kit/types.js';
import type { ExplorerOptions, ExplorerView, ExplorerViewsOptions } from './options.js';

/**
 * Views inside an Explorer need no trace of their own: they show the Explorer's, and share its selection, hover, lens, labels and
 * theme. Where to start is then the Explorer's to say: their own `stream`, `layer`, `heads` and `head` do nothing. A view that is
 * given a `selection` or a lens of its own keeps to that, and one that is given a `trace` (or `a` and `b`) shares labels and theme alone.
 */
export interface ExplorerProps extends ViewProps, LensProps, OptionProps<ExplorerOptions> {
  /** Which of the views of the Explorer's own layout fills it; null for none, so that all are seen. */
  maximized?: ExplorerView | null;
  /**
   * Options of the views of the Explorer's own layout, by view.
   * @default {}
   */
  views?: ExplorerViewsOptions;
}
