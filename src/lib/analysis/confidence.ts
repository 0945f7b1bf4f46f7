import type { Matrix } from '../trace/index.js';
import { measureMatrix, type AddRow } from './measure.js';

/**
 * How much a head looks at one key at a time: the mean over queries of maxⱼ A[i,j], from 1 ÷ keys to 1. Descriptive.
 * Queries without any weight are left out; NaN where none is left.
 *
 * Source: Voita et al. 2019, arXiv:1905.09418, who leave out the end-of-sequence token; here no key is left out.
 */
export function confidence(matrix: Matrix): number | Promise<number> {
  return measureMatrix(matrix, addMaximum);
}

export const addMaximum: AddRow = (sums, weights) => {
  let most = 0;
  for (let key = 0; key < weights.length; key++) most = Math.max(most, weights[key]!);
  if (most === 0) return;
  sums.part += most;
  sums.whole++;
};
