import { isFuture } from '../../trace/index.js';
import { formatValue, formatWeight } from '../kit/numbers.js';
import type { Readout } from '../kit/readout.js';
import { tokenName } from '../kit/token-names.js';
import type { ViewState } from '../kit/view-state.svelte.js';
import type { Cell, CellFocus } from './cell-focus.svelte.js';
import type { HeatmapState } from './heatmap-state.svelte.js';
import { matrixPlace } from './matrix-of.js';
import type { HeatmapOptions } from './options.js';

/** Which matrix is shown: `layer 3, head 1`. */
export function placeOf({ labels, selection, head, stream, options }: ViewState<HeatmapOptions>): string {
  return selection && stream ? matrixPlace(labels, stream, selection.layer, head!, options.combine) : '';
}

/** What is told of the cell that is looked at, or of the largest value, by magnitude, of the row that is. */
export function readoutOf(map: HeatmapState, focus: CellFocus): Readout | undefined {
  const { stream, labels, hiddenKeys } = map.view;
  const { query } = focus.pair;
  if (!stream || query === null) return undefined;
  const place = placeOf(map.view);
  const { row, error } = focus;
  const queryName = tokenName(stream.queryTokens, query, labels);
  const key = focus.pair.key ?? (row && largestOf(row));
  if (key === undefined)
    return {
      place,
      facts: [{ name: queryName, value: '' }],
      notes: [error?.message ?? labels.reading],
      pending: !error,
    };
  const cell = { query, key };
  const value = focus.valueAt(cell);
  return {
    place,
    facts: [
      {
        name: labels.pair(queryName, tokenName(stream.keyTokens, key, labels)),
        value: value === null ? '' : formatValue(value, stream.quantity),
      },
    ],
    notes: [noteOf(cell)],
    pending: value === null && !error,
  };

  function noteOf(cell: Cell): string {
    if (error) return error.message;
    if (value === null) return labels.reading;
    if (hiddenKeys.has(cell.key)) return labels.leftOut;
    if (isFuture(stream!, cell.query, cell.key)) return labels.cannotSee;
    const leftOut = value === 0 && map.leftOut(cell.query);
    if (leftOut) return labels.notKept(formatWeight(leftOut));
    const rank = row?.reduce((above, other) => above + (Math.abs(other) > Math.abs(value) ? 1 : 0), 1);
    return rank ? labels.rank(rank, map.size.cols) : '';
  }
}

function largestOf(row: Float32Array): number {
  return row.reduce((most, value, i) => (Math.abs(value) > Math.abs(row[most]!) ? i : most), 0);
}
