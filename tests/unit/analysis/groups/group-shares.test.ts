import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { groupShares, lookbackRatios, type Group } from '../../../../src/lib/analysis/index.js';
import { loadSafetensors } from '../../../../src/lib/io/index.js';
import { createTrace, type Stream } from '../../../../src/lib/trace/index.js';

type Cells = (number | null)[][][];
interface Reference {
  query: Record<string, number[]>;
  key: Record<string, number[]>;
  in: Cells[][];
  out: Cells[][];
  scaled: Cells[][];
  lookback?: { in: number[][][]; out: number[][][] };
}
const reference = JSON.parse(readFileSync(new URL('./groups.json', import.meta.url), 'utf8')) as Record<
  string,
  Reference
>;

const streamOf = async (name: string): Promise<Stream> => {
  const path = new URL(`../../../../fixtures/${name}.safetensors`, import.meta.url);
  return (await loadSafetensors(new Uint8Array(readFileSync(path)))).stream();
};
const groups = (by: Record<string, number[]>): Group[] =>
  Object.entries(by).map(([name, positions]) => ({ name, positions }));

describe.each(Object.keys(reference))('%s, as NumPy has it', (name) => {
  const expected = reference[name]!;
  test.each([
    ['sinks in', expected.in, { hide: 'none', renormalize: false }],
    ['sinks out', expected.out, { hide: 'first', renormalize: false }],
    ['sinks out, rows scaled up', expected.scaled, { hide: 'first', renormalize: true }],
  ] as const)('every head, %s', async (_, byHead, how) => {
    const stream = await streamOf(name);
    const shares = await groupShares(stream, {
      queryGroups: groups(expected.query),
      keyGroups: groups(expected.key),
      ...how,
    });
    expect(shares.heads.length).toBe(stream.layers.length * stream.heads.length);
    expect(shares.hiddenKeys).toEqual(how.hide === 'none' ? [] : [0]);
    shares.heads.forEach(({ layer, head }, index) =>
      byHead[layer]![head]!.forEach((row, q) => {
        expect(row.length).toBe(shares.keyGroups.length);
        row.forEach(([share, perToken, lift], k) => {
          const cell = shares.cell(q, k, [index]);
          expect(cell.share, `${layer}.${head} ${q} ${k}`).toBeCloseTo(share!, 6);
          if (perToken == null) expect(cell.perToken).toBeNaN();
          else expect(cell.perToken).toBeCloseTo(perToken, 6);
          if (lift == null) expect(cell.lift).toBeNaN();
          else expect(cell.lift).toBeCloseTo(lift, 6);
        });
      }),
    );
  });

  test('of several heads it is their mean', async () => {
    const shares = await groupShares(await streamOf(name), {
      queryGroups: groups(expected.query),
      keyGroups: groups(expected.key),
    });
    const all = expected.in.flat().map((cells) => cells[0]![1]![0]!);
    expect(shares.cell(0, 1).share).toBeCloseTo(all.reduce((a, b) => a + b) / all.length, 6);
    expect(shares.headValues(0, 1).map(({ value }) => value)).toEqual(
      all.map((value) => expect.closeTo(value, 6) as number),
    );
  });
});

test.each(['in', 'out'] as const)('lookback ratios, sinks %s, as NumPy has them', async (sinks) => {
  const range = (start: number, end: number) => Array.from({ length: end - start }, (_, i) => start + i);
  const found = await lookbackRatios(await streamOf('induction'), {
    context: { name: 'given', positions: range(0, 20) },
    answer: { name: 'written', positions: range(20, 40) },
    hide: sinks === 'in' ? 'none' : 'first',
  });
  expect(found.length).toBe(8);
  for (const { layer, head, ratios } of found)
    reference.induction!.lookback![sinks][layer]![head]!.forEach((ratio, i) =>
      expect(ratios[i]).toBeCloseTo(ratio, 6),
    );
});

// A sink, two documents of two tokens, an answer of two; the second query looks at document B with 0.4.
const planted = createTrace({
  tokens: ['<s>', 'a1', 'a2', 'b1', 'b2', 'x', 'y'],
  segments: [
    { name: 'A', start: 1, end: 3 },
    { name: 'B', start: 3, end: 5 },
  ],
  queryPositions: [5, 6],
  causal: true,
  attention: [
    [
      [
        [0.5, 0.1, 0.1, 0.1, 0.1, 0.1, 0],
        [0.4, 0.05, 0.05, 0.1, 0.3, 0, 0.1],
      ],
    ],
  ],
}).stream();
const A = { name: 'A', positions: [1, 2] };
const B = { name: 'B', positions: [3, 4] };

test('by hand: share, per token, lift, and what lies on the sink', async () => {
  const [x, y] = ['x', 'y'].map((name, i) => ({ name, positions: [5 + i] }));
  const shares = await groupShares(planted, { queryGroups: [x!, y!], keyGroups: [A, B], hide: 'first' });
  expect(shares.rest).toBe(2);
  expect(shares.keyGroups[2]).toEqual({ name: 'rest', positions: [0, 5, 6] });
  expect([0, 1].map((query) => shares.hiddenShare(query))).toEqual([0.5, expect.closeTo(0.4, 6)]);
  // y gives 0.6 to six keys, of which B has two: an even spread would give it 0.2.
  const { share, perToken, lift } = shares.cell(1, 1);
  expect([share, perToken, lift]).toEqual([0.4, 0.2, 2].map((n) => expect.closeTo(n, 6) as number));
  // x sees five keys but the sink, and itself among the rest alone.
  expect(shares.cell(0, 1).lift).toBeCloseTo(1, 6);
  expect(shares.cell(0, 2).perToken).toBeCloseTo(0.1, 6);
});

test('a group is of the tokens whose queries were recorded', async () => {
  const all = { name: 'all', positions: [0, 1, 2, 3, 4, 5, 6] };
  const shares = await groupShares(planted, { queryGroups: [all], keyGroups: [B] });
  expect(shares.cell(0, 0).share).toBeCloseTo((0.2 + 0.4) / 2, 6);
});

test.each([
  ['group', { keyGroups: [] }],
  ['group', { keyGroups: 'documents' }],
  ['group', { keyGroups: [A, A] }],
  ['group', { keyGroups: [{ name: 'half', positions: [1.5] }] }],
  ['empty-group', { keyGroups: [A, { name: 'none', positions: [] }] }],
  ['group-outside', { keyGroups: [{ name: 'far', positions: [7] }] }],
  ['group-overlap', { keyGroups: [A, { name: 'too', positions: [2, 3] }], apart: true }],
  ['no-queries', { queryGroups: [A] }],
  ['lens', { hide: 'nothing' }],
  ['unknown-head', { heads: [3] }],
])('refuses with %s', async (code, wrong) => {
  const options = { queryGroups: [{ name: 'y', positions: [6] }], keyGroups: [A, B], ...wrong };
  await expect(groupShares(planted, options as never)).rejects.toMatchObject({ name: 'TraceError', code });
});

test('groups may overlap where that is not refused', async () => {
  const both = { name: 'both', positions: [1, 2, 3, 4] };
  const shares = await groupShares(planted, {
    queryGroups: [{ name: 'y', positions: [6] }],
    keyGroups: [both, B],
  });
  expect(shares.cell(0, 0).share).toBeCloseTo(0.5, 6);
  expect(shares.cell(0, 1).share).toBeCloseTo(0.4, 6);
});

test('a long head is left within it when aborted', async () => {
  const tokens = 4096;
  const row = Float32Array.from({ length: tokens }, () => 1 / tokens);
  const { stream } = createTrace({
    tokens: Array.from({ length: tokens }, (_, i) => `t${i}`),
    attention: { ...sourceOf(row, tokens) },
  });
  const stop = new AbortController();
  const reading = groupShares(stream(), {
    queryGroups: [{ name: 'all', positions: [...Array(tokens).keys()] }],
    keyGroups: [{ name: 'half', positions: [...Array(tokens / 2).keys()] }],
    signal: stop.signal,
  });
  setTimeout(() => stop.abort(), 5);
  await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  expect(blocksRead).toBeLessThan(tokens / 16);
});

let blocksRead = 0;
/** Rows that are all alike, counted as they are read. */
function sourceOf(row: Float32Array, tokens: number) {
  const matrix = {
    rows: tokens,
    cols: tokens,
    type: 'float32' as const,
    block: (request: { row: number; col: number; rows: number; cols: number }) => {
      blocksRead++;
      const data = new Float32Array(request.rows * tokens);
      for (let r = 0; r < request.rows; r++) data.set(row, r * tokens);
      return {
        ...request,
        rowLevel: 0,
        colLevel: 0,
        type: 'float32' as const,
        data,
        offset: 0,
        stride: tokens,
      };
    },
  };
  return { dims: [1, 1, tokens, tokens] as const, causal: false, matrix: () => matrix };
}
