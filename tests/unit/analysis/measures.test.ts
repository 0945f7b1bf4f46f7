import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  confidence,
  distance,
  effectiveKeys,
  repeatInduction,
  retrievalScore,
  averageProductCorrection,
  duplicateTokenScore,
  entropy,
  firstTokenShare,
  inductionScore,
  measureHeads,
  measures,
  previousTokenScore,
  sinkRate,
  sinkScores,
  type MeasureName,
  type MeasureOptions,
} from '../../../src/lib/analysis/index.js';
import { loadSafetensors } from '../../../src/lib/io/index.js';
import { createTrace, DenseMatrix, toTokens, type Block, type Matrix } from '../../../src/lib/trace/index.js';

const dense = (rows: number[][]): Matrix =>
  new DenseMatrix(rows.length, rows[0]!.length, 'float32', Float32Array.from(rows.flat()));

// The four queries look: at themselves; half and half; at the one before; evenly.
const hand = dense([
  [1, 0, 0, 0],
  [0.5, 0.5, 0, 0],
  [0, 1, 0, 0],
  [0.25, 0.25, 0.25, 0.25],
]);
const tokens = toTokens(['a', 'b', 'a', 'b']);

describe('by hand', () => {
  test.each([
    // 0, ln 2, 0, ln 4.
    ['entropy', entropy(hand), (Math.log(2) + Math.log(4)) / 4],
    // Each row by ln 4.
    ['normalised entropy', entropy(hand, { normalized: true }), (0.5 + 1) / 4],
    // By ln 2, ln 3, ln 4; the first query can see one key only.
    ['normalised causal entropy', entropy(hand, { normalized: true, causal: true }), (1 + 0 + 1) / 3],
    ['confidence', confidence(hand), (1 + 0.5 + 1 + 0.25) / 4],
    // 0.5 × 1; 1 × 1; 0.25 × (3 + 2 + 1).
    ['distance', distance(hand), (0.5 + 1 + 1.5) / 4],
    ['previous token', previousTokenScore(hand), (0.5 + 1 + 0.25) / 4],
    // The third query is the first's token, the fourth the second's.
    ['duplicate token', duplicateTokenScore(hand, tokens), (0 + 0.25) / 4],
    // What followed them: keys 1 and 2.
    ['induction', inductionScore(hand, tokens), (1 + 0.25) / 4],
    // Of the two queries whose token came before.
    ['induction of repeats', repeatInduction(hand, tokens), (1 + 0.25) / 2],
    // e⁰, e^ln 2, e⁰, e^ln 4.
    ['effective keys', effectiveKeys(hand), (1 + 2 + 1 + 4) / 4],
    ['first token', firstTokenShare(hand), (1 + 0.5 + 0 + 0.25) / 4],
  ])('%s', (_, actual, expected) => expect(actual).toBeCloseTo(expected, 6));

  test('sinks, over the queries that see a key, and over all', () => {
    const rounded = (scores: Float64Array) => [...scores].map((score) => Number(score.toFixed(6)));
    expect(rounded(sinkScores(hand) as Float64Array)).toEqual([0.4375, 0.583333, 0.125, 0.25]);
    expect(rounded(sinkScores(hand, { causal: false }) as Float64Array)).toEqual([
      0.4375, 0.4375, 0.0625, 0.0625,
    ]);
  });

  test('the share of heads with a sink: over 0.3, not at it', () => {
    expect(sinkRate([0.3, 0.31, 0.9, 0])).toBe(0.5);
    expect(sinkRate(Float64Array.of(0.3, 0.31), 0.2)).toBe(1);
  });

  test('queries without weight are left out, and a matrix without any gives NaN', () => {
    const padded = dense([
      [0.5, 0.5],
      [0, 0],
    ]);
    expect(entropy(padded)).toBeCloseTo(Math.log(2), 6);
    expect(confidence(padded)).toBe(0.5);
    expect(firstTokenShare(padded)).toBe(0.5);
    const nothing = dense([
      [0, 0],
      [0, 0],
    ]);
    for (const { rows } of Object.values(measures)) {
      const sums = { part: 0, whole: 0 };
      rows({ causal: true, queryTokens: tokens, keyTokens: tokens })(sums, Float32Array.of(0, 0), 1);
      expect(sums).toEqual({ part: 0, whole: 0 });
    }
    expect(distance(nothing)).toBeNaN();
  });

  test('more weights than are read at a time: 600 queries, each at the one before', () => {
    const long = new DenseMatrix(600, 600, 'uint8', new Uint8Array(360_000));
    for (let query = 1; query < 600; query++)
      (long.block({ row: 0, col: 0, rows: 600, cols: 600 }) as Block).data[query * 601 - 1] = 255;
    expect(previousTokenScore(long)).toBe(1);
    expect(distance(long)).toBe(1);
    expect((sinkScores(long) as Float64Array)[598]).toBe(0.5);
  });

  test('weights that arrive later', async () => {
    const later: Matrix = {
      rows: 4,
      cols: 4,
      type: 'float32',
      block: async (request) => hand.block(request),
    };
    expect(entropy(later)).toBeInstanceOf(Promise);
    expect(await entropy(later)).toBe(entropy(hand));
    expect(await sinkScores(later)).toEqual(sinkScores(hand));
  });
});

// make_measures.py computed these with numpy, without anything of ours.
const expected = JSON.parse(readFileSync(new URL('measures.json', import.meta.url), 'utf8')) as Record<
  string,
  Record<MeasureName | 'normalizedEntropy', number>[][]
>;

describe.each(['induction', 'minilm-pair'])('on real attention: %s', async (name) => {
  const trace = await loadSafetensors(new URL(`../../../fixtures/${name}.safetensors`, import.meta.url));
  const stream = trace.stream();

  test.each(Object.keys(measures) as MeasureName[])('%s of every head', async (measure) => {
    const values = await measureHeads(stream, measure);
    expect(values).toHaveLength(stream.layers.length * stream.heads.length);
    for (const { layer, head, value } of values)
      expect(value, `layer ${layer}, head ${head}`).toBeCloseTo(expected[name]![layer]![head]![measure], 5);
  });

  test('normalised entropy of every head', () => {
    for (const layer of stream.layers)
      for (const head of stream.heads) {
        const value = entropy(stream.matrix(layer, head), { normalized: true, causal: stream.causal });
        expect(value).toBeCloseTo(expected[name]![layer]![head]!.normalizedEntropy, 5);
      }
  });
});

test('finds what the induction model was trained to have', async () => {
  const trace = await loadSafetensors(new URL('../../../fixtures/induction.safetensors', import.meta.url));
  const stream = trace.stream();
  const best = async (name: MeasureName) =>
    (await measureHeads(stream, name)).sort((a, b) => b.value - a.value).map((v) => `${v.layer}.${v.head}`);
  // Over other data its previous-token head scored 0.92 and the next 0.32.
  expect((await best('previous-token'))[0]).toBe('0.1');
  expect(previousTokenScore(stream.matrix(0, 1))).toBeGreaterThan(0.85);
  // Over the second saying, where there is something to look back at, its induction heads scored 0.65 to 0.85, the others 0.01.
  expect((await best('induction')).slice(0, 4).sort()).toEqual(['1.0', '1.1', '1.2', '1.3']);
  const secondSaying = (head: number) =>
    ((inductionScore(stream.matrix(1, head), stream.queryTokens) as number) * 41) / 20;
  for (const head of stream.heads) expect(secondSaying(head)).toBeGreaterThan(0.6);
});

test('of some queries only, measures that go by position ask which these are; others do not', () => {
  const row = Float32Array.of(0.25, 0, 0.75);
  const last = createTrace({
    tokens: ['a', 'b', 'c'],
    attention: { dims: [1, 1, 1, 3], data: row },
    queryPositions: [2],
  })
    .stream()
    .matrix(0, 0);
  const asking = [distance, previousTokenScore, sinkScores, normalized];
  function normalized(matrix: Matrix, options?: MeasureOptions) {
    return entropy(matrix, { normalized: true, causal: true, ...options });
  }
  for (const measure of asking)
    expect(() => measure(last)).toThrowError(expect.objectContaining({ code: 'query-positions' }) as Error);
  // From the third token: a quarter is two away, the rest none.
  expect(distance(last, { queryPositions: [2] })).toBe(0.5);
  expect(sinkScores(last, { queryPositions: [2] })).toEqual(Float64Array.of(0.25, 0, 0.75));
  expect(entropy(last)).toBeCloseTo(-0.25 * Math.log(0.25) - 0.75 * Math.log(0.75), 6);
});

describe('measures that are told where to look', () => {
  const text = toTokens(['the', 'code', 'is', '7', '4', ':', '7', '4']);
  const rows = Array.from({ length: 8 }, (_, i) => Array.from({ length: 8 }, (_, j) => Number(j === i)));
  // The colon writes 7 and looks at 7; the 7 that was written writes 4 and looks elsewhere.
  rows[5] = [0.1, 0, 0, 0.9, 0, 0, 0, 0];
  rows[6] = [0.6, 0, 0, 0, 0.4, 0, 0, 0];
  const trace = createTrace({ tokens: text.map(({ raw }) => raw), attention: [[rows]] });
  const stream = trace.stream();

  test('retrieval: of the needle 7 4, one token is copied while the head looks at it', async () => {
    const score = retrievalScore({ start: 3, end: 5 }, 6);
    expect(await measureHeads(stream, score)).toEqual([{ layer: 0, head: 0, value: 0.5 }]);
    // Both heads of a layer are counted by themselves.
    const twice = createTrace({ tokens: text.map(({ raw }) => raw), attention: [[rows, rows]] }).stream();
    expect((await measureHeads(twice, score)).map(({ value }) => value)).toEqual([0.5, 0.5]);
  });

  test('average product correction: what is left of A + Aᵀ', async () => {
    const two = createTrace({ tokens: ['a', 'b'], attention: [[[[0.2, 0.8], [0.4, 0.6]]]] }).stream(); // prettier-ignore
    // S is [0.4, 1.2], [1.2, 1.2]; its sums 1.6, 2.4; of all 4.
    const block = await averageProductCorrection(two)
      .matrix(0, 0)
      .block({ row: 0, col: 0, rows: 2, cols: 2 });
    [0.4 - 0.64, 1.2 - 0.96, 1.2 - 0.96, 1.2 - 1.44].forEach((wanted, i) =>
      expect(block.data[i]).toBeCloseTo(wanted, 6),
    );
  });
});

const reference = process.env.ATTENTRACE_REFERENCE;

describe.skipIf(!reference)('GPT-2 small', () => {
  const best = async (name: string, measure: MeasureName) => {
    const path = `${reference}/gpt2-small/${name}`;
    const { tokens } = JSON.parse(readFileSync(`${path}.tokens.json`, 'utf8')) as { tokens: string[] };
    const trace = await loadSafetensors(`${path}.safetensors`, {
      names: { attention: 'attentions' },
      tokens,
    });
    const values = (await measureHeads(trace.stream(), measure)).sort((a, b) => b.value - a.value);
    return values.map(({ layer, head }) => `L${layer}H${head}`);
  };

  test.each([0, 1, 2])('finds the previous-token head in prompt %i', async (example) => {
    expect((await best(`gpt2-small_te-ex${example}`, 'previous-token'))[0]).toBe('L4H11');
  });

  test.each(['induction', 'repeat-induction'] as const)(
    'finds the induction heads in a text that repeats itself, by %s',
    async (measure) => {
      // One layer alone, which is not named; by its heads it is layer 5, here numbered 0.
      expect((await best('gpt2-circuitsvis-mock', measure)).slice(0, 2)).toEqual(['L0H1', 'L0H5']);
    },
  );
});
