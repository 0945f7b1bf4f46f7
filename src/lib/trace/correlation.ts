/** Pearson's r of two lists of as many numbers, in [−1, 1]; NaN where either is constant. */
export function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((x, y) => x + y, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const [da, db] = [a.map((value) => value - meanA), b.map((value) => value - meanB)];
  const dot = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  return dot(da, db) / Math.sqrt(dot(da, da) * dot(db, db));
}

/** Spearman's rho: Pearson's r of the ranks, in which equal numbers share the mean of theirs. */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  return correlation(ranks(a), ranks(b));
}

function ranks(values: readonly number[]): number[] {
  const sorted = [...values].sort((x, y) => x - y);
  return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2);
}
