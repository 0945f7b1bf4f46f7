import { blockWeights, type Block, type BlockRequest } from '../../trace/index.js';
import type { Levels } from '../../trace/pyramid/reduce.js';
import { cellsAtLevel } from '../../trace/request.js';
import { toUnit, type Range, type Scale } from '../colors/scale.js';
import { chooseLevel } from '../../scene/levels.js';

/** The maxima of a head's weights, few enough for a thumbnail. */
export interface HeadCells {
  /** `[rows, cols]`, row-major: each the largest weight, with its sign, of up to `height` queries × `width` keys. */
  weights: Float32Array;
  rows: number;
  cols: number;
  height: number;
  width: number;
  /** Rows and columns of the whole matrix. */
  queries: number;
  keys: number;
}

/** A whole matrix, at the finest levels that have at most `mostRows` × `mostCols` cells. */
export function wholeRequest(
  queries: number,
  keys: number,
  mostRows: number,
  mostCols: number,
): BlockRequest & Levels {
  const rowLevel = chooseLevel(mostRows / queries, queries);
  const colLevel = chooseLevel(mostCols / keys, keys);
  const [rows, cols] = [cellsAtLevel(queries, rowLevel), cellsAtLevel(keys, colLevel)];
  return { row: 0, col: 0, rows, cols, rowLevel, colLevel };
}

export function headCells(block: Block, queries: number, keys: number): HeadCells {
  const { rows, cols, rowLevel, colLevel } = block;
  const [height, width] = [2 ** rowLevel, 2 ** colLevel];
  return { weights: blockWeights(block), rows, cols, height, width, queries, keys };
}

/** The place of each cell's colour in a table of 256. */
export function cellColors({ weights }: HeadCells, scale: Scale, range: Range): Uint8Array {
  return Uint8Array.from(weights, (weight) => Math.round(toUnit(weight, scale, range) * 255));
}
