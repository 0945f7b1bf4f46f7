import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  groupShares,
  groupsFromSegments,
  groupsFromSentences,
  keyShares,
  weightsOfHeads,
  type HeadWeights,
} from '../../../../src/lib/analysis/index.js';
import { loadSafetensors } from '../../../../src/lib/io/index.js';
import { createTrace } from '../../../../src/lib/trace/index.js';

const fixture = new URL('../../../../fixtures/rag', import.meta.url).pathname;
const trace = await loadSafetensors(new Uint8Array(readFileSync(`${fixture}.safetensors`)));
const stream = trace.stream();
const { keyTokens, keySegments } = stream;
const keyGroups = groupsFromSegments(keyTokens, keySegments.slice(0, -1));
const queryGroups = groupsFromSentences(keyTokens, { within: keySegments.at(-1)! });
/** What NumPy says of each head: `[layer][head][sentence][document]`. */
const { shares: numpy } = JSON.parse(readFileSync(`${fixture}.check.json`, 'utf8')) as {
  shares: Record<'in' | 'renormalized', number[][][][]>;
};

const learned: HeadWeights = {
  label: 'AT2',
  values: [
    [0.1, -0.4, 0, 2],
    [0.7, 0, -1.5, 0.25],
    [3, 0.5, -0.125, 1],
  ],
};

/** Σ w·share ÷ Σ |w| over heads, of NumPy's shares. */
function byHand(of: number[][][][], heads: readonly [number, number][], q: number, k: number): number {
  const table = learned.values as number[][];
  const size = heads.reduce((sum, [l, h]) => sum + Math.abs(table[l]![h]!), 0);
  return heads.reduce((sum, [l, h]) => sum + table[l]![h]! * of[l]![h]![q]![k]!, 0) / size;
}

const all = [0, 1, 2].flatMap((l) => [0, 1, 2, 3].map((h) => [l, h] as [number, number]));
const some = [all[3]!, all[6]!, all[8]!];

describe.each([
  ['sinks in', 'in', {}],
  ['sinks out, rows scaled up', 'renormalized', { hide: 'first', renormalize: true }],
] as const)('weighted shares, %s', (_, name, how) => {
  test('of all heads and of some, as NumPy’s shares summed by hand', async () => {
    const shares = (await groupShares(stream, { queryGroups, keyGroups, ...how })).weightedBy(learned);
    for (const q of queryGroups.keys())
      for (const k of keyGroups.keys()) {
        expect(shares.cell(q, k).share).toBeCloseTo(byHand(numpy[name], all, q, k), 6);
        expect(shares.cell(q, k, [3, 6, 8]).share).toBeCloseTo(byHand(numpy[name], some, q, k), 6);
      }
  });

  test('those of keys sum to those of their group', async () => {
    const heads = all.map(([layer, head]) => ({ layer, head }));
    const perKey = await keyShares(stream, {
      ...{ queryGroup: queryGroups[0]!, heads, headWeights: learned, ...how },
    });
    for (const [k, { positions }] of keyGroups.entries())
      expect(positions.reduce((sum, at) => sum + perKey[at]!, 0)).toBeCloseTo(
        byHand(numpy[name], all, 0, k),
        6,
      );
  });
});

test('a head by itself, per token, and what is left out are as they are without weights', async () => {
  const shares = await groupShares(stream, { queryGroups, keyGroups, hide: 'first' });
  const weighted = shares.weightedBy(learned);
  expect(weighted.headValues(1, 2)).toEqual(shares.headValues(1, 2));
  expect(weighted.hiddenShare(1)).toBe(shares.hiddenShare(1));
  const seen = keyGroups[2]!.positions.length;
  expect(weighted.cell(1, 2).perToken).toBeCloseTo(weighted.cell(1, 2).share / seen, 9);
});

test('lift is of weights that are not below 0, and of heads without weight there is nothing', async () => {
  const shares = await groupShares(stream, { queryGroups, keyGroups });
  const weighted = shares.weightedBy(learned);
  expect(weighted.cell(0, 1).lift).toBeNaN();
  // Heads 3 and 4 weigh 2 and 0.7: their lifts by what an even spread of each gives.
  const even = [3, 4].map((head) => {
    const { share, lift } = shares.cell(0, 1, [head]);
    return share / lift;
  });
  const expected =
    (2 * shares.cell(0, 1, [3]).share + 0.7 * shares.cell(0, 1, [4]).share) / (2 * even[0]! + 0.7 * even[1]!);
  expect(weighted.cell(0, 1, [3, 4]).lift).toBeCloseTo(expected, 9);
  expect(weighted.cell(0, 1, [2, 5]).share).toBe(0);
});

test('alike, they change nothing', async () => {
  const shares = await groupShares(stream, { queryGroups, keyGroups });
  const values = shares.heads.map((head) => ({ ...head, value: 0.3 }));
  const { share, lift } = shares.weightedBy({ label: 'alike', values }).cell(3, 2);
  expect(share).toBeCloseTo(shares.cell(3, 2).share, 9);
  expect(lift).toBeCloseTo(shares.cell(3, 2).lift, 9);
});

/** Layers 2 and 5 of a model, the second of which has one head. */
const uneven = createTrace({
  tokens: ['a', 'b'],
  layers: [2, 5],
  heads: [[1, 3], [0]],
  attention: [[eye(), eye()], [eye()]],
}).stream();
function eye() {
  return [
    [1, 0],
    [0, 1],
  ];
}

test('a table goes by the layers and heads that the stream holds, entries by the numbers of the model', () => {
  expect(weightsOfHeads({ label: 'w', values: [[1, 2], [3]] }, uneven)).toEqual([1, 2, 3]);
  const values = [
    { layer: 5, head: 0, value: 3 },
    { layer: 2, head: 3, value: 2 },
    { layer: 2, head: 1, value: 1 },
    { layer: 9, head: 9, value: 0 },
  ];
  expect(weightsOfHeads({ label: 'w', values }, uneven)).toEqual([1, 2, 3]);
  expect(
    weightsOfHeads({ label: 'w', values: [Float32Array.of(1, 2), [3]] }, uneven, [{ layer: 5, head: 0 }]),
  ).toEqual([3]);
});

test.each([
  ['headWeights.label', 'nothing', undefined],
  ['headWeights.label', 'nothing', { values: [[1, 2], [3]] }],
  ['headWeights.values', 'nothing', { label: 'w' }],
  ['headWeights.values', '1 layer', { label: 'w', values: [[1, 2]] }],
  [
    'headWeights.values[1]',
    '2 heads',
    {
      label: 'w',
      values: [
        [1, 2],
        [3, 4],
      ],
    },
  ],
  ['headWeights.values', 'the number NaN for head 3 of layer 2', { label: 'w', values: [[1, NaN], [3]] }],
  [
    'headWeights.values',
    'the number Infinity for head 0 of layer 5',
    { label: 'w', values: [[1, 2], [1 / 0]] },
  ],
  ['headWeights.values', 'the string "2" for head 3 of layer 2', { label: 'w', values: [[1, '2'], [3]] }],
  [
    'headWeights.values',
    'nothing for head 3 of layer 2',
    { label: 'w', values: [{ layer: 2, head: 1, value: 1 }] },
  ],
  ['headWeights.values', 'nothing but 0', { label: 'w', values: [[0, 0], [0]] }],
])('refuses %s: %s', (place, found, given) => {
  expect(() => weightsOfHeads(given as never, uneven)).toThrow(
    expect.objectContaining({ code: 'head-weights', place, found }),
  );
});
