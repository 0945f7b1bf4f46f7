import { blockWeights, type Block, type BlockRequest, type Matrix } from '../../trace/index.js';
import { ReadMatrix } from '../../trace/read-matrix.js';
import type { Group } from './groups.js';

/** How a matrix is looked at. */
export interface MatrixLens {
  /** Rows and columns to merge; undefined for as they are. */
  queryGroups?: readonly Group[];
  keyGroups?: readonly Group[];
  /** Columns, after merging, whose weights are left out. */
  hiddenKeys: ReadonlySet<number>;
  /** Whether the rest of each row is scaled to sum to what the row summed to before. */
  renormalize: boolean;
}

/**
 * A matrix with rows and columns merged and columns left out: the sum over the keys of a group, the mean over its queries
 * (Clark et al. 2019, arXiv:1906.04341, §4.1). float32, computed when it is looked at.
 */
export function lensMatrix(matrix: Matrix, lens: MatrixLens): Matrix {
  const rows = lens.queryGroups?.length ?? matrix.rows;
  const cols = lens.keyGroups?.length ?? matrix.cols;
  // What a row sums to takes all of it.
  const wholeRows = lens.renormalize && lens.hiddenKeys.size > 0;
  const read = (wanted: BlockRequest, options: { signal?: AbortSignal }): Block | Promise<Block> => {
    const queries = covered(lens.queryGroups, wanted.row, wanted.rows);
    const keys = wholeRows
      ? { start: 0, end: matrix.cols }
      : covered(lens.keyGroups, wanted.col, wanted.cols);
    const request = {
      row: queries.start,
      col: keys.start,
      rows: queries.end - queries.start,
      cols: keys.end - keys.start,
    };
    const block = matrix.block(request, options);
    return block instanceof Promise
      ? block.then((ready) => lookAt(ready, wanted, cols, lens))
      : lookAt(block, wanted, cols, lens);
  };
  const { leftOut } = matrix;
  return new ReadMatrix({
    rows,
    cols,
    signed: matrix.signed,
    read,
    leftOut: leftOut && ((row) => meanOver(lens.queryGroups?.[row] ?? { start: row, end: row + 1 }, leftOut)),
  });
}

/** The tokens of a run of groups. */
function covered(
  groups: readonly Group[] | undefined,
  first: number,
  count: number,
): Pick<Group, 'start' | 'end'> {
  if (!groups || count === 0) return { start: first, end: first + count };
  return { start: groups[first]!.start, end: groups[first + count - 1]!.end };
}

function lookAt(block: Block, wanted: BlockRequest, allCols: number, lens: MatrixLens): Block {
  const { row, rows } = wanted;
  const weights = blockWeights(block);
  const firstCol = lens.renormalize && lens.hiddenKeys.size > 0 ? 0 : wanted.col;
  const cols = firstCol === wanted.col ? wanted.cols : allCols;
  const data = new Float32Array(rows * cols);
  const colOf = new Uint32Array(block.cols);
  for (let col = 0; col < cols; col++) {
    const { start, end } = lens.keyGroups?.[firstCol + col] ?? {
      start: firstCol + col,
      end: firstCol + col + 1,
    };
    colOf.fill(col, start - block.col, end - block.col);
  }
  for (let r = 0; r < rows; r++) {
    const { start, end } = lens.queryGroups?.[row + r] ?? { start: row + r, end: row + r + 1 };
    const share = 1 / (end - start);
    for (let query = start; query < end; query++)
      for (let key = 0, from = (query - block.row) * block.cols; key < block.cols; key++) {
        const at = r * cols + colOf[key]!;
        data[at] = data[at]! + weights[from + key]! * share;
      }
    hide(data.subarray(r * cols, (r + 1) * cols), firstCol, lens);
  }
  return {
    ...{ row, col: wanted.col, rows, cols: wanted.cols, rowLevel: 0, colLevel: 0 },
    ...{ type: 'float32' as const, data, offset: wanted.col - firstCol, stride: cols },
  };
}

function hide(row: Float32Array, firstCol: number, { hiddenKeys, renormalize }: MatrixLens): void {
  if (hiddenKeys.size === 0) return;
  const before = renormalize ? sum(row) : 0;
  for (const key of hiddenKeys) if (key >= firstCol && key < firstCol + row.length) row[key - firstCol] = 0;
  if (!renormalize) return;
  const left = sum(row);
  if (left > 0) for (let key = 0; key < row.length; key++) row[key] = row[key]! * (before / left);
}

const sum = (row: Float32Array): number => row.reduce((total, weight) => total + weight, 0);

function meanOver({ start, end }: Pick<Group, 'start' | 'end'>, of: (row: number) => number): number {
  let total = 0;
  for (let row = start; row < end; row++) total += of(row);
  return total / (end - start);
}
