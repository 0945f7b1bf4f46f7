import { overlap, type LineWindow, type TokenRange } from './head-lines.js';
import type { EdgeRule } from './edge-rule.js';

/**
 * Up to this many weights lines are collected once, of the whole matrices; beyond, between tokens that can be in sight at once: 295
 * tokens of 12 heads. Longer lines, which only pass through, would hide those of the tokens in sight, and take most of the time to draw.
 */
const atOnce = 2 ** 20;

/** A tile's weights where rows are read whole: of rows of 16,384 keys, four. */
const cellsPerTile = 2 ** 16;
const sidePerTile = 128;

/** The part of a matrix that is read at once: `rows` queries × `cols` keys. */
export interface TileSize {
  rows: number;
  cols: number;
}

/**
 * How large a part of each head to read. Whether a weight is over a threshold is seen from it alone; which are the largest of a
 * row, from the whole row only.
 */
export function lineTileSize(
  edges: EdgeRule['edges'],
  rows: number,
  cols: number,
  matrices: number,
): TileSize {
  if (rows * cols * matrices <= atOnce) return { rows, cols };
  if (edges === 'threshold') return { rows: sidePerTile, cols: sidePerTile };
  return { rows: Math.min(sidePerTile, Math.max(1, 2 ** Math.floor(Math.log2(cellsPerTile / cols)))), cols };
}

/** One part of a matrix: its queries and keys. */
export interface LineTile {
  name: string;
  queries: TokenRange;
  keys: TokenRange;
}

/** The tiles that a window lies on, those about its middle first, cut at the runs that have lines at all. */
export function tilesOf(
  { rows, cols }: TileSize,
  window: LineWindow,
  queries: TokenRange,
  keys: TokenRange,
): LineTile[] {
  const places = steps(overlap(window.query, queries), rows)
    .flatMap((row) =>
      steps(overlap(window.key, keys), cols).map((col) => ({
        name: `${row},${col}`,
        queries: overlap({ start: row, end: row + rows }, queries),
        keys: overlap({ start: col, end: col + cols }, keys),
      })),
    )
    .filter(
      ({ queries, keys }) => Math.max(queries.start - keys.end, keys.start - queries.end) < window.span,
    );
  const away = (place: LineTile): number =>
    Math.abs(middle(place.queries) - middle(window.query)) +
    Math.abs(middle(place.keys) - middle(window.key));
  return places.sort((a, b) => away(a) - away(b));
}

const middle = ({ start, end }: TokenRange): number => (start + end) / 2;

function steps({ start, end }: TokenRange, step: number): number[] {
  const found: number[] = [];
  for (let at = Math.floor(start / step) * step; at < end; at += step) found.push(at);
  return found;
}
