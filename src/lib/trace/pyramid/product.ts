import { fastScores } from './fast-scores.js';
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
 * keys. float32. Products are summed in float64 at level 0, and at coarser levels in float32 where that is faster.
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
  const own = new Float64Array(fast ? 0 : cols);
  const out = new Float32Array(logSumExp ? Math.ceil(rows / height) * outCols : rows);
  const stepRows = Math.max(1, Math.floor(productsAStep / (cols * dim)));
  for (let row = 0; row < rows; row++) {
    if (row % stepRows === 0) yield;
    const seen = visible(task, row, cols);
    const scores = fast ? fast(task.queries.subarray(row * dim, (row + 1) * dim), seen) : own;
    if (!fast) scoreKeys(task, row, seen, scores);
    biasScores(task, row, seen, scores);
    if (!logSumExp) {
      out[row] = logSumExpOf(scores, seen);
      continue;
    }
    const total = logSumExp[row]!;
    // A bias hides every key: no weight at all.
    if (total === -Infinity) continue;
    const to = Math.floor(row / height) * outCols;
    const covered = Math.min(height, rows - Math.floor(row / height) * height);
    for (let cell = Math.floor(seen.start / size); cell * size < seen.end; cell++) {
      const start = Math.max(seen.start, cell * size);
      const end = Math.min(seen.end, (cell + 1) * size);
      const width = Math.min(size, cols - cell * size);
      out[to + cell] =
        reduce === 'max'
          ? Math.max(out[to + cell]!, Math.exp(largest(scores, start, end) - total))
          : out[to + cell]! + sumOfExp(scores, start, end, total) / (width * covered);
    }
  }
  return { data: out };
}

/** The keys a query sees, as a run of those given. */
function visible(
  { firstQuery, firstKey, queryStep, keyStep, ahead, window }: ProductTask,
  row: number,
  cols: number,
): { start: number; end: number } {
  const last = firstQuery + row * queryStep + ahead;
  const end = Math.min(cols, Math.floor((last - firstKey) / keyStep) + 1);
  const start = window === Infinity ? 0 : Math.max(0, Math.ceil((last - window + 1 - firstKey) / keyStep));
  return { start, end: Math.max(start, end) };
}

function scoreKeys(
  { queries, keys, dim, scale }: ProductTask,
  row: number,
  { start, end }: { start: number; end: number },
  scores: Float64Array,
): void {
  const query = row * dim;
  let col = start;
  // Four keys at a time: each number of the query is read once for all four, and the four sums are independent.
  for (; col + 4 <= end; col += 4) {
    const key = col * dim;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let i = 0; i < dim; i++) {
      const x = queries[query + i]!;
      a += x * keys[key + i]!;
      b += x * keys[key + dim + i]!;
      c += x * keys[key + 2 * dim + i]!;
      d += x * keys[key + 3 * dim + i]!;
    }
    scores[col] = a * scale;
    scores[col + 1] = b * scale;
    scores[col + 2] = c * scale;
    scores[col + 3] = d * scale;
  }
  for (; col < end; col++) {
    let sum = 0;
    for (let i = 0; i < dim; i++) sum += queries[query + i]! * keys[col * dim + i]!;
    scores[col] = sum * scale;
  }
}

/** Soft-capping, ALiBi and bias, in the order in which models apply them. */
function biasScores(
  { softCap, slope, bias, firstQuery, firstKey, queryStep, keyStep, keys, dim }: ProductTask,
  row: number,
  { start, end }: { start: number; end: number },
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

function largest(scores: Float64Array, start: number, end: number): number {
  let most = -Infinity;
  for (let i = start; i < end; i++) if (scores[i]! > most) most = scores[i]!;
  return most;
}

function sumOfExp(scores: Float64Array, start: number, end: number, less: number): number {
  let sum = 0;
  for (let i = start; i < end; i++) sum += Math.exp(scores[i]! - less);
  return sum;
}

function logSumExpOf(scores: Float64Array, { start, end }: { start: number; end: number }): number {
  const most = largest(scores, start, end);
  return most === -Infinity ? most : most + Math.log(sumOfExp(scores, start, end, most));
}
