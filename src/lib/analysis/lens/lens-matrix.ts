import { blockWeights, type Block, type BlockRequest, type Matrix } from '../../trace/index.js';
import { ReadMatrix } from '../../trace/read-matrix.js';
import { readAtOnce } from '../../trace/request.js';
import type { TokenRun } from './groups.js';

/** The lens on one matrix. */
export interface MatrixLens {
  /** Rows and columns to merge; undefined to merge none. */
  queryRuns?: readonly TokenRun[];
  keyRuns?: readonly TokenRun[];
  /** Columns, before merging, whose weights are left out. */
  hiddenKeys: ReadonlySet<number>;
  /** Whether the rest of each row is scaled up to the row's former sum. */
  renormalize: boolean;
}

/**
 * A matrix with merged rows and columns, and without hidden columns: the sum over the keys of a run, the mean over its queries (Clark et
 * al. 2019, arXiv:1906.04341, §4.1). float32, computed on demand.
 */
export function lensMatrix(matrix: Matrix, lens: MatrixLens): Matrix {
  const rows = lens.queryRuns?.length ?? matrix.rows;
  const cols = lens.keyRuns?.length ?? matrix.cols;
  const scaled = lens.renormalize && lens.hiddenKeys.size > 0;
  /** What the sums of each row are multiplied by, where they are; NaN until it is known. */
  const factors = scaled ? new Float64Array(rows).fill(NaN) : undefined;
  const read = (wanted: BlockRequest, options: { signal?: AbortSignal }): Block | Promise<Block> => {
    const queries = covered(lens.queryRuns, wanted.row, wanted.rows);
    // The sum of a row needs the whole row, once.
    const wholeRows = factors?.subarray(wanted.row, wanted.row + wanted.rows).includes(NaN) ?? false;
    const keys = wholeRows ? { start: 0, end: matrix.cols } : covered(lens.keyRuns, wanted.col, wanted.cols);
    const request = {
      row: queries.start,
      col: keys.start,
      rows: queries.end - queries.start,
      cols: keys.end - keys.start,
    };
    const block = matrix.block(request, options);
    const look = (ready: Block): Block => lookAt(ready, wanted, lens, factors, wholeRows);
    return block instanceof Promise ? block.then(look) : look(block);
  };
  const { leftOut } = matrix;
  return new ReadMatrix({
    rows,
    cols,
    signed: matrix.signed,
    // Of a large matrix whole rows are read for a few of their weights.
    cost: scaled && rows * cols > readAtOnce ? 16 : 1,
    read,
    leftOut: leftOut && ((row) => meanOver(runAt(lens.queryRuns, row), leftOut.bind(matrix))),
  });
}

/** The tokens of consecutive runs. */
function covered(groups: readonly TokenRun[] | undefined, first: number, count: number): TokenRun {
  if (!groups || count === 0) return { start: first, end: first + count };
  return { start: groups[first]!.start, end: groups[first + count - 1]!.end };
}

/** @param wholeRows whether the block holds whole rows: their factors are found */
function lookAt(
  block: Block,
  wanted: BlockRequest,
  { queryRuns, keyRuns, hiddenKeys }: MatrixLens,
  factors: Float64Array | undefined,
  wholeRows: boolean,
): Block {
  const { row, rows } = wanted;
  const weights = blockWeights(block);
  const firstCol = wholeRows ? 0 : wanted.col;
  const cols = wholeRows ? (keyRuns?.length ?? block.cols) : wanted.cols;
  const data = new Float32Array(rows * cols);
  // The column that each key is counted in: for hidden keys an extra one, which is not shown.
  const colOf = new Uint32Array(block.cols);
  for (let col = 0; col < cols; col++) {
    const { start, end } = runAt(keyRuns, firstCol + col);
    colOf.fill(col, start - block.col, end - block.col);
  }
  for (const key of hiddenKeys)
    if (key >= block.col && key < block.col + block.cols) colOf[key - block.col] = cols;
  const sums = new Float64Array(cols + 1);
  for (let r = 0; r < rows; r++) {
    const { start, end } = runAt(queryRuns, row + r);
    sums.fill(0);
    for (let query = start; query < end; query++)
      for (let key = 0, from = (query - block.row) * block.cols; key < block.cols; key++)
        sums[colOf[key]!] = sums[colOf[key]!]! + weights[from + key]!;
    if (wholeRows) factors![row + r] = shareLeft(sums);
    const factor = factors?.[row + r] ?? 1;
    for (let col = 0; col < cols; col++) data[r * cols + col] = (sums[col]! * factor) / (end - start);
  }
  return {
    ...{ row, col: wanted.col, rows, cols: wanted.cols, rowLevel: 0, colLevel: 0 },
    ...{ type: 'float32' as const, data, offset: wanted.col - firstCol, stride: cols },
  };
}

/** The tokens of a row or column. */
export const runAt = (runs: readonly TokenRun[] | undefined, index: number): TokenRun =>
  runs?.[index] ?? { start: index, end: index + 1 };

/** The factor that scales the remaining weights up to the former sum; the last sum is that of hidden keys. */
function shareLeft(sums: Float64Array): number {
  const hidden = sums.at(-1)!;
  const left = sums.subarray(0, -1).reduce((total, weight) => total + weight, 0);
  return left > 0 ? (left + hidden) / left : 1;
}

function meanOver({ start, end }: TokenRun, of: (row: number) => number): number {
  let total = 0;
  for (let row = start; row < end; row++) total += of(row);
  return total / (end - start);
}
