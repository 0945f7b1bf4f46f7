import { formatWeight } from '../kit/numbers.js';
import type { ViewState } from '../kit/view-state.svelte.js';
import type { HeadViewState } from './head-view-state.svelte.js';

/** The pair that is asked about, else the focused token and the one it is tied to most, in words. */
export interface Readout {
  query: string;
  key: string;
  weight: string;
  place: string;
}

/** What the status line and a screen reader say of the token in focus; undefined without one, or until its weights are read. */
export function readoutOf(view: ViewState, heads: HeadViewState): Readout | undefined {
  const { pair } = heads.focus;
  const { stream, selection, labels } = view;
  if (!pair || !stream || !selection) return undefined;
  const { combine } = heads.choices();
  return {
    query: stream.queryTokens[pair.query]!.label,
    key: stream.keyTokens[pair.key]!.label,
    weight: formatWeight(pair.weight),
    place:
      pair.head === null && combine !== 'none'
        ? labels.placeOf(selection.layer, labels.combinedHeads(combine, selection.heads.length))
        : labels.place(selection.layer, String(pair.head)),
  };
}
