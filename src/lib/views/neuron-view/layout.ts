import type { Token } from '../../trace/index.js';
import { widestLabelPx } from '../../scene/label-width.js';
import type { Rect } from '../kit/rect.js';
import { rowPx } from '../kit/rows.js';
import type { OpenQuery } from './open-query.js';

/** A column of the table of an opened query: the vectors q and k, their product dimension by dimension, its sum, and the softmax. */
export type TableColumn = 'query' | 'key' | 'product' | 'score' | 'weight';

/** A cell of that table. `key` is null in the query's own vector, `dim` in columns that have one number a key. */
export interface TableCell {
  key: number | null;
  column: TableColumn;
  dim: number | null;
}

/** What stays clear above and below the cells of a row, in CSS pixels. */
export const cellGapPx = 3;

/** Where a column lies, in CSS pixels from the left edge of the table. */
export interface Span {
  x: number;
  width: number;
}

/** The columns of the view. Lines lie between queries and keys until a query is opened into the others. */
export interface NeuronLayout {
  /** Little room: an opened query's column goes, and key tokens stand at the left. */
  narrow: boolean;
  /** The query's vector lies above the keys' column, number over number, not beside it. */
  stripAbove: boolean;
  /** All of it; more than the room there is where it must scroll sideways. */
  width: number;
  /** Height of the heading. */
  headPx: number;
  /** From one dimension to the next. */
  cellPx: number;
  queries: Span;
  query: Span;
  key: Span;
  product: Span;
  score: Span;
  weight: Span;
  tokens: Span;
  /** Where the rows of an opened query begin: right of the queries. */
  tableX: number;
  /** What the canvas covers. */
  sheet: Span;
}

const narrowFromPx = 600;
const headPx = 42;
const largestCellPx = 14;
const leastSoftmaxPx = 90;
/** Numbers beside the softmax bars, as in TableRow's style. */
const weightNumberPx = 50;

/**
 * Shares a width between the columns.
 *
 * @param dim numbers in a query, or undefined before one is opened
 * @param shared whether a line below the headings names the shared head of keys
 */
export function neuronLayout(
  widthPx: number,
  dim: number | undefined,
  queryTokens: readonly Token[],
  keyTokens: readonly Token[],
  shared: boolean,
): NeuronLayout {
  const narrow = widthPx < narrowFromPx;
  const padding = narrow ? 6 : 16;
  const widest = Math.min(140, widthPx * (narrow ? 0.24 : 0.2));
  // The button before a query takes as much as the number before a key.
  const labelPx = (tokens: readonly Token[]) => Math.ceil(Math.max(widestLabelPx(tokens, widest), 34)) + 16;
  const queries: Span = { x: padding, width: labelPx(queryTokens) + 24 };
  const head = headPx + (shared ? 18 : 0);
  const none: Span = { x: 0, width: 0 };

  if (dim === undefined) {
    const tokens = { width: labelPx(keyTokens) + 44, x: 0 };
    tokens.x = widthPx - padding - tokens.width;
    const start = queries.x + queries.width;
    const sheet = { x: start, width: Math.max(40, tokens.x - start) };
    const columns = { query: none, key: none, product: none, score: none, weight: none };
    const rest = { width: widthPx, headPx: head, cellPx: 0, queries, tokens, tableX: start, sheet };
    return { narrow, stripAbove: false, ...columns, ...rest };
  }

  const score = narrow ? 50 : 60;
  const leastWeight = narrow ? 46 : leastSoftmaxPx + weightNumberPx;
  const gap = narrow ? 6 : 20;
  const start = narrow ? 0 : queries.x + queries.width;
  // Where there is little room, the opened query with its button stands above the keys.
  const tokensWidth = narrow
    ? Math.max(labelPx(keyTokens) - 8, labelPx(queryTokens) + 16)
    : labelPx(keyTokens);
  const fixed = start + tokensWidth + score + leastWeight + padding + 4 * gap;
  const cellIn = (columns: number, gaps: number) =>
    Math.min(largestCellPx, Math.floor((widthPx - fixed - gaps) / (columns * dim)));
  const beside = cellIn(3, 4 * gap);
  const above = cellIn(2, gap);
  const stripAbove = narrow || (beside < 3 && above > beside);
  // What the eye can still tell apart where there is little room; beyond it the table scrolls sideways.
  const least = dim <= 8 ? 5 : dim <= 16 ? 3 : dim <= 32 ? 2 : 1;
  const cellPx = Math.max(stripAbove ? above : beside, least);
  const vector = cellPx * dim;

  let x = narrow ? tokensWidth + gap : start + gap;
  const take = (width: number, after: number): Span => {
    const span = { x, width };
    x += width + after;
    return span;
  };
  const query = stripAbove ? none : take(vector, 3 * gap);
  if (stripAbove && !narrow) x += gap;
  const key = take(vector, gap);
  const product = take(vector, gap);
  const scoreSpan = take(score, gap);
  const room = widthPx - padding - (narrow ? 0 : tokensWidth + gap) - x;
  const weight = take(Math.min(Math.max(room, leastWeight), 640), gap);
  const tokens = narrow ? { x: 0, width: tokensWidth } : take(tokensWidth, 0);
  const sheetStart = stripAbove ? key.x : query.x + query.width;
  return {
    narrow,
    stripAbove,
    width: Math.max(widthPx, x + padding),
    headPx: head + (stripAbove ? rowPx + 5 : 0),
    cellPx,
    queries,
    query: stripAbove ? { x: key.x, width: vector } : query,
    key,
    product,
    score: scoreSpan,
    weight,
    tokens,
    tableX: narrow ? 0 : key.x,
    sheet: { x: sheetStart, width: product.x + product.width - sheetStart },
  };
}

/** Where the query's vector lies above the keys' column: from the top of the heading, in CSS pixels. */
export const stripTopPx = ({ headPx: height }: NeuronLayout): number => height - rowPx - 5;

/**
 * Where a cell of an opened query is.
 *
 * @param at where the table's first row is, in CSS pixels
 * @param stripY where the query's own vector is, from there
 */
export function tableCellRect(
  layout: NeuronLayout,
  { order }: OpenQuery,
  { key, column, dim }: TableCell,
  at: { x: number; y: number },
  stripY: number,
): Rect {
  const { x, width } = layout[column];
  const across =
    dim === null ? { x, width } : { x: x + order.dims.indexOf(dim) * layout.cellPx, width: layout.cellPx };
  const strip = layout.stripAbove ? stripTopPx(layout) - layout.headPx : stripY;
  const y = key === null ? strip : order.rowOf[key]! * rowPx;
  return { x: at.x + across.x, y: at.y + y, width: across.width, height: rowPx };
}
