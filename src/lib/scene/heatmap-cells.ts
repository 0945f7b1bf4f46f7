import { blockWeights, type Block, type Matrix, type Stream } from '../trace/index.js';
import type { Viewport } from './viewport.js';

/** The most cells read to find the largest; a coarser level is read where more are visible. */
const fitCells = 512;

/** How many keys beyond its row's own a query sees; null if it sees all, or if the rows are not consecutive positions. */
export function causalOffset({ causal, queryTokens }: Stream): number | null {
  const first = queryTokens[0]?.position ?? 0;
  return causal && queryTokens.every(({ position }, row) => position === first + row) ? first : null;
}

type Largest = { weight: number };

/** The largest magnitude in a part of a matrix; 1 if all are 0. */
export function largestSeen(
  matrix: Matrix,
  { query, key, queries, keys }: Viewport,
  signal?: AbortSignal,
): Largest | Promise<Largest> {
  const [rowLevel, colLevel] = [queries, keys].map((seen) =>
    Math.max(0, Math.ceil(Math.log2(seen / fitCells))),
  ) as [number, number];
  const row = Math.floor(query / 2 ** rowLevel);
  const col = Math.floor(key / 2 ** colLevel);
  const rows = Math.ceil((query + queries) / 2 ** rowLevel) - row;
  const cols = Math.ceil((key + keys) / 2 ** colLevel) - col;
  const block = matrix.block({ row, col, rows, cols, rowLevel, colLevel }, { signal });
  const largest = (ready: Block): Largest => ({
    weight:
      blockWeights(ready).reduce(
        (most, weight) => Math.max(most, Number.isFinite(weight) ? Math.abs(weight) : 0),
        0,
      ) || 1,
  });
  return block instanceof Promise ? block.then(largest) : largest(block);
}
