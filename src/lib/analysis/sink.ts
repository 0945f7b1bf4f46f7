import type { Matrix } from '../trace/index.js';
import { measureMatrix, type AddRow, type MeasureOptions } from './measure.js';
import { mustBeMatrix, mustBeNumbers } from './must.js';

/**
 * How much a head looks at each key: αⱼ = Σ_{i≥j} A[i,j] ÷ (T − j), j from 0, for T queries; the mean over the queries that can
 * see the key, from 0 to 1. Descriptive. Keys with a high α whatever the text says are attention sinks.
 *
 * Source: Gu et al. 2024, arXiv:2410.10781; Xiao et al. 2023, arXiv:2309.17453.
 *
 * @param options.queryPositions where only some queries were recorded
 * @param options.causal false where every query sees every key: αⱼ is the mean over all T queries then. Default true
 * @returns one number per key
 */
export function sinkScores(
  matrix: Matrix,
  options: { causal?: boolean } & MeasureOptions = {},
): Float64Array | Promise<Float64Array> {
  mustBeMatrix(matrix, 'matrix');
  const { causal = true, queryPositions } = options ?? {};
  const scores = new Float64Array(matrix.cols);
  const queries = new Float64Array(matrix.cols);
  const add: AddRow = (_, weights, query) => {
    const end = causal ? Math.min(query + 1, weights.length) : weights.length;
    for (let key = 0; key < end; key++) {
      scores[key] = scores[key]! + weights[key]!;
      queries[key] = queries[key]! + 1;
    }
  };
  const measured = measureMatrix(matrix, add, { queryPositions }, causal);
  const finish = (): Float64Array => scores.map((sum, key) => sum / queries[key]!);
  return measured instanceof Promise ? measured.then(finish) : finish();
}

/**
 * How much a head looks at the first key: the mean over queries of A[i,0], which is α₁ of `sinkScores`, from 0 to 1. Descriptive.
 * Queries without any weight are left out; NaN where none is left.
 *
 * Source: Gu et al. 2024, arXiv:2410.10781.
 */
export function firstTokenShare(matrix: Matrix): number | Promise<number> {
  return measureMatrix(matrix, addFirst);
}

/**
 * The share of heads that have a sink on the first token: those whose first-token share is over `threshold`. Descriptive.
 *
 * Source: Gu et al. 2024, arXiv:2410.10781, where the threshold is 0.3.
 *
 * @param shares the first-token share of each head
 */
export function sinkRate(shares: ArrayLike<number>, threshold = 0.3): number {
  mustBeNumbers(shares, 'shares');
  return Array.from(shares).filter((share) => share > threshold).length / shares.length;
}

export const addFirst: AddRow = (sums, weights) => {
  if (!weights.some((weight) => weight > 0)) return;
  sums.part += weights[0]!;
  sums.whole++;
};
