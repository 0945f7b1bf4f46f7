import type { Matrix } from '../trace/index.js';
import { rowEntropy } from './entropy.js';
import { measureMatrix, type AddRow, type MeasureOptions } from './measure.js';

/**
 * How many keys a head would look at if it looked at each equally: the mean over queries of e^H, where H = −Σⱼ A[i,j] log A[i,j] is the
 * entropy of a query's row. In keys, from 1 to the number of keys. Descriptive. Queries without any weight are left out; NaN where
 * none is left.
 *
 * Caveat: a row that does not sum to 1, as where keys are hidden or a sink takes some, seems to look at fewer keys.
 *
 * Source: the perplexity of a row; entropy as in Clark et al. 2019, arXiv:1906.04341.
 */
export function effectiveKeys(matrix: Matrix, options: MeasureOptions = {}): number | Promise<number> {
  return measureMatrix(matrix, addKeys, options);
}

export const addKeys: AddRow = (sums, weights) => {
  const nats = rowEntropy(weights);
  if (nats === undefined) return;
  sums.part += Math.exp(nats);
  sums.whole++;
};
