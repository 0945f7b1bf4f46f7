/**
 * The q-values of several tests: the least false discovery rate at which each is among those found, qᵢ = min over j ≥ i of p₍ⱼ₎ m ÷ j, in
 * order of p. NaN stays NaN and is not counted among the tests.
 *
 * Source: Benjamini & Hochberg 1995.
 */
export function discoveries(p: readonly number[]): number[] {
  const q = p.map(() => NaN);
  const order = [...p.keys()].filter((i) => !Number.isNaN(p[i]!)).sort((i, j) => p[j]! - p[i]!);
  let least = 1;
  order.forEach((i, n) => {
    least = Math.min(least, (p[i]! * order.length) / (order.length - n));
    q[i] = least;
  });
  return q;
}
