import { blockWeights, type Matrix } from '../../trace/index.js';

/** What a token sends, a row, or receives, a column. A promise where it is not in memory. */
export function readLine(
  matrix: Matrix,
  side: 'query' | 'key',
  position: number,
  signal: AbortSignal,
): Float32Array | Promise<Float32Array> {
  const { rows, cols } = matrix;
  const block = matrix.block(
    side === 'query' ? { row: position, col: 0, rows: 1, cols } : { row: 0, col: position, rows, cols: 1 },
    { signal },
  );
  return block instanceof Promise ? block.then(blockWeights) : blockWeights(block);
}
