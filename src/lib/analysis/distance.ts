import type { Matrix } from '../trace/index.js';
import { measureMatrix, type AddRow, type MeasureOptions } from './measure.js';

/**
 * How far a head looks: Σ A[i,j] |i − j| ÷ Σ A[i,j], in tokens, from 0 to the number of tokens − 1. Descriptive.
 * NaN where there is no weight. Queries and keys must be positions of one sequence.
 *
 * Source: Vig & Belinkov 2019, arXiv:1906.04284.
 */
export function distance(matrix: Matrix, options: MeasureOptions = {}): number | Promise<number> {
  return measureMatrix(matrix, addDistances, options, true);
}

export const addDistances: AddRow = (sums, weights, query) => {
  for (let key = 0; key < weights.length; key++) {
    const weight = weights[key]!;
    sums.part += weight * Math.abs(query - key);
    sums.whole += weight;
  }
};
