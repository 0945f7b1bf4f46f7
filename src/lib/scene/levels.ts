import { coarsestLevel } from '../trace/request.js';

/**
 * The finest level of an axis of `count` rows or columns whose cells are at least a device pixel long, so that each contains a
 * pixel's centre and no maximum is skipped. `cellPx`: device pixels of one row or column.
 */
export function chooseLevel(cellPx: number, count: number): number {
  // The tolerance keeps a cell of exactly a pixel, computed with rounding, at its level.
  return Math.min(coarsestLevel(count), Math.max(0, Math.ceil(-Math.log2(cellPx) - 1e-6)));
}
