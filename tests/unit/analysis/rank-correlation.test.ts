import { expect, test } from 'vitest';
import { rankCorrelation } from '../../../src/lib/analysis/index.js';

test.each([
  // From the documentation of scipy.stats.spearmanr, ties in the second.
  [[1, 2, 3, 4, 5], [5, 6, 7, 8, 7], 0.8207826816681233],
  [[1, 2, 3, 4], [10, 20, 30, 1000], 1],
  [[1, 2, 3, 4], [9, 7, 5, -2], -1],
  // By hand: ranks 1.5, 1.5, 3, 4 and 1, 2, 3, 4: 4.5 ÷ √(4.5 · 5).
  [[0, 0, 1, 2], [1, 2, 3, 4], Math.sqrt(0.9)],
  [[1, NaN, 2, 3], [1, 50, 2, 3], 1],
])('Spearman’s rank correlation of %j and %j', (a, b, expected) => {
  expect(rankCorrelation(a, b)).toBeCloseTo(expected, 12);
});

test('of too few, or of a list without order, there is none', () => {
  expect(rankCorrelation([1, 2], [1, 2])).toBeNaN();
  expect(rankCorrelation([1, 1, 1], [1, 2, 3])).toBeNaN();
});
