/**
 * Which part of a matrix is on the screen, at which levels, and where its tiles lie. Pure.
 */
import type { Levels } from '../../trace/pyramid/reduce.js';
import type { Rect } from '../../scene/rect.js';
import type { Viewport } from '../../scene/viewport.js';

/** Longest side of a tile in cells of its level. */
export const tileSize = 512;

/** Where a tile stands: its levels, and its row and column counted in tiles. */
export interface TilePlace extends Levels {
  row: number;
  col: number;
}

/** The tiles of a level that a viewport sees, row by row. */
export function tilesInView(viewport: Viewport, levels: Levels, rows: number, cols: number): TilePlace[] {
  const { rowLevel, colLevel } = levels;
  const [firstRow, endRow] = tileRange(viewport.query, viewport.queries, rows, rowLevel);
  const [firstCol, endCol] = tileRange(viewport.key, viewport.keys, cols, colLevel);
  const places: TilePlace[] = [];
  for (let row = firstRow; row < endRow; row++) {
    for (let col = firstCol; col < endCol; col++) places.push({ rowLevel, colLevel, row, col });
  }
  return places;
}

function tileRange(
  start: number,
  length: number,
  count: number,
  level: number,
): [first: number, end: number] {
  const span = tileSize * 2 ** level;
  const from = Math.max(0, start);
  const to = Math.min(count, start + length);
  return to > from ? [Math.floor(from / span), Math.ceil(to / span)] : [0, 0];
}

/** How cells lie along one axis: where the rect starts and how long it is in device pixels, and the cells in it. */
export interface Axis {
  startPx: number;
  lengthPx: number;
  /** The first cell in the rect, and the number of cells there are. */
  first: number;
  count: number;
  cellPx: number;
}

/** The axes of a viewport in a rect. */
export function axes(
  viewport: Viewport,
  rect: Rect,
  ratio: number,
  rows: number,
  cols: number,
): { x: Axis; y: Axis } {
  const axis = (start: number, length: number, first: number, cells: number, count: number): Axis => ({
    startPx: start * ratio,
    lengthPx: length * ratio,
    first,
    count,
    cellPx: (length * ratio) / cells,
  });
  return {
    x: axis(rect.x, rect.width, viewport.key, viewport.keys, cols),
    y: axis(rect.y, rect.height, viewport.query, viewport.queries, rows),
  };
}

/**
 * The part of a run of level cells that is seen along an axis: where it starts and how long it is in device pixels
 * (not positive where nothing is seen), the cell of the run at its start, and how far that is from cell 0 of the matrix.
 *
 * @param part what to cut it to, in cells of the matrix: at whole pixels outside of these
 */
export function spanInView(axis: Axis, level: number, firstCell: number, cells: number, part = all) {
  const cellPx = axis.cellPx * 2 ** level;
  const origin = axis.startPx - axis.first * axis.cellPx;
  const runStart = origin + firstCell * cellPx;
  const runEnd = Math.min(runStart + cells * cellPx, origin + axis.count * axis.cellPx);
  const start = Math.max(axis.startPx, runStart, Math.floor(origin + part.start * axis.cellPx));
  const end = Math.min(axis.startPx + axis.lengthPx, runEnd, Math.ceil(origin + part.end * axis.cellPx));
  return { start, length: end - start, cell: (start - runStart) / cellPx, fromOrigin: start - origin };
}

const all = { start: -Infinity, end: Infinity };
