import { mustBeNumbers } from '../must.js';

/**
 * Spearman's rank correlation of two lists of numbers, one beside the other: from −1 to 1; ties share their rank. Pairs of which either is
 * NaN are left out.
 *
 * @returns NaN for less than three pairs, or where all of one list are alike
 */
export function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  mustBeNumbers(a, 'the first list');
  mustBeNumbers(b, 'the second list');
  const held = Array.from({ length: Math.min(a.length, b.length) }, (_, i) => i).filter(
    (i) => !Number.isNaN(a[i]!) && !Number.isNaN(b[i]!),
  );
  if (held.length < 3) return NaN;
  const [x, y] = [ranksOf(held.map((i) => a[i]!)), ranksOf(held.map((i) => b[i]!))];
  const mean = (held.length + 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < held.length; i++) {
    const [dx, dy] = [x[i]! - mean, y[i]! - mean];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xy / Math.sqrt(xx * yy);
}

/** The rank of each number from 1; of those that are alike the mean of theirs. */
function ranksOf(numbers: readonly number[]): number[] {
  return numbers.map((one) => {
    const below = numbers.filter((other) => other < one).length;
    const alike = numbers.filter((other) => other === one).length;
    return below + (alike + 1) / 2;
  });
}
