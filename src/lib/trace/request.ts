import type { BlockRequest } from './types.js';

/**
 * A request cut at the matrix's edge, and brought to the coarsest level of an axis where it asks for a coarser one.
 *
 * @throws RangeError outside the matrix
 */
export function cutRequest(
  request: BlockRequest,
  matrix: { rows: number; cols: number },
): Required<BlockRequest> {
  const { row, col, rows, cols, rowLevel = 0, colLevel = 0, reduce = 'max', sample = false } = request;
  const at = levelsName(rowLevel, colLevel);
  if (![row, col, rows, cols, rowLevel, colLevel].every((n) => Number.isInteger(n) && n >= 0))
    throw new RangeError(
      `A block is asked for in whole numbers from 0, not row ${row}, column ${col}, ${rows} × ${cols} at ${at}.`,
    );
  const levels = {
    rowLevel: Math.min(rowLevel, coarsestLevel(matrix.rows)),
    colLevel: Math.min(colLevel, coarsestLevel(matrix.cols)),
  };
  const allRows = cellsAtLevel(matrix.rows, levels.rowLevel);
  const allCols = cellsAtLevel(matrix.cols, levels.colLevel);
  if (row > allRows || col > allCols)
    throw new RangeError(`Block at row ${row}, column ${col} lies outside ${at} (${allRows} × ${allCols}).`);
  return {
    row,
    col,
    rows: Math.min(rows, allRows - row),
    cols: Math.min(cols, allCols - col),
    ...levels,
    reduce,
    sample,
  };
}

function levelsName(rowLevel: number, colLevel: number): string {
  return rowLevel === colLevel ? `level ${rowLevel}` : `levels ${rowLevel} (rows) and ${colLevel} (columns)`;
}

/** The level whose one cell covers `count` rows or columns. */
export function coarsestLevel(count: number): number {
  return Math.ceil(Math.log2(Math.max(count, 1)));
}

/** Number of cells of a level that cover `count` rows or columns. */
export function cellsAtLevel(count: number, level: number): number {
  return Math.ceil(count / 2 ** level);
}

/** How many weights can be read or reduced within a few milliseconds. */
export const readAtOnce = 2 ** 20;
