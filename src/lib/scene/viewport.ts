/** Rectangles in cells of a matrix, and where they lie in pixels: what is drawn, pointed at and exported goes by the same. */

/** The part of a matrix that is seen, in cells: fractions are fine, and it may reach beyond the matrix. */
export interface Viewport {
  /** First query (row) and key (column). */
  query: number;
  key: number;
  /** How many rows and columns. */
  queries: number;
  keys: number;
}

/** A rectangle in pixels. */
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The closest one can zoom in. */
const fewestCells = 4;

/** The whole matrix. */
export function wholeMatrix(rows: number, cols: number): Viewport {
  return { query: 0, key: 0, queries: rows, keys: cols };
}

/** Moves and shrinks a viewport so that it lies within the matrix. */
export function clampViewport({ query, key, queries, keys }: Viewport, rows: number, cols: number): Viewport {
  const height = Math.min(Math.max(queries, Math.min(fewestCells, rows)), rows);
  const width = Math.min(Math.max(keys, Math.min(fewestCells, cols)), cols);
  return {
    query: Math.min(Math.max(query, 0), rows - height),
    key: Math.min(Math.max(key, 0), cols - width),
    queries: height,
    keys: width,
  };
}

/** Zooms by `factor` (over 1: closer) so that the cell at the fractions `atX`, `atY` of the plot stays where it is. */
export function zoomAt(
  view: Viewport,
  factor: number,
  atX: number,
  atY: number,
  rows: number,
  cols: number,
): Viewport {
  const closest = Math.max(
    Math.min(fewestCells, rows) / view.queries,
    Math.min(fewestCells, cols) / view.keys,
  );
  const farthest = Math.max(rows / view.queries, cols / view.keys);
  const ratio = Math.min(Math.max(1 / factor, Math.min(closest, 1)), farthest);
  const queries = view.queries * ratio;
  const keys = view.keys * ratio;
  return clampViewport(
    {
      query: view.query + (view.queries - queries) * atY,
      key: view.key + (view.keys - keys) * atX,
      queries,
      keys,
    },
    rows,
    cols,
  );
}

/** The viewport that shows a box of the plot as large as its shape allows: cells keep their proportions. */
export function zoomToBox(view: Viewport, plot: Rect, box: Rect, rows: number, cols: number): Viewport {
  const share = Math.max(box.width / plot.width, box.height / plot.height);
  const queries = view.queries * share;
  const keys = view.keys * share;
  const middle = { x: (box.x + box.width / 2) / plot.width, y: (box.y + box.height / 2) / plot.height };
  return clampViewport(
    {
      query: view.query + middle.y * view.queries - queries / 2,
      key: view.key + middle.x * view.keys - keys / 2,
      queries,
      keys,
    },
    rows,
    cols,
  );
}

/** The cell at a point of the plot, or null outside. */
export function cellAt(
  view: Viewport,
  plot: Rect,
  x: number,
  y: number,
): { query: number; key: number } | null {
  if (x < 0 || y < 0 || x >= plot.width || y >= plot.height) return null;
  return {
    query: Math.floor(view.query + (y / plot.height) * view.queries),
    key: Math.floor(view.key + (x / plot.width) * view.keys),
  };
}

/** Where a run of cells lies, relative to the plot's corner. */
export function cellRect(view: Viewport, plot: Rect, query: number, key: number, rows = 1, cols = 1): Rect {
  const height = plot.height / view.queries;
  const width = plot.width / view.keys;
  return {
    x: (key - view.key) * width,
    y: (query - view.query) * height,
    width: cols * width,
    height: rows * height,
  };
}

/** Moves a viewport just so far that a cell is inside. */
export function reveal(view: Viewport, query: number, key: number, rows: number, cols: number): Viewport {
  const into = (start: number, length: number, index: number): number =>
    Math.min(Math.max(start, index + 1 - length), index);
  return clampViewport(
    { ...view, query: into(view.query, view.queries, query), key: into(view.key, view.keys, key) },
    rows,
    cols,
  );
}

/** Whether all of the matrix is seen. */
export function isWhole(view: Viewport, rows: number, cols: number): boolean {
  return view.queries >= rows && view.keys >= cols;
}
