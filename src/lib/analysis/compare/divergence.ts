/** The distance between two distributions. */
export interface RowDistance {
  /** Jensen–Shannon divergence, log₂, in [0, 1]. */
  divergence: number;
  /** Total variation: ½ Σ |p − q|, in [0, 1]. */
  totalVariation: number;
}

/**
 * The distance between two rows of weights, each scaled to sum to 1. Undefined if one has no weight.
 *
 * @param hidden columns left out of both
 */
export function rowDistance(
  ofA: Float32Array,
  ofB: Float32Array,
  hidden: readonly number[],
): RowDistance | undefined {
  const [p, q] = [without(ofA, hidden), without(ofB, hidden)];
  let sumP = 0;
  let sumQ = 0;
  for (let i = 0; i < p.length; i++) {
    sumP += p[i]!;
    sumQ += q[i]!;
  }
  if (sumP <= 0 || sumQ <= 0) return undefined;
  const [scaleP, scaleQ] = [1 / sumP, 1 / sumQ];
  let nats = 0;
  let apart = 0;
  for (let i = 0; i < p.length; i++) {
    const x = p[i]! * scaleP;
    const y = q[i]! * scaleQ;
    if (x === y) continue;
    const twiceMiddle = x + y;
    if (x > 0) nats += x * Math.log((2 * x) / twiceMiddle);
    if (y > 0) nats += y * Math.log((2 * y) / twiceMiddle);
    apart += Math.abs(x - y);
  }
  // Rounding may put the result slightly outside [0, 1].
  return { divergence: Math.min(1, Math.max(0, nats / 2 / Math.LN2)), totalVariation: apart / 2 };
}

/** A row whose hidden columns are 0: a copy, if there are any. */
function without(row: Float32Array, hidden: readonly number[]): Float32Array {
  if (hidden.length === 0) return row;
  const left = row.slice();
  for (const col of hidden) left[col] = 0;
  return left;
}
