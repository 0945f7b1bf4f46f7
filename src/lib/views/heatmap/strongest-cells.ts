import { blockWeights, type Block } from '../../trace/index.js';
import { largest } from '../kit/largest.js';
import type { HeatmapState } from './heatmap-state.svelte.js';

/** Of more cells in sight than this none is looked for. */
const mostCells = 2 ** 16;

interface RankedCell {
  query: number;
  key: number;
  value: number;
}

/** The cells in sight of largest magnitude, at most so many, the largest first. */
export function strongestCells(
  { viewport, matrix }: HeatmapState,
  count: number,
  signal: AbortSignal,
): RankedCell[] | Promise<RankedCell[]> | undefined {
  const { query, key, queries, keys } = viewport;
  const [row, col] = [Math.floor(query), Math.floor(key)];
  const [rows, cols] = [Math.ceil(query + queries) - row, Math.ceil(key + keys) - col];
  if (rows * cols > mostCells || !matrix) return undefined;
  const block = matrix.block({ row, col, rows, cols }, { signal });
  const rank = (ready: Block): RankedCell[] =>
    rankedIn(blockWeights(ready), count).map(({ at, value }) => ({
      query: row + Math.floor(at / cols),
      key: col + (at % cols),
      value,
    }));
  return block instanceof Promise ? block.then(rank) : rank(block);
}

/** The values of largest magnitude, and where they are; the largest first. */
export function rankedIn(values: Float32Array | undefined, count: number): { at: number; value: number }[] {
  return values ? largest(values.map(Math.abs), count).map((at) => ({ at, value: values[at]! })) : [];
}
