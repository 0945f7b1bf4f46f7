import { rankCorrelation as spearman } from '../../trace/correlation.js';
import { mustBeNumbers } from '../must.js';

/**
 * Spearman's rank correlation of two lists of numbers, in [−1, 1]; ties share their rank. Pairs with a NaN are left out.
 *
 * @returns NaN for fewer than three pairs, or if all numbers of a list are equal
 */
export function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  mustBeNumbers(a, 'the first list');
  mustBeNumbers(b, 'the second list');
  const held = Array.from({ length: Math.min(a.length, b.length) }, (_, i) => i).filter(
    (i) => !Number.isNaN(a[i]!) && !Number.isNaN(b[i]!),
  );
  if (held.length < 3) return NaN;
  return spearman(
    held.map((i) => a[i]!),
    held.map((i) => b[i]!),
  );
}
