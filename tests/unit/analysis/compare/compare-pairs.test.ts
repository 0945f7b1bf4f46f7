import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { comparePairs, groupShares, type HeadValue } from '../../../../src/lib/analysis/index.js';
import { createTrace } from '../../../../src/lib/trace/index.js';

const reference = (
  JSON.parse(readFileSync(new URL('./compare.json', import.meta.url), 'utf8')) as {
    pairs: {
      values: (number | null)[][];
      mean: number[];
      low: number[];
      high: number[];
      p: number[];
      q: number[];
    };
  }
).pairs;
const trace = createTrace({ tokens: ['a'], attention: [[[[1]]]] });
const heads = (values: number[]): HeadValue[] => values.map((value, head) => ({ layer: 4, head, value }));

test('200 pairs of which 3 heads differ, as NumPy and SciPy have them', async () => {
  const pairs = reference.values.map(() => [trace, trace] as const);
  const found = await comparePairs(
    pairs,
    (_, { pair, side }) => heads(reference.values[pair]!.map((d) => (side === 'a' ? 0.5 : 0.5 + (d ?? NaN)))),
    { seed: 11, resamples: 500, flips: 2000 },
  );
  expect(found.filter(({ discovered }) => discovered).map(({ head }) => head)).toEqual([2, 5, 11]);
  found.forEach(({ mean, low, high, p, q, differences }, h) => {
    expect(mean).toBeCloseTo(reference.mean[h]!, 9);
    expect(low).toBeCloseTo(reference.low[h]!, 9);
    expect(high).toBeCloseTo(reference.high[h]!, 9);
    expect(p).toBeCloseTo(reference.p[h]!, 12);
    expect(q).toBeCloseTo(reference.q[h]!, 12);
    // One that could not be measured is left out of the mean, and said.
    const third = reference.values[3]![h];
    if (third === null) expect(differences[3]).toBeNaN();
    else expect(differences[3]).toBeCloseTo(third!, 9);
  });
});

test('the same seed gives the same numbers, another one others', async () => {
  const values = [0.1, -0.2, 0.3, 0.05];
  const run = (seed: number) =>
    comparePairs(
      values.map(() => [trace, trace] as const),
      (_, { pair, side }) => heads([side === 'a' ? 0 : values[pair]!]),
      { seed, resamples: 50, flips: 50 },
    );
  expect(await run(3)).toEqual(await run(3));
  expect((await run(3))[0]!.p).not.toBe((await run(4))[0]!.p);
});

test('shares of groups, from template to head', async () => {
  const make = (pronoun: string, weight: number) =>
    createTrace({
      tokens: ['the', 'nurse', pronoun],
      queryPositions: [2],
      attention: [[[[1 - weight, weight, 0]], [[0.5, 0.25, 0.25]]]],
    });
  const pairs = Array.from({ length: 8 }, (_, i) => [make('he', 0.25), make('she', 0.5 + i / 64)] as const);
  const found = await comparePairs(pairs, async (trace) => {
    const shares = await groupShares(trace.stream(), {
      queryGroups: [{ name: 'pronoun', positions: [2] }],
      keyGroups: [{ name: 'work', positions: [1] }],
    });
    return shares.headValues(0, 0);
  });
  expect(found.map(({ discovered }) => discovered)).toEqual([true, false]);
  expect(found[0]!.mean).toBeCloseTo(0.25 + 3.5 / 64, 6);
  expect(found[1]!).toMatchObject({ mean: 0, low: 0, high: 0, p: 1 });
});

test.each([
  ['empty', []],
  ['empty', [[trace, trace]]],
  ['empty', 'pairs'],
])('refuses with %s', async (code, pairs) => {
  await expect(comparePairs(pairs as never, () => heads([1]))).rejects.toMatchObject({ code });
});

test('refuses heads that differ from trace to trace', async () => {
  const pairs = [
    [trace, trace],
    [trace, trace],
  ] as const;
  await expect(
    comparePairs(pairs, (_, { pair, side }) => heads(pair === 1 && side === 'b' ? [1, 2] : [1])),
  ).rejects.toMatchObject({ code: 'different-models', place: 'pairs[1], b' });
});
