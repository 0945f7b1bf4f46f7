/** The positions of the largest weights, at most so many, the largest first; none that is 0. */
export function largest(weights: Float32Array, count: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i]!;
    if (weight <= (found.length < count ? 0 : weights[found[count - 1]!]!)) continue;
    let at = Math.min(found.length, count - 1);
    while (at > 0 && weights[found[at - 1]!]! < weight) {
      found[at] = found[at - 1]!;
      at--;
    }
    found[at] = i;
  }
  return found;
}
