import { describe, TraceError, type Trace } from '../../trace/index.js';

import type { HeadValue } from '../measure.js';
import { pacer } from '../../trace/pacer.js';
import type { HeadPlace } from '../wanted-heads.js';
import { discoveries } from './false-discovery.js';
import { randomNumbers } from './random-numbers.js';
import { mustBeList } from '../must.js';

export interface ComparePairsOptions {
  /** The share of bootstrap means within the interval. Default 0.95. */
  level?: number;
  /** The accepted share of false discoveries among the heads found, by Benjamini–Hochberg. Default 0.05. */
  falseDiscoveryRate?: number;
  /** How many bootstrap samples are drawn. Default 2,000. */
  resamples?: number;
  /** How many random sign flips p is estimated from: its least value is 1 ÷ (flips + 1). Default 10,000. */
  flips?: number;
  /** The same seed gives the same numbers. Default 1. */
  seed?: number;
  signal?: AbortSignal;
  /** Called after each pair is measured. */
  onProgress?: (measured: number, total: number) => void;
}

/** How one head differs between a and b, over all pairs. */
export interface HeadPairsDifference extends HeadPlace {
  /** The mean of b − a over the pairs, and the ends of its bootstrap interval. */
  mean: number;
  low: number;
  high: number;
  /** The p-value: how often a mean at least as far from 0 occurs when a and b are swapped at random (two-sided). */
  p: number;
  /** The least false discovery rate at which this head is among those found. */
  q: number;
  /** Whether it is found at the rate `falseDiscoveryRate`. */
  discovered: boolean;
  /** b − a of each pair, in the order of the pairs; NaN if the head could not be measured, which is ignored. */
  differences: Float64Array;
}

/** Which trace of which pair is measured. */
export interface PairSide {
  pair: number;
  side: 'a' | 'b';
}

/**
 * Pairs of traces, such as one template with “he” and with “she”: for each head the mean difference of a number, b − a, a percentile
 * bootstrap interval over pairs, and a sign-flip test, corrected for the many heads by Benjamini–Hochberg. The samples are pairs, not
 * tokens or heads: conclusions hold for templates like these. There is no score for a model as a whole, and none should be derived from
 * this: it is contested whether heads carry bias (for: arXiv:2311.10395; against: arXiv:2401.06495). Descriptive.
 *
 * Sources: Efron 1979 (bootstrap); Fisher 1935 (sign flips); Benjamini & Hochberg 1995 (false discovery rate, of heads that may
 * depend on each other positively).
 *
 * @param value the number of each head of one trace, as `measureHeads` or `groupShares(…).headValues(…)` give it
 * @throws TraceError `empty` for fewer than two pairs, `different-models` where a trace has other heads than the first; the signal's reason
 * @example
 * const heads = await comparePairs(pairs, async (trace) => {
 *   const { keyTokens } = trace.stream();
 *   const [pronoun, work] = groupsFromWords(keyTokens, { pronoun: ['he', 'she'], work: ['nurse', 'doctor'] });
 *   const shares = await groupShares(trace.stream(), { queryGroups: [pronoun], keyGroups: [work] });
 *   return shares.headValues(0, 0);
 * });
 * const found = heads.filter(({ discovered }) => discovered);
 */
export async function comparePairs(
  pairs: readonly (readonly [a: Trace, b: Trace])[],
  value: (trace: Trace, which: PairSide) => readonly HeadValue[] | Promise<readonly HeadValue[]>,
  options: ComparePairsOptions = {},
): Promise<HeadPairsDifference[]> {
  const {
    level = 0.95,
    falseDiscoveryRate = 0.05,
    resamples = 2000,
    flips = 10_000,
    seed = 1,
    signal,
  } = options ?? {};
  if (!Array.isArray(pairs) || pairs.length < 2) throw tooFew(pairs);
  pairs.forEach((pair, i) => mustBeList(pair, `pairs[${i}]`, 'two traces, [a, b]'));
  const pause = pacer(signal);
  await pause();
  const { heads, differences } = await measurePairs();
  const random = randomNumbers(seed);
  const means = await resampledMeans();
  const p = await flippedShares();
  const found = discoveries(p);
  const results: HeadPairsDifference[] = [];
  for (const [h, place] of heads.entries()) {
    const sorted = means[h]!.filter((mean) => !Number.isNaN(mean)).sort();
    results.push({
      ...place,
      mean: meanOf(differences[h]!),
      low: quantile(sorted, (1 - level) / 2),
      high: quantile(sorted, (1 + level) / 2),
      p: p[h]!,
      q: found[h]!,
      discovered: found[h]! <= falseDiscoveryRate,
      differences: differences[h]!,
    });
    await pause();
  }
  return results;

  async function measurePairs(): Promise<{ heads: HeadPlace[]; differences: Float64Array[] }> {
    let heads: HeadPlace[] = [];
    const differences: Float64Array[] = [];
    for (const [pair, [a, b]] of pairs.entries()) {
      const ofA = await value(a, { pair, side: 'a' });
      const ofB = await value(b, { pair, side: 'b' });
      if (pair === 0) {
        heads = ofA.map(({ layer, head }) => ({ layer, head }));
        differences.push(...heads.map(() => new Float64Array(pairs.length)));
      }
      for (const [side, values] of Object.entries({ a: ofA, b: ofB }))
        if (shapeOf(values) !== shapeOf(heads))
          throw otherHeads(`pairs[${pair}], ${side}`, values.length, heads.length);
      differences.forEach((of, h) => (of[pair] = ofB[h]!.value - ofA[h]!.value));
      options.onProgress?.(pair + 1, pairs.length);
      await pause();
    }
    return { heads, differences };
  }

  /** The bootstrap means of each head: the mean over pairs drawn with replacement, the same pairs for every head. */
  async function resampledMeans(): Promise<Float64Array[]> {
    const means = heads.map(() => new Float64Array(resamples));
    const drawn = new Float64Array(pairs.length);
    for (let n = 0; n < resamples; n++) {
      drawn.fill(0);
      for (let i = 0; i < pairs.length; i++) drawn[Math.floor(random() * pairs.length)]!++;
      differences.forEach((of, h) => (means[h]![n] = meanOf(of, drawn)));
      await pause();
    }
    return means;
  }

  /** The share of random swaps of a and b, the observed one included, that move the mean as far from 0; the same swaps for every head. */
  async function flippedShares(): Promise<number[]> {
    const known = differences.map((of) => of.map((d) => (Number.isNaN(d) ? 0 : d)));
    const seen = known.map((of) => Math.abs(of.reduce((sum, d) => sum + d, 0)));
    const slack = known.map((of) => 1e-12 * of.reduce((sum, d) => sum + Math.abs(d), 0));
    const asFar = new Float64Array(heads.length).fill(1);
    const signs = new Float64Array(pairs.length);
    for (let n = 0; n < flips; n++) {
      for (let i = 0; i < signs.length; i++) signs[i] = random() < 0.5 ? -1 : 1;
      known.forEach((of, h) => {
        let sum = 0;
        for (let i = 0; i < of.length; i++) sum += signs[i]! * of[i]!;
        if (Math.abs(sum) >= seen[h]! - slack[h]!) asFar[h]!++;
      });
      await pause();
    }
    return differences.map((of, h) => (of.every(Number.isNaN) ? NaN : asFar[h]! / (flips + 1)));
  }
}

/** The mean without NaN, each value counted as often as it was drawn. */
function meanOf(values: Float64Array, drawn?: Float64Array): number {
  let [sum, count] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const times = drawn ? drawn[i]! : 1;
    if (times === 0 || Number.isNaN(values[i]!)) continue;
    sum += times * values[i]!;
    count += times;
  }
  return sum / count;
}

/** A quantile of sorted numbers, interpolated linearly. */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const [before, after] = [sorted[low] ?? NaN, sorted[Math.min(low + 1, sorted.length - 1)] ?? NaN];
  return before + (at - low) * (after - before);
}

const shapeOf = (heads: readonly HeadPlace[]): string =>
  heads.map(({ layer, head }) => `${layer}.${head}`).join(' ');

function tooFew(pairs: unknown): TraceError {
  return new TraceError({
    code: 'empty',
    place: 'pairs',
    found: Array.isArray(pairs) && pairs.length === 1 ? '1 pair' : describe(pairs),
    expected: 'at least two pairs of traces [a, b]',
    fix: 'What one pair shows may be chance: an interval takes several, from different templates.',
  });
}

function otherHeads(place: string, found: number, expected: number): TraceError {
  return new TraceError({
    code: 'different-models',
    place,
    found: found === expected ? 'values of other heads' : `values of ${found} heads`,
    expected: `the ${expected} heads of the first trace, in the same order`,
    fix: 'Measure the same layers and heads of one model in every trace.',
  });
}
