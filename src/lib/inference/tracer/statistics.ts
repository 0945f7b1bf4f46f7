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
