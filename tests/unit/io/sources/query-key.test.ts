import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadSafetensors, queryKeyAttention, type QueryKeyInput } from '../../../../src/lib/io/index.js';
import {
  blockWeights,
  createTrace,
  DenseMatrix,
  TraceError,
  type Matrix,
} from '../../../../src/lib/trace/index.js';
import { names, seeded } from '../../trace/arrays.js';

const gaussian = (next: () => number) => () =>
  Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());

function random(heads: number, tokens: number, dim: number, seed: number) {
  const draw = gaussian(seeded(seed));
  return { dims: [1, heads, tokens, dim], data: Float32Array.from({ length: heads * tokens * dim }, draw) };
}

interface Mask {
  causal: boolean;
  window?: number;
  scale?: number;
}

/** Softmax of the full product in float64, by its definition. */
function fullSoftmax(
  queries: ReturnType<typeof random>,
  keys: ReturnType<typeof random>,
  head: number,
  { causal, window = Infinity, scale }: Mask,
) {
  const [, heads = 0, rows = 0, dim = 0] = queries.dims;
  const [, keyHeads = 0, cols = 0] = keys.dims;
  const keyHead = Math.floor(head / (heads / keyHeads));
  const weights = new Float64Array(rows * cols);
  const sums = new Float64Array(rows);
  for (let q = 0; q < rows; q++) {
    for (let k = 0; k < cols; k++) {
      if (causal && (k > q || k <= q - window)) continue;
      let product = 0;
      for (let i = 0; i < dim; i++)
        product += queries.data[(head * rows + q) * dim + i]! * keys.data[(keyHead * cols + k) * dim + i]!;
      weights[q * cols + k] = Math.exp(product * (scale ?? 1 / Math.sqrt(dim)));
      sums[q]! += weights[q * cols + k]!;
    }
    for (let k = 0; k < cols; k++) weights[q * cols + k]! /= sums[q]!;
  }
  return { weights, sums, rows, cols };
}

async function worst(matrix: Matrix, expected: ArrayLike<number>): Promise<number> {
  const { rows, cols } = matrix;
  const weights = blockWeights(await matrix.block({ row: 0, col: 0, rows, cols }));
  return weights.reduce((most, weight, i) => Math.max(most, Math.abs(weight - expected[i]!)), 0);
}

describe.each<[string, number, number, Mask]>([
  ['an encoder', 2, 2, { causal: false }],
  ['a decoder', 2, 2, { causal: true }],
  ['grouped queries', 4, 2, { causal: true }],
  ['one head of keys for all', 3, 1, { causal: true }],
  ['a sliding window', 2, 2, { causal: true, window: 37 }],
  ['a scale of its own', 1, 1, { causal: false, scale: 0.05 }],
])('%s', (_, heads, keyHeads, mask) => {
  const queries = random(heads, 301, 24, 1);
  const keys = random(keyHeads, 301, 24, 2);

  test('softmax of the full product to 1e-5', async () => {
    const source = queryKeyAttention({ queries, keys, ...mask });
    for (let head = 0; head < heads; head++) {
      const { weights } = fullSoftmax(queries, keys, head, mask);
      expect(await worst(source.matrix(0, head), weights)).toBeLessThan(1e-5);
    }
  });

  test('with the log-sum-exp given', async () => {
    const data = new Float32Array(heads * 301);
    for (let head = 0; head < heads; head++)
      data.set(fullSoftmax(queries, keys, head, mask).sums.map(Math.log), head * 301);
    const logSumExp = { dims: [1, heads, 301], data };
    const source = queryKeyAttention({ queries, keys, logSumExp, ...mask });
    const { weights } = fullSoftmax(queries, keys, heads - 1, mask);
    expect(await worst(source.matrix(0, heads - 1), weights)).toBeLessThan(1e-5);
  });

  test('coarser levels are those of the full matrix', async () => {
    const { weights, rows, cols } = fullSoftmax(queries, keys, 0, mask);
    const full = new DenseMatrix(rows, cols, 'float32', Float32Array.from(weights));
    const matrix = queryKeyAttention({ queries, keys, ...mask }).matrix(0, 0);
    for (const reduce of ['max', 'mean'] as const)
      for (const level of [1, 3, 9]) {
        const request = { row: 0, col: 0, rows, cols, rowLevel: level, colLevel: level, reduce };
        const expected = blockWeights(await full.block(request));
        blockWeights(await matrix.block(request)).forEach((weight, i) =>
          expect(weight).toBeCloseTo(expected[i]!, 5),
        );
      }
  });
});

describe('a long sequence', { timeout: 120_000 }, () => {
  // Over two parts each way, the last of them cut.
  const [n, dim] = [4500, 8];
  const queries = random(1, n, dim, 3);
  const keys = random(1, n, dim, 4);
  const mask = { causal: true };
  const matrix = queryKeyAttention({ queries, keys, ...mask }).matrix(0, 0);
  const row = (query: number): Float64Array => {
    const one = { dims: [1, 1, 1, dim], data: queries.data.subarray(query * dim, (query + 1) * dim) };
    const seen = { dims: [1, 1, query + 1, dim], data: keys.data.subarray(0, (query + 1) * dim) };
    return fullSoftmax(one, seen, 0, { causal: false }).weights;
  };

  test('a row, a cell and a column', async () => {
    for (const query of [0, 1, 2047, 2048, 4499]) {
      const expected = row(query);
      const block = await matrix.block({ row: query, col: 0, rows: 1, cols: n });
      blockWeights(block).forEach((weight, key) => expect(weight).toBeCloseTo(expected[key] ?? 0, 5));
    }
    const column = blockWeights(await matrix.block({ row: 0, col: 3000, rows: n, cols: 1 }));
    for (const query of [2999, 3000, 4000]) expect(column[query]).toBeCloseTo(row(query)[3000] ?? 0, 5);
  });

  test('the largest weight of every cell, wherever it lies', async () => {
    for (const level of [2, 6, 13]) {
      const block = await matrix.block({
        row: 0,
        col: 0,
        rows: n,
        cols: n,
        rowLevel: level,
        colLevel: level,
      });
      const size = 2 ** level;
      for (const query of [5, 2100, 4499]) {
        const expected = row(query);
        const most = expected.indexOf(Math.max(...expected));
        const cell = block.data[Math.floor(query / size) * block.stride + Math.floor(most / size)]!;
        expect(cell).toBeGreaterThanOrEqual(Math.fround(expected[most]!) - 1e-6);
      }
    }
    const top = await matrix.block({ row: 0, col: 0, rows: 1, cols: 1, rowLevel: 13, colLevel: 13 });
    expect(top.data[0]).toBeCloseTo(1, 6);
  });

  test('a sample is of its weights, and says so', async () => {
    const block = await matrix.block({
      row: 0,
      col: 0,
      rows: n,
      cols: n,
      rowLevel: 5,
      colLevel: 5,
      sample: true,
    });
    expect(block.sampled).toBe(true);
    const expected = row(64 * 32);
    for (const cell of [0, 7, 64, 65, 100])
      expect(block.data[64 * block.stride + cell]).toBeCloseTo(expected[cell * 32] ?? 0, 5);
  });

  test('an abort rejects with the reason, and what is asked for again is computed', async () => {
    const fresh = queryKeyAttention({ queries, keys, ...mask }).matrix(0, 0);
    const abort = new AbortController();
    const request = { row: 0, col: 0, rows: 99, cols: 99, rowLevel: 6, colLevel: 6 };
    const gone = fresh.block(request, { signal: abort.signal });
    abort.abort(new Error('moved on'));
    await expect(gone).rejects.toThrow('moved on');
    const block = await fresh.block(request);
    expect(block.data).toEqual((await matrix.block(request)).data);
  });
});

test.each(['minilm-pair', 'induction'])('%s: its own attention, from its queries and keys', async (name) => {
  const url = new URL(`../../../../fixtures/${name}.safetensors`, import.meta.url);
  const stream = (await loadSafetensors(readFileSync(url))).stream();
  const { layers, heads, queryTokens, causal } = stream;
  const n = queryTokens.length;
  const tensorOf = ({ heads, dim, vector }: NonNullable<typeof stream.queries>) => {
    const data = new Float32Array(layers.length * heads * n * dim);
    for (let layer = 0, at = 0; layer < layers.length; layer++)
      for (let head = 0; head < heads; head++)
        for (let token = 0; token < n; token++, at += dim) data.set(vector(layer, head, token), at);
    return { dims: [layers.length, heads, n, dim], data };
  };
  const source = queryKeyAttention({
    queries: tensorOf(stream.queries!),
    keys: tensorOf(stream.keys!),
    causal,
  });
  // The recorded weights of both are float16: steps of 2⁻¹¹ below 1.
  for (const layer of layers)
    for (const head of heads) {
      const recorded = await stream.matrix(layer, head).block({ row: 0, col: 0, rows: n, cols: n });
      const computed = source.matrix(layers.indexOf(layer), heads.indexOf(head));
      expect(await worst(computed, blockWeights(recorded))).toBeLessThan(5e-4);
    }
});

test('in a trace: matrix, queries and keys', async () => {
  const attention = queryKeyAttention({
    queries: random(4, 9, 6, 5),
    keys: random(2, 9, 6, 6),
    causal: true,
  });
  const stream = createTrace({ tokens: names(9), attention }).stream();
  expect(stream).toMatchObject({ causal: true, layers: [0], heads: [0, 1, 2, 3] });
  expect(stream.keys).toMatchObject({ heads: 2, tokens: 9, dim: 6 });
  const first = await stream.matrix(0, 3).block({ row: 0, col: 0, rows: 1, cols: 9 });
  expect([...first.data]).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0]);
});

describe('wrong input', () => {
  const good: QueryKeyInput = { queries: random(2, 9, 6, 5), keys: random(2, 9, 6, 6), causal: true };
  test.each<[string, object, string]>([
    ['causal is not said', { causal: undefined }, 'causal: found nothing'],
    ['causal with other keys', { keys: random(2, 8, 6, 1) }, '9 queries and 8 keys'],
    ['dims differ', { keys: random(2, 9, 5, 1) }, '5 numbers a key'],
    ['heads that do not divide', { queries: random(4, 9, 6, 1), keys: random(3, 9, 6, 1) }, '3 heads'],
    ['a window without a causal mask', { causal: false, window: 4 }, 'window: found 4'],
    ['a window of half a key', { window: 1.5 }, 'window: found 1.5'],
    ['no scale', { scale: 0 }, 'scale: found 0'],
    [
      'a log-sum-exp of another shape',
      { logSumExp: { dims: [1, 9, 2], data: new Float32Array(18) } },
      '[1, 2, 9]',
    ],
    [
      'a log-sum-exp in half precision',
      { logSumExp: { dims: [1, 2, 9], data: new Uint16Array(18) } },
      'Uint16Array',
    ],
  ])('%s', (_, wrong, message) => {
    const make = () => queryKeyAttention({ ...good, ...wrong });
    expect(make).toThrow(TraceError);
    expect(make).toThrow(message);
  });

  test('a log-sum-exp of other queries and keys', async () => {
    const logSumExp = { dims: [1, 2, 9], data: new Float32Array(18).fill(-3) };
    const matrix = queryKeyAttention({ ...good, logSumExp }).matrix(0, 1);
    const read = async () => matrix.block({ row: 0, col: 0, rows: 9, cols: 9 });
    await expect(read()).rejects.toThrow(/logSumExp\[0\]\[1\].*one that makes a weight of/u);
  });
});
