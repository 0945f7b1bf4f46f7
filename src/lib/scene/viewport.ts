import type { Point, Rect } from './rect.js';

/** The visible part of a matrix, in cells; may be fractions. */
export interface Viewport {
  /** First query (row) and key (column). */
  query: number;
  key: number;
  /** How many rows and columns. */
  queries: number;
  keys: number;
}

/** How many queries and keys a matrix has. */
export interface MatrixSize {
  rows: number;
  cols: number;
}

/** The fewest cells that can be zoomed to, on each axis. */
const fewestCells = 4;

/** The whole matrix. */
export function wholeMatrix({ rows, cols }: MatrixSize): Viewport {
  return { query: 0, key: 0, queries: rows, keys: cols };
}

/** Whether all of the matrix is seen. */
export function isWhole(view: Viewport, { rows, cols }: MatrixSize): boolean {
  return view.queries >= rows && view.keys >= cols;
}

/** Moves and shrinks a viewport so that it lies within the matrix. */
export function clampViewport({ query, key, queries, keys }: Viewport, size: MatrixSize): Viewport {
  const height = clampCount(queries, size.rows);
  const width = clampCount(keys, size.cols);
  return {
    query: Math.min(Math.max(query, 0), size.rows - height),
    key: Math.min(Math.max(key, 0), size.cols - width),
    queries: height,
    keys: width,
  };
}

function clampCount(count: number, all: number): number {
  return Math.min(Math.max(count, Math.min(fewestCells, all)), all);
}

/**
 * Zooms each axis by its factor (over 1: closer) within its limits, around a fixed place of the plot. Each axis has limits of its own: in a
 * matrix of 2 × 2,000 the keys can be zoomed while both rows stay.
 *
 * @param at fractions of the plot
 */
export function zoomAt(view: Viewport, factor: Point, at: Point, size: MatrixSize): Viewport {
  const queries = clampCount(view.queries / factor.y, size.rows);
  const keys = clampCount(view.keys / factor.x, size.cols);
  const query = view.query + (view.queries - queries) * at.y;
  const key = view.key + (view.keys - keys) * at.x;
  return clampViewport({ query, key, queries, keys }, size);
}

/** The viewport that shows a box of the plot; at least a few cells. */
export function zoomToBox(view: Viewport, plot: Rect, box: Rect, size: MatrixSize): Viewport {
  const queries = clampCount((box.height / plot.height) * view.queries, size.rows);
  const keys = clampCount((box.width / plot.width) * view.keys, size.cols);
  const middle = {
    x: (box.x + box.width / 2 - plot.x) / plot.width,
    y: (box.y + box.height / 2 - plot.y) / plot.height,
  };
  const query = view.query + middle.y * view.queries - queries / 2;
  const key = view.key + middle.x * view.keys - keys / 2;
  return clampViewport({ query, key, queries, keys }, size);
}

/** Moves a viewport by a distance in the plot. */
export function panBy(view: Viewport, plot: Rect, by: Point, size: MatrixSize): Viewport {
  const query = view.query - (by.y / plot.height) * view.queries;
  const key = view.key - (by.x / plot.width) * view.keys;
  return clampViewport({ ...view, query, key }, size);
}

/** Moves a viewport as little as needed to show a cell. */
export function reveal(view: Viewport, query: number, key: number, size: MatrixSize): Viewport {
  const into = (start: number, length: number, index: number): number =>
    Math.min(Math.max(start, index + 1 - length), index);
  return clampViewport(
    { ...view, query: into(view.query, view.queries, query), key: into(view.key, view.keys, key) },
    size,
  );
}

/** The rectangle of a range of cells in a plot that shows a viewport. */
export function cellRect(view: Viewport, plot: Rect, query: number, key: number, rows = 1, cols = 1): Rect {
  const height = plot.height / view.queries;
  const width = plot.width / view.keys;
  return {
    x: plot.x + (key - view.key) * width,
    y: plot.y + (query - view.query) * height,
    width: cols * width,
    height: rows * height,
  };
}
