import { fastScores } from './fast-scores.js';
import { plainScores, type Run } from './plain-scores.js';
import type { Levels, Reduce, Reduced } from './reduce.js';

/** Queries times keys. Position of query i: `firstQuery + i × queryStep`; of keys likewise. */
export interface ProductTask extends Levels {
  readonly op: 'product';
  /** `[query, dim]` and `[key, dim]`, row-major. */
  readonly queries: Float32Array;
  readonly keys: Float32Array;
  readonly dim: number;
  /** What q·k is multiplied by before the softmax. */
  readonly scale: number;
  readonly firstQuery: number;
  readonly firstKey: number;
  readonly queryStep: number;
  readonly keyStep: number;
  /** How many positions beyond its own a query sees; `Infinity` without a causal mask. */
  readonly ahead: number;
  /** How many keys a query sees, its own the last: a sliding window. `Infinity` without one. */
  readonly window: number;
  /** Scores become softCap × tanh(score ÷ softCap); `Infinity` for none. */
  readonly softCap: number;
  /** A score is made less by slope × the distance between query and key (ALiBi). */
  readonly slope: number;
  /** Added to the scores, `[query, key]`. */
  readonly bias: Float32Array | null;
  /** The log Σ exp of each query's scores over all keys it sees; `null` asks for that over these keys, and no weights. */
  readonly logSumExp: Float32Array | null;
  /** How weights are joined into coarser cells. */
  readonly reduce: Reduce;
}

/** How many products are computed between two pauses: about a millisecond's work. */
const productsAStep = 2 ** 20;
/** For fewer queries than this the keys are not copied to WebAssembly: a single query over 131,072 keys would copy 34 MB. */
const worthCopying = 16;

/**
 * Weights exp(q·k × scale − logSumExp), 0 where the query does not see the key; or log Σ exp of each query, −∞ where it sees none of these
 * keys. float32. Products and powers are computed in float64 at level 0, and at coarser levels in float32 where that is faster.
 */
export function* multiply(task: ProductTask): Generator<void, Reduced> {
  const { logSumExp, keys, dim, rowLevel, colLevel, reduce } = task;
  const rows = task.queries.length / dim;
  const cols = keys.length / dim;
  const [height, size] = [2 ** rowLevel, 2 ** colLevel];
  const outCols = Math.ceil(cols / size);
  const single = logSumExp !== null && rowLevel + colLevel === 0;
  // The keys are copied for it, which takes about as long as scoring a few queries.
  const fast = single || rows < worthCopying ? null : fastScores(keys, dim, task.scale);
  const scores = fast ?? plainScores(keys, dim, task.scale);
  const out = new Float32Array(logSumExp ? Math.ceil(rows / height) * outCols : rows);
  const stepRows = 2 * Math.max(1, Math.floor(productsAStep / (2 * cols * dim)));
  for (let first = 0; first < rows; first += 2) {
    if (first % stepRows === 0) yield;
    scores.score(task.queries.subarray(first * dim, (first + 2) * dim), visibleToTwo(task, first, cols));
    for (const which of [0, 1] as const) {
      const row = first + which;
      if (row === rows) break;
      const seen = visible(task, row, cols);
      biasScores(task, row, seen, scores.rows[which]);
      if (!logSumExp) {
        const most = scores.largest(which, seen);
        out[row] = most === -Infinity ? most : most + Math.log(scores.sumOfExp(which, seen, most));
        continue;
      }
      const total = logSumExp[row]!;
      // A bias hides every key: no weight at all.
      if (total === -Infinity) continue;
      const to = Math.floor(row / height) * outCols;
      const covered = Math.min(height, rows - Math.floor(row / height) * height);
      for (let cell = Math.floor(seen.start / size); cell * size < seen.end; cell++) {
        const run = { start: Math.max(seen.start, cell * size), end: Math.min(seen.end, (cell + 1) * size) };
        const width = Math.min(size, cols - cell * size);
        out[to + cell] =
          reduce === 'max'
            ? Math.max(out[to + cell]!, Math.exp(scores.largest(which, run) - total))
            : out[to + cell]! + scores.sumOfExp(which, run, total) / (width * covered);
      }
    }
  }
  return { data: out };
}

/** The keys a query sees, as a run of those given. */
function visible(
  { firstQuery, firstKey, queryStep, keyStep, ahead, window }: ProductTask,
  row: number,
  cols: number,
): Run {
  const last = firstQuery + row * queryStep + ahead;
  const end = Math.min(cols, Math.floor((last - firstKey) / keyStep) + 1);
  const start = window === Infinity ? 0 : Math.max(0, Math.ceil((last - window + 1 - firstKey) / keyStep));
  return { start, end: Math.max(start, end) };
}

/** The keys that a query or the next one sees. */
function visibleToTwo(task: ProductTask, row: number, cols: number): Run {
  const [one, other] = [visible(task, row, cols), visible(task, row + 1, cols)];
  return { start: Math.min(one.start, other.start), end: Math.min(cols, Math.max(one.end, other.end)) };
}

/** Soft-capping, ALiBi and bias, in the order in which models apply them. */
function biasScores(
  { softCap, slope, bias, firstQuery, firstKey, queryStep, keyStep, keys, dim }: ProductTask,
  row: number,
  { start, end }: Run,
  scores: Float64Array,
): void {
  const cols = keys.length / dim;
  const ahead = firstQuery + row * queryStep - firstKey;
  if (softCap < Infinity)
    for (let col = start; col < end; col++) scores[col] = softCap * Math.tanh(scores[col]! / softCap);
  if (slope !== 0)
    for (let col = start; col < end; col++) scores[col]! -= slope * Math.abs(ahead - col * keyStep);
  if (bias) for (let col = start; col < end; col++) scores[col]! += bias[row * cols + col]!;
}
