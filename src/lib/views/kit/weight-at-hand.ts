import { blockWeights, type Matrix } from '../../trace/index.js';

/** A weight that takes no time to read; null where it would, or cannot be read: those who read its row tell why. */
export function weightAtHand(matrix: Matrix, query: number, key: number): number | null {
  const abort = new AbortController();
  try {
    const block = matrix.block({ row: query, col: key, rows: 1, cols: 1 }, { signal: abort.signal });
    if (!(block instanceof Promise)) return blockWeights(block)[0]!;
    block.catch(() => {});
    abort.abort();
  } catch {
    // As above.
  }
  return null;
}
