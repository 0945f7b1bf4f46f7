import { blockWeights } from '../../trace/index.js';
import { largest } from '../kit/largest.js';
import { Ready } from '../kit/ready.svelte.js';
import type { HeatmapState } from './heatmap-state.svelte.js';

/** Of more cells in sight than this none is looked for. */
const mostCells = 2 ** 16;

interface RankedCell {
  query: number;
  key: number;
  value: number;
}

/** The cells in sight of largest magnitude. Made while a component is. */
export class StrongestCells {
  readonly #ready: Ready<RankedCell[]>;

  /** @param count how many; 0 where they are not asked for */
  constructor(map: () => HeatmapState, count: () => number) {
    this.#ready = new Ready((signal) => {
      const { viewport, matrix } = map();
      const { query, key, queries, keys } = viewport;
      const [row, col] = [Math.floor(query), Math.floor(key)];
      const [rows, cols] = [Math.ceil(query + queries) - row, Math.ceil(key + keys) - col];
      const most = count();
      if (most === 0 || rows * cols > mostCells || !matrix) return undefined;
      const block = matrix.block({ row, col, rows, cols }, { signal });
      const rank = (values: Float32Array): RankedCell[] =>
        rankedIn(values, most).map(({ at, value }) => ({
          query: row + Math.floor(at / cols),
          key: col + (at % cols),
          value,
        }));
      return block instanceof Promise
        ? block.then((ready) => rank(blockWeights(ready)))
        : rank(blockWeights(block));
    });
  }

  /** The largest first; none until they are read. */
  get cells(): readonly RankedCell[] {
    return this.#ready.value ?? [];
  }
}

/** The values of largest magnitude, and where they are; the largest first. */
export function rankedIn(values: Float32Array | undefined, count: number): { at: number; value: number }[] {
  return values ? largest(values.map(Math.abs), count).map((at) => ({ at, value: values[at]! })) : [];
}
