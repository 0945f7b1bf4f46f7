import type { Matrix } from '../trace/index.js';
import { measureMatrix, rowSum, type AddRow, type MeasureOptions } from './measure.js';

/**
 * The share of a head's weight that lies on the token before: Σ A[i,i−1] ÷ Σ A, from 0 to 1. Descriptive.
 * The first query has no token before it and counts in the divisor alone, so T rows that sum to 1 reach (T − 1) ÷ T at most.
 *
 * Source: TransformerLens, `head_detector`, error measure `mul`.
 */
export function previousTokenScore(matrix: Matrix, options: MeasureOptions = {}): number | Promise<number> {
  return measureMatrix(matrix, addPrevious, options, true);
}

export const addPrevious: AddRow = (sums, weights, query) => {
  sums.part += weights[query - 1] ?? 0;
  sums.whole += rowSum(weights);
};
