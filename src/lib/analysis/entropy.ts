import type { Matrix } from '../trace/index.js';
import { measureMatrix, type AddRow, type MeasureOptions } from './measure.js';

export interface EntropyOptions extends MeasureOptions {
  /**
   * Divides the entropy of each row by its largest possible one, log of the number of keys it can see. The result is in [0, 1].
   * @default false
   */
  normalized?: boolean;
  /**
   * With `normalized`: whether query i can see only the keys 0..i, and so i + 1 of them.
   * @default false
   */
  causal?: boolean;
}

/**
 * How spread out a head's attention is: the mean over queries of −Σⱼ A[i,j] log A[i,j].
 * In nats, from 0 (one key alone) to log of the number of keys (all equal). Descriptive.
 *
 * Queries without any weight are left out; with `normalized`, so are those that can see one key only. NaN where none is left.
 *
 * Source: Clark et al. 2019, arXiv:1906.04341.
 *
 * @example
 * const nats = await entropy(trace.stream().matrix(3, 1));
 */
export function entropy(matrix: Matrix, options: EntropyOptions = {}): number | Promise<number> {
  const { normalized, causal } = options ?? {};
  return measureMatrix(matrix, entropyRows(normalized, causal), options, normalized && causal);
}

export function entropyRows(normalized = false, causal = false): AddRow {
  return (sums, weights, query) => {
    const nats = rowEntropy(weights);
    const most = normalized ? Math.log(causal ? query + 1 : weights.length) : 1;
    if (nats === undefined || most === 0) return;
    sums.part += nats / most;
    sums.whole++;
  };
}

/** The entropy of a query's row, in nats; undefined where it has no weight. */
export function rowEntropy(weights: ArrayLike<number>): number | undefined {
  let nats = 0;
  let any = false;
  for (let key = 0; key < weights.length; key++) {
    // Rounding may put a weight outside [0, 1], where its term would be negative or NaN.
    const weight = Math.min(1, weights[key]!);
    if (weight <= 0) continue;
    any = true;
    nats -= weight * Math.log(weight);
  }
  return any ? nats : undefined;
}
