import { formatWeight } from '../kit/numbers.js';
import type { Compared } from './compared.js';

/** A signed number as a reader wants it: two digits after the point, three below 0.1, `2e−5` for next to none; a true minus. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size === Infinity) return value < 0 ? '−∞' : '∞';
  const digits = size >= 99.95 ? 1 : size >= 0.0995 ? 2 : 3;
  const text = size === 0 ? '0' : size < 0.0005 ? size.toExponential(0) : size.toFixed(digits);
  return (value < 0 ? '−' : '') + text.replace('e-', 'e−');
}

/** A number of a column of an opened query: a weight, or a score. */
export const formatIn = (column: Compared, value: number): string =>
  column === 'weight' ? formatWeight(value) : formatNumber(value);

/** The size of the largest number, signs left out; 0 where there is none. */
export function largestSize(numbers: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < numbers.length; i++) most = Math.max(most, Math.abs(numbers[i]!));
  return most;
}

/** Where a score lies in its cell, in [0, 1]: 0 in the middle, the size that has the full colour at the ends, which hold all beyond. */
export const placeOfScore = (score: number, full: number): number =>
  (1 + Math.min(1, Math.max(-1, score / full))) / 2;

/** The size that has the full colour: a round number, as `fullColorAt` gives it. */
export const formatRange = (range: number): string => (range < 0.001 ? range.toExponential() : String(range));

/** As `formatNumber`, with a plus too. */
export const formatSigned = (value: number): string => (value > 0 ? '+' : '') + formatNumber(value);

/** A difference between weights: `4e-7`, `0.21`, `0`. */
export function formatDifference(value: number): string {
  if (value === 0) return '0';
  return value < 0.001 ? value.toExponential(0) : String(Number(value.toPrecision(2)));
}

/** `2`, `2–3`, `2, 4–6`. */
export function formatRuns(numbers: readonly number[]): string {
  const runs: [first: number, last: number][] = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run && run[1] === number - 1) run[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([first, last]) => (first === last ? first : `${first}–${last}`)).join(', ');
}

/** Numbers looked at to find their range; more are sampled evenly. */
const sampled = 50_000;

/**
 * The size at which a number gets its full colour, so that few lie beyond and a single large one does not pale the rest: the
 * 99th percentile of the sizes, rounded up to 1, 1.5, 2, 3, 4, 5, 6, 8 or 10 times a power of ten. 1 where all are 0.
 */
export function fullColorAt(values: ArrayLike<number>): number {
  const step = Math.max(1, Math.ceil(values.length / sampled));
  const sizes = Float64Array.from({ length: Math.ceil(values.length / step) }, (_, i) =>
    Math.abs(values[i * step]!),
  );
  sizes.sort();
  const most = sizes[Math.ceil(sizes.length * 0.99) - 1] || sizes.at(-1) || 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return Number(
    ([1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((n) => n * power >= most * (1 - 1e-9))! * power).toPrecision(2),
  );
}
