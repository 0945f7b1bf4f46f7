import type { ViewState } from '../kit/view-state.svelte.js';
import type { ModelViewState } from './model-view-state.svelte.js';
import type { ModelViewOptions } from './options.js';

/** What stands over a column of the grid; the first says what they are. */
export function columnLabel(
  { labels, options }: ViewState<ModelViewOptions>,
  { ordered, heads }: ModelViewState,
  col: number,
): string {
  if (!ordered) return col === 0 ? `${labels.head} ${heads[0]}` : String(heads[col]);
  return col === 0 ? `${options.ascending ? labels.lowest : labels.highest} →` : '';
}
