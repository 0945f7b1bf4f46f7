import type { QueryKey } from '../../analysis/query-key/index.js';
import type { SignedPanel } from '../../render/index.js';
import { rowPx } from '../kit/rows.js';
import { cellGapPx, type NeuronLayout } from './layout.js';
import { sees, type OpenQuery } from './open-query.js';

/** From this width on, cells of a row are set apart by a pixel. */
const gapFromPx = 4;

const gapPx = (layout: NeuronLayout): [number, number] => [layout.cellPx >= gapFromPx ? 1 : 0, cellGapPx];

/** The query's numbers as one row, in the order of dimensions, at the upper left corner of its canvas. */
export function queryPanel(vectors: QueryKey, open: OpenQuery, layout: NeuronLayout): SignedPanel {
  const { dim, queries } = vectors;
  return {
    values: Float32Array.from(open.order.dims, (i) => queries[open.query * dim + i]!),
    rows: 1,
    cols: dim,
    rect: { x: 0, y: 0, width: layout.query.width, height: rowPx },
    range: [-open.ranges.query, open.ranges.query],
    gapPx: gapPx(layout),
  };
}

/**
 * The keys in a window of rows, and their products with the query, number by number; clear for keys the query cannot see.
 * The canvas begins at the window's first row and at the sheet's left edge.
 */
export function keyPanels(
  vectors: QueryKey,
  open: OpenQuery,
  layout: NeuronLayout,
  window: { start: number; end: number },
): SignedPanel[] {
  const { dim, queries, keys } = vectors;
  const shown = open.order.keys.subarray(window.start, window.end);
  const key = new Float32Array(shown.length * dim).fill(NaN);
  const product = key.slice();
  shown.forEach((position, row) => {
    if (!sees(open, position)) return;
    open.order.dims.forEach((i, col) => {
      const at = row * dim + col;
      key[at] = keys[position * dim + i]!;
      product[at] = queries[open.query * dim + i]! * key[at]!;
    });
  });
  return [
    { values: key, span: layout.key, range: open.ranges.key },
    { values: product, span: layout.product, range: open.ranges.product },
  ].map(({ values, span, range }) => ({
    values,
    rows: shown.length,
    cols: dim,
    rect: { x: span.x - layout.sheet.x, y: 0, width: span.width, height: shown.length * rowPx },
    range: [-range, range],
    gapPx: gapPx(layout),
  }));
}
