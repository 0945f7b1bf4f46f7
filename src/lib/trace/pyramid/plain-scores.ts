/** A run of keys, from `start` up to and without `end`. */
export interface Run {
  readonly start: number;
  readonly end: number;
}

/** The scores of two queries after two others with the same keys. */
export interface Scores {
  /** Of each of the queries that were scored last, by key; those of keys out of the run are not set. May be changed. */
  readonly rows: readonly [Float64Array, Float64Array];
  /** Scores one or two queries, `[query, dim]`, with a run of keys: q·k × scale. */
  score(queries: Float32Array, keys: Run): void;
  /** The largest number of a run of a row; −∞ of none. */
  largest(row: 0 | 1, keys: Run): number;
  /** Σ exp(score − less) over a run of a row. */
  sumOfExp(row: 0 | 1, keys: Run, less: number): number;
}

/**
 * Scores in float64, a key at a time.
 *
 * @param keys `[key, dim]`
 */
export function plainScores(keys: Float32Array, dim: number, scale: number): Scores {
  const count = keys.length / dim;
  const rows = [new Float64Array(count), new Float64Array(count)] as const;
  return {
    rows,
    score(queries, run) {
      for (let row = 0; row * dim < queries.length; row++)
        scoreKeys(queries.subarray(row * dim, (row + 1) * dim), keys, scale, run, rows[row]!);
    },
    largest(row, { start, end }) {
      const scores = rows[row];
      let most = -Infinity;
      for (let i = start; i < end; i++) if (scores[i]! > most) most = scores[i]!;
      return most;
    },
    sumOfExp(row, { start, end }, less) {
      const scores = rows[row];
      let sum = 0;
      for (let i = start; i < end; i++) sum += Math.exp(scores[i]! - less);
      return sum;
    },
  };
}

function scoreKeys(
  query: Float32Array,
  keys: Float32Array,
  scale: number,
  { start, end }: Run,
  scores: Float64Array,
): void {
  const dim = query.length;
  let col = start;
  // Four keys at a time: each number of the query is read once for all four, and the four sums are independent.
  for (; col + 4 <= end; col += 4) {
    const key = col * dim;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let i = 0; i < dim; i++) {
      const x = query[i]!;
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
    for (let i = 0; i < dim; i++) sum += query[i]! * keys[col * dim + i]!;
    scores[col] = sum * scale;
  }
}
