import { blockWeights, type Block, type BlockRequest, type Matrix } from '../../trace/index.js';
import { ReadMatrix } from '../../trace/read-matrix.js';
import { readAtOnce } from '../../trace/request.js';
import type { Normalization } from './types.js';

type Options = { signal?: AbortSignal };

/**
 * Each weight as a share of the largest of its row, its column or the matrix, in [0, 1], or with its sign; float32, computed when it is looked at.
 * The largest are read once each.
 */
export function normalizeMatrix(matrix: Matrix, by: Exclude<Normalization, 'none'>): Matrix {
  const { rows, cols } = matrix;
  const largest = new Float32Array(by === 'row' ? rows : by === 'column' ? cols : 1).fill(-1);
  const read = (request: BlockRequest, options: Options): Block | Promise<Block> => {
    const lines = runOf(request, by);
    const found = findLargest(matrix, by, lines, largest, options);
    const block = matrix.block(request, options);
    return found instanceof Promise || block instanceof Promise
      ? Promise.all([block, found]).then(([ready]) => share(ready, by, largest))
      : share(block, by, largest);
  };
  // Of a large matrix whole rows are read for a few of their weights.
  return new ReadMatrix({ rows, cols, signed: matrix.signed, read, cost: rows * cols > readAtOnce ? 16 : 1 });
}

/** The rows or columns whose largest weight a request takes. */
function runOf({ row, col, rows, cols }: BlockRequest, by: Normalization): { start: number; count: number } {
  if (by === 'row') return { start: row, count: rows };
  return by === 'column' ? { start: col, count: cols } : { start: 0, count: 1 };
}

function findLargest(
  matrix: Matrix,
  by: Normalization,
  { start, count }: { start: number; count: number },
  largest: Float32Array,
  options: Options,
): void | Promise<void> {
  const wanted = largest.subarray(start, start + count);
  if (!wanted.includes(-1)) return;
  const { rows, cols } = matrix;
  const all = { row: 0, col: 0, rows, cols };
  // Of the whole matrix a level of one cell is the answer, which the matrix may find without reading all at one go.
  const request =
    by === 'matrix'
      ? { ...all, rows: 1, cols: 1, rowLevel: 52, colLevel: 52 }
      : by === 'row'
        ? { ...all, row: start, rows: count }
        : { ...all, col: start, cols: count };
  const take = (block: Block): void => {
    const weights = blockWeights(block);
    wanted.fill(0);
    for (let i = 0; i < weights.length; i++) {
      const line = by === 'row' ? Math.floor(i / block.cols) : by === 'column' ? i % block.cols : 0;
      wanted[line] = Math.max(wanted[line]!, Math.abs(weights[i]!));
    }
  };
  const block = matrix.block(request, options);
  return block instanceof Promise ? block.then(take) : take(block);
}

function share(block: Block, by: Normalization, largest: Float32Array): Block {
  const { row, col, rows, cols } = block;
  const weights = blockWeights(block);
  const data = new Float32Array(rows * cols);
  for (let r = 0, i = 0; r < rows; r++)
    for (let c = 0; c < cols; c++, i++)
      data[i] = weights[i]! / (largest[by === 'row' ? row + r : by === 'column' ? col + c : 0]! || 1);
  return { row, col, rows, cols, rowLevel: 0, colLevel: 0, type: 'float32', data, offset: 0, stride: cols };
}
