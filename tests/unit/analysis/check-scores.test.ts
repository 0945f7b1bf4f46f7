import { describe, expect, test } from 'vitest';
import { checkHead } from '../../../src/lib/analysis/query-key/index.js';
import { createTrace, type Stream, type StreamInput } from '../../../src/lib/trace/index.js';
import { halfByDefinition } from '../trace/arrays.js';

describe('recorded scores', () => {
  const [tokens, dim] = [12, 8];
  let seed = 5;
  const random = (): number => ((seed = (seed * 48271) % 2147483647) / 2147483647) * 4 - 2;
  const vectors = (size: number): number[][] =>
    Array.from({ length: tokens }, () => Array.from({ length: dim }, () => Math.fround(size * random())));
  // Scores of up to 20 or so: float16 rounds the largest by more than 0.005.
  const [queries, keys] = [vectors(4), vectors(1)];
  /** q·k ÷ √d in float64, by plain loops. */
  const scores = queries.map((q) =>
    keys.map((k) => {
      let sum = 0;
      for (let i = 0; i < dim; i++) sum += q[i]! * k[i]!;
      return sum / Math.sqrt(dim);
    }),
  );
  const largest = Math.max(...scores.flat().map(Math.abs));

  /** The float16 numbers from 0 on, ascending, by their bits. */
  const halves = Array.from({ length: 0x7c00 }, (_, bits) => halfByDefinition(bits));
  function halfBits(value: number): number {
    const above = halves.findIndex((half) => half >= Math.abs(value));
    const down = above > 0 && Math.abs(value) - halves[above - 1]! < halves[above]! - Math.abs(value);
    return (down ? above - 1 : above) | (value < 0 ? 0x8000 : 0);
  }

  type Change = (score: number, query: number, key: number) => number;
  /** A head of these vectors and of what `change` makes of their scores; 0 after a causal query. */
  function head(
    change: Change = (score) => score,
    {
      causal = false,
      half = false,
      ...more
    }: { causal?: boolean; half?: boolean } & Partial<StreamInput> = {},
  ): Stream {
    const numbers = scores.flatMap((row, query) =>
      row.map((score, key) => (causal && key > query ? 0 : change(score, query, key))),
    );
    const data = half ? Uint16Array.from(numbers, halfBits) : Float32Array.from(numbers);
    return createTrace({
      tokens: queries.map((_, i) => `t${i}`),
      attention: { dims: [1, 1, tokens, tokens], data },
      quantity: 'scores',
      queries: [[queries]],
      keys: [[keys]],
      ...more,
    }).stream();
  }

  test.each([{}, { causal: true }])('in float32 are those of queries and keys: %o', async (options) => {
    const stream = head(undefined, options);
    expect(stream.causal).toBe(Boolean(options.causal));
    const check = await checkHead(stream, 0, 0);
    expect(check).toMatchObject({ verdict: 'exact' });
    expect(check).not.toHaveProperty('explanation');
    expect(check.difference).toBeLessThan(2 ** -24 * largest * 2);
  });

  test.each([{}, { causal: true }])(
    'in float16 are as closely as it rounds, half a step of each: %o',
    async (options) => {
      const check = await checkHead(head(undefined, { ...options, half: true }), 0, 0);
      expect(check).toMatchObject({ verdict: 'rounded' });
      expect(check.difference).toBeGreaterThan(1e-3);
      expect(check.difference).toBeLessThan(largest * 2 ** -11);
      expect(check.computed).toBeCloseTo(scores[check.query]![check.key]!, 9);
    },
  );

  test('a wrong one is found, in float32 and in float16, among larger roundings too', async () => {
    const wrong: Change = (score, query, key) => score + (query === 7 && key === 3 ? 1e-3 : 0);
    expect(await checkHead(head(wrong), 0, 0)).toMatchObject({
      verdict: 'differs',
      ...{ query: 7, key: 3 },
      difference: expect.closeTo(1e-3, 5),
      computed: expect.closeTo(scores[7]![3]!, 9),
      recorded: expect.closeTo(scores[7]![3]! + 1e-3, 5),
    });
    const rounding = (await checkHead(head(undefined, { half: true }), 0, 0)).difference;
    const flat = scores.flat();
    const smallest = flat.findIndex((score) => Math.abs(score) === Math.min(...flat.map(Math.abs)));
    const place = { query: Math.floor(smallest / tokens), key: smallest % tokens };
    const slight: Change = (score, query, key) =>
      score + (query === place.query && key === place.key ? rounding * 0.8 : 0);
    const check = await checkHead(head(slight, { half: true }), 0, 0);
    expect(check).toMatchObject({ verdict: 'differs', ...place });
    expect(check.difference).toBeLessThan(rounding);
  });

  test('vectors in float16 are given what their rounding moves a product by', async () => {
    const bits = (of: number[][]) => ({
      dims: [1, 1, tokens, dim],
      data: Uint16Array.from(of.flat(), halfBits),
    });
    const rounded = head(undefined, { queries: bits(queries), keys: bits(keys) });
    const check = await checkHead(rounded, 0, 0);
    expect(check).toMatchObject({ verdict: 'rounded' });
    expect(check.difference).toBeGreaterThan(1e-4);
    const wrong: Change = (score, query, key) => score + (query === 7 && key === 3 ? 0.2 : 0);
    const again = head(wrong, { queries: bits(queries), keys: bits(keys) });
    expect(await checkHead(again, 0, 0)).toMatchObject({ verdict: 'differs', query: 7, key: 3 });
  });

  test('of keys that a query does not see nothing is asked: before its window, or hidden by a bias', async () => {
    const window: Change = (score, query, key) => (query - key < 4 ? score : 99);
    expect(await checkHead(head(window, { causal: true, scoring: { window: 4 } }), 0, 0)).toMatchObject({
      verdict: 'exact',
    });
    const bias = [[queries.map(() => keys.map((_, key) => (key === 5 ? -Infinity : key / 4)))]];
    const padded: Change = (score, _query, key) => (key === 5 ? 0 : score + key / 4);
    expect(await checkHead(head(padded, { scoring: { bias } }), 0, 0)).toMatchObject({ verdict: 'exact' });
  });

  const explained: [name: string, change: Change, causal: boolean, explanation: unknown][] = [
    ['another scale', (score) => score * 1.7, false, { by: 'scale', value: 1.7 / Math.sqrt(dim) }],
    ['a soft-cap', (score) => 6 * Math.tanh(score / 6), false, { by: 'softCap', value: 6 }],
    [
      'ALiBi',
      (score, query, key) => score - Math.abs(query - key) / 4,
      false,
      { by: 'alibiSlopes', value: 0.25 },
    ],
    ['a window', (score, query, key) => (query - key < 5 ? score : 0), true, { by: 'window', value: 5 }],
    ['a bias on one key', (score, _, key) => score + (key === 3 ? 1 : 0), false, undefined],
  ];
  test.each(explained)('%s is the reason', async (_, change, causal, explanation) => {
    const check = await checkHead(head(change, { causal }), 0, 0);
    expect(check.verdict).toBe('differs');
    if (!explanation) return expect(check.explanation).toBeUndefined();
    const { by, value } = explanation as { by: string; value: number };
    expect(check.explanation).toEqual({ by, value: expect.closeTo(value, 4) as number });
  });

  test('a scale is told from one key a query: scores lack no constant, as weights do', async () => {
    const own: Change = (score, query, key) => (query === key ? score * 1.7 : 0);
    const check = await checkHead(head(own, { causal: true, scoring: { window: 1 } }), 0, 0);
    expect(check.explanation).toEqual({
      by: 'scale',
      value: expect.closeTo(1.7 / Math.sqrt(dim), 4) as number,
    });
  });

  test('numbers that are neither scores nor weights are refused by name', async () => {
    const stream = head((score) => score / 100, { quantity: 'differences' });
    await expect(checkHead(stream, 0, 0)).rejects.toMatchObject({
      code: 'quantity',
      found: 'the quantity difference',
      expected: 'weights or scores',
    });
  });
});
