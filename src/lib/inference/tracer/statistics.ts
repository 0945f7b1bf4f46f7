import { softmax } from './sampling.js';

/** ½ Σ|p − q| of two distributions given by logits, in [0, 1]. */
export function totalVariation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [p, q] = [softmax(a), softmax(b)];
  return p.reduce((sum, value, i) => sum + Math.abs(value - q[i]!), 0) / 2;
}

/** 1 − cosine of two vectors, in [0, 2]. */
export function cosineDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    aa += a[i]! ** 2;
    bb += b[i]! ** 2;
  }
  return 1 - dot / Math.sqrt(aa * bb);
}

/** Spearman's rho: Pearson's r of the ranks, in which equal numbers share the mean of theirs; NaN where either is constant. */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  return correlation(ranks(a), ranks(b));
}

function ranks(values: readonly number[]): number[] {
  const sorted = [...values].sort((x, y) => x - y);
  return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2);
}

/** Pearson's r; NaN where either is constant. */
export function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((x, y) => x + y, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const [da, db] = [a.map((value) => value - meanA), b.map((value) => value - meanB)];
  const dot = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  return dot(da, db) / Math.sqrt(dot(da, da) * dot(db, db));
}
