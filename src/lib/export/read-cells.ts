import { toUnit } from '../render/colors/index.js';
import type { HeatmapScene, SceneCells } from '../scene/heatmap-scene.js';
import { chooseLevel } from '../scene/levels.js';
import { blockWeights } from '../trace/index.js';
import { pacer } from '../trace/pacer.js';
import { cellsAtLevel } from '../trace/request.js';
import type { CellAxis, CellsMark, HatchMark, Mark, Tables } from './figure.js';
import { deflatedRows } from './png.js';

/** Cells from this size on are set apart, as on the screen. */
const gapFromPx = 6;
/** More cells than these are one picture. */
export const mostCells = 10_000;
/** Cells read and coloured before the page gets its turn. */
const cellsPerStep = 2 ** 18;

/** A run of cells along an axis: the first, how many, and of which level. */
interface Run {
  first: number;
  count: number;
  level: number;
}

/** What was read of a matrix for a figure, and how many of its rows and columns a cell stands for. */
export interface ReadCells {
  marks: Mark[];
  cellRows: number;
  cellCols: number;
}

/**
 * Reads the cells of a heatmap that its plot has pixels for.
 *
 * @param pixelRatio pixels that a CSS pixel becomes
 */
export async function readCells(
  { plot, viewport, size }: HeatmapScene,
  cells: SceneCells,
  tables: Tables,
  pixelRatio: number,
  signal?: AbortSignal,
): Promise<ReadCells> {
  const [cellHeight, cellWidth] = [plot.height / viewport.queries, plot.width / viewport.keys];
  const rows = runOf(viewport.query, viewport.queries, size.rows, cellHeight * pixelRatio);
  const cols = runOf(viewport.key, viewport.keys, size.cols, cellWidth * pixelRatio);
  const y = axisOf(rows, plot.y - viewport.query * cellHeight, cellHeight);
  const x = axisOf(cols, plot.x - viewport.key * cellWidth, cellWidth);
  const places = new Uint8Array(rows.count * cols.count);
  const unknown: { row: number; col: number }[] = [];
  const step = Math.max(1, Math.floor(cellsPerStep / cols.count));
  const pause = pacer(signal);
  for (let row = 0; row < rows.count; row += step) {
    await pause();
    const block = await cells.matrix.block(
      {
        row: rows.first + row,
        col: cols.first,
        rows: Math.min(step, rows.count - row),
        cols: cols.count,
        rowLevel: rows.level,
        colLevel: cols.level,
      },
      { signal },
    );
    const values = blockWeights(block);
    for (let i = 0, at = row * cols.count; i < values.length; i++, at++) {
      const value = values[i]!;
      if (Number.isNaN(value)) unknown.push({ row: row + Math.floor(i / cols.count), col: i % cols.count });
      else places[at] = Math.round(toUnit(value, cells.scale, cells.range) * 255);
    }
  }
  const possible = possibleCells(rows, cols, size.rows, cells.causalOffset);
  const mark: CellsMark = { kind: 'cells', rect: plot, x, y, places, possible, tables };
  if (places.length > mostCells) mark.picture = await deflatedRows(places, cols.count);
  const hatch = hatched(mark, unknown);
  return {
    marks: hatch ? [mark, hatch] : [mark],
    cellRows: Math.min(2 ** rows.level, size.rows),
    cellCols: Math.min(2 ** cols.level, size.cols),
  };
}

function runOf(start: number, length: number, count: number, cellPx: number): Run {
  const level = chooseLevel(cellPx, count);
  const first = Math.floor(start / 2 ** level);
  const end = Math.min(Math.ceil((start + length) / 2 ** level), cellsAtLevel(count, level));
  return { first, count: end - first, level };
}

function axisOf({ first, count, level }: Run, originPx: number, cellPx: number): CellAxis {
  const px = cellPx * 2 ** level;
  return { startPx: originPx + first * px, cellPx: px, count, gapPx: cellPx >= gapFromPx ? 1 : 0 };
}

/** How many cells of each row can hold a value: those that begin before what its last query sees ends. */
export function possibleCells(rows: Run, cols: Run, queries: number, offset: number | null): Uint32Array {
  const possible = new Uint32Array(rows.count).fill(cols.count);
  if (offset === null) return possible;
  return possible.map((_, i) => {
    const seen = Math.min((rows.first + i + 1) * 2 ** rows.level, queries) + offset;
    return Math.min(Math.max(Math.ceil(seen / 2 ** cols.level) - cols.first, 0), cols.count);
  });
}

/** Where there is no value: rows from where it cannot be, and cells that hold none. */
function hatched(mark: CellsMark, unknown: readonly { row: number; col: number }[]): HatchMark | undefined {
  const { x, y, possible } = mark;
  const impossible = [...possible].flatMap((from, row) =>
    from < x.count ? [cellsRect(mark, row, from, x.count)] : [],
  );
  const empty = unknown
    .filter(({ row, col }) => col < possible[row]!)
    .map(({ row, col }) => cellsRect(mark, row, col, col + 1));
  const rects = [...impossible, ...empty].filter(({ width, height }) => width > 0 && height > 0);
  return rects.length > 0
    ? { kind: 'hatch', of: 'impossible', rects, origin: { x: x.startPx, y: y.startPx } }
    : undefined;
}

/** The pixels of a run of cells of a row: those whose middle lies in it, cut at what is seen. */
export function cellsRect({ x, y, rect }: CellsMark, row: number, from: number, to: number) {
  const left = pixel(x.startPx + from * x.cellPx, rect.x, rect.width);
  const right = pixel(x.startPx + to * x.cellPx, rect.x, rect.width);
  const top = pixel(y.startPx + row * y.cellPx, rect.y, rect.height);
  const bottom = pixel(y.startPx + (row + 1) * y.cellPx, rect.y, rect.height);
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The first pixel whose middle is not before a place, within what is seen. */
function pixel(at: number, start: number, length: number): number {
  return Math.min(Math.max(Math.ceil(at - 0.5), start), start + length);
}
