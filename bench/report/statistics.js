// @ts-check
// Medians of repetitions. Pure.

/**
 * @typedef {{ median: number, low: number, high: number, count: number }} Spread `low` and `high`: the least and the largest
 */

/** @param {readonly number[]} values at least one */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (at(sorted, Math.ceil(middle) - 1) + at(sorted, Math.floor(middle))) / 2;
}

/** @param {readonly number[]} values @param {number} index */
function at(values, index) {
  const value = values[index];
  if (value === undefined) throw new RangeError('The median of nothing was asked for.');
  return value;
}

/**
 * @param {readonly (number | null | undefined)[]} values those not measured are left out
 * @returns {Spread | undefined} undefined where none was measured
 */
export function spread(values) {
  const measured = values.filter((value) => typeof value === 'number');
  if (measured.length === 0) return undefined;
  return {
    median: median(measured),
    low: Math.min(...measured),
    high: Math.max(...measured),
    count: measured.length,
  };
}
