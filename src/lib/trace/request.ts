import type { BlockRequest } from './types.js';

/**
 * A request cut at the matrix's edge, and brought to its coarsest level where it asks for a coarser one.
 *
 * @throws RangeError outside the matrix
 */
export function cutRequest(
  { row, col, rows, cols, level: wanted = 0, reduce = 'max', sample = false }: BlockRequest,
  matrix: { rows: number; cols: number },
): Required<BlockRequest> {
  if (![row, col, rows, cols, wanted].every((n) => Number.isInteger(n) && n >= 0))
    throw new RangeError(
      `A block is asked for in whole numbers from 0, not row ${row}, column ${col}, ${rows} × ${cols} at level ${wanted}.`,
    );
  const level = Math.min(wanted, Math.ceil(Math.log2(Math.max(matrix.rows, matrix.cols))));
  const levelRows = Math.ceil(matrix.rows / 2 ** level);
  const levelCols = Math.ceil(matrix.cols / 2 ** level);
  if (row > levelRows || col > levelCols)
    throw new RangeError(
      `Block at row ${row}, column ${col} lies outside level ${wanted} (${levelRows} × ${levelCols}).`,
    );
  return {
    row,
    col,
    rows: Math.min(rows, levelRows - row),
    cols: Math.min(cols, levelCols - col),
    level,
    reduce,
    sample,
  };
}

/** Weights that are read or reduced within a few milliseconds. */
export const readAtOnce = 2 ** 20;
