import { describe, expect, test } from 'vitest';
import { coordinateAttention, packedAttention, topKeyAttention } from '../../../../src/lib/io/index.js';
import { blockWeights, createTrace } from '../../../../src/lib/trace/index.js';
import { names, store } from '../../trace/arrays.js';
import { causalHeads, expectSame, headOf } from './compare.js';

describe('packed', () => {
  const pack = (weights: Float32Array, heads: number, n: number): number[] => {
    const out: number[] = [];
    for (let row = 0; row < heads * n; row++) out.push(...weights.subarray(row * n, row * n + (row % n) + 1));
    return out;
  };

  test('the lower triangles of two heads', async () => {
    const n = 37;
    const weights = causalHeads(2, n);
    const data = Float32Array.from(pack(weights, 2, n));
    const source = packedAttention({ dims: [1, 2, (n * (n + 1)) / 2], data });
    expect(source).toMatchObject({ dims: [1, 2, n, n], causal: true });
    for (const head of [0, 1]) await expectSame(source.matrix(0, head), headOf(weights, n, head));
  });

  test('uint8 stays uint8', async () => {
    const source = packedAttention({ dims: [1, 1, 3], data: store([1, 0.2, 0.8], 'uint8') });
    const block = await source.matrix(0, 0).block({ row: 0, col: 0, rows: 2, cols: 2 });
    expect(block.type).toBe('uint8');
    expect([...block.data]).toEqual([255, 0, 51, 204]);
  });

  test('a large one: levels made part by part', async () => {
    const n = 2100;
    const weights = causalHeads(1, n);
    const source = packedAttention({
      dims: [1, 1, (n * (n + 1)) / 2],
      data: Float32Array.from(pack(weights, 1, n)),
    });
    const [packed, dense] = [source.matrix(0, 0), headOf(weights, n, 0)];
    for (const level of [1, 4, 12]) {
      const request = { row: 0, col: 0, rows: n, cols: n, rowLevel: level, colLevel: level };
      expect((await packed.block(request)).data).toEqual((await dense.block(request)).data);
    }
  });

  test.each([
    [{ dims: [1, 1, 4], data: new Float32Array(4) }, 'source'],
    [{ dims: [1, 3], data: new Float32Array(3) }, 'source'],
    [{ dims: [1, 1, 3], data: new Float32Array(4) }, 'data-length'],
  ])('%o', (triangles, code) => {
    expect(() => packedAttention(triangles)).toThrow(expect.objectContaining({ code }) as Error);
  });

  test('a weight that is wrong is said where it is read', () => {
    const data = Float32Array.of(1, 0.5, 0.5, 0, 1.5, 0);
    const matrix = packedAttention({ dims: [1, 1, 6], data }).matrix(0, 0);
    expect(() => matrix.block({ row: 2, col: 0, rows: 1, cols: 3 })).toThrow(
      'attention[0][0][2][1]: found 1.5',
    );
  });
});

describe('top keys', () => {
  const n = 61;
  const k = 7;
  const weights = causalHeads(2, n);
  /** As torch.topk: the largest first; −1 beyond those a causal query has. */
  const kept = (() => {
    const keys: number[] = [];
    const values: number[] = [];
    for (let row = 0; row < 2 * n; row++) {
      const ranked = [...weights.subarray(row * n, (row + 1) * n).entries()].sort((a, b) => b[1] - a[1]);
      ranked.slice(0, k).forEach(([key, weight]) => {
        keys.push(key > row % n ? -1 : key);
        values.push(weight);
      });
    }
    return { keys, values };
  })();
  const dims = [1, 2, n, k];
  const source = topKeyAttention({
    keys: { dims, data: BigInt64Array.from(kept.keys, BigInt) },
    weights: { dims, data: Float32Array.from(kept.values) },
    causal: true,
  });
  /** The dense matrix with what is not among the top set to 0. */
  const cut = weights.slice();
  for (let row = 0; row < 2 * n; row++) {
    const keys = kept.keys.slice(row * k, (row + 1) * k);
    for (let key = 0; key < n; key++) if (!keys.includes(key)) cut[row * n + key] = 0;
  }

  test('the weights that are kept', async () => {
    for (const head of [0, 1]) await expectSame(source.matrix(0, head), headOf(cut, n, head));
  });

  test('the weight that was left out of each row', () => {
    for (let row = 0; row < n; row++) {
      const sum = cut.subarray((n + row) * n, (n + row + 1) * n).reduce((a, b) => a + b, 0);
      expect(source.matrix(0, 1).leftOut!(row)).toBeCloseTo(1 - sum, 5);
    }
    expect(source.matrix(0, 1).leftOut!(3)).toBeCloseTo(0, 5);
    expect(source.matrix(0, 1).leftOut!(n - 1)).toBeGreaterThan(0.01);
  });

  test('in a trace', () => {
    const stream = createTrace({ tokens: names(n), attention: source }).stream();
    expect(stream.causal).toBe(true);
    expect(stream.matrix(0, 1)).toBe(source.matrix(0, 1));
    expect(() => createTrace({ tokens: names(n - 1), attention: source })).toThrow(
      'found 60 tokens, expected 61',
    );
  });

  const small = (keys: number[], values: number[], more = {}) =>
    topKeyAttention({
      keys: { dims: [1, 1, 2, 2], data: keys },
      weights: { dims: [1, 1, 2, 2], data: Float32Array.from(values) },
      ...more,
    });
  test.each([
    ['a key outside', [0, 2, 0, 1], [0.5, 0.5, 0.5, 0.5], 'source', 'key 2, expected a position from 0 to 1'],
    ['a key twice', [0, 1, 1, 1], [0.5, 0.5, 0.5, 0.5], 'source', 'query 1 and key 1 again'],
    [
      'a negative weight',
      [0, 1, 0, 1],
      [0.5, -0.5, 0.5, 0.5],
      'negative-weight',
      'weights[0][0][0][1]: found -0.5',
    ],
    ['a NaN', [0, 1, 0, 1], [0.5, NaN, 0.5, 0.5], 'not-a-number', 'weights[0][0][0][1]'],
    ['a row over 1', [0, 1, 0, 1], [0.5, 0.5, 0.9, 0.5], 'row-over-1', 'query 1 of'],
  ])('%s', (_, keys, values, code, message) => {
    const look = () => small(keys, values).matrix(0, 0);
    expect(look).toThrow(expect.objectContaining({ code }) as Error);
    expect(look).toThrow(message);
  });

  test('more keys than queries', async () => {
    const matrix = small([0, 9, 5, -1], [0.5, 0.25, 1, 0], { keyCount: 10 }).matrix(0, 0);
    expect([matrix.rows, matrix.cols]).toEqual([2, 10]);
    const block = await matrix.block({ row: 0, col: 8, rows: 2, cols: 2 });
    expect([...block.data]).toEqual([0, 0.25, 0, 0]);
    expect([matrix.leftOut!(0), matrix.leftOut!(1)]).toEqual([0.25, 0]);
  });
});

describe('coordinates', () => {
  test('in any order, over layers and heads, as torch gives them', async () => {
    const indices = [
      [1, 0, 1, 1],
      [0, 1, 0, 0],
      [2, 0, 2, 1],
      [4, 3, 0, 1],
    ];
    const source = coordinateAttention({
      dims: [2, 2, 3, 5],
      indices: { dims: [4, 4], data: BigInt64Array.from(indices.flat(), BigInt) },
      values: { dims: [4], data: store([0.25, 1, 0.5, 0.75], 'float16') },
    });
    const rows = async (layer: number, head: number) => [
      ...blockWeights(await source.matrix(layer, head).block({ row: 0, col: 0, rows: 3, cols: 5 })),
    ];
    expect(await rows(0, 0)).toEqual(Array(15).fill(0));
    expect(await rows(0, 1)).toEqual([0, 0, 0, 1, 0, ...Array<number>(10).fill(0)]);
    expect(await rows(1, 0)).toEqual([0, 0, 0, 0, 0, 0, 0.75, 0, 0, 0, 0.5, 0, 0, 0, 0.25]);
    expect([0, 1, 2].map((row) => source.matrix(1, 0).leftOut!(row))).toEqual([1, 0.25, 0.25]);
  });

  test.each([
    ['a layer outside', [2, 0, 0, 0], [1]],
    ['a query outside', [0, 0, 3, 0], [1]],
  ])('%s', (_, index, values) => {
    const look = () =>
      coordinateAttention({
        dims: [2, 2, 3, 5],
        indices: { dims: [4, 1], data: index },
        values: { dims: [1], data: Float32Array.from(values) },
      }).matrix(0, 0);
    expect(look).toThrow(expect.objectContaining({ code: 'source' }) as Error);
  });

  test('indices that are not [4, count]', () => {
    const make = () =>
      coordinateAttention({
        dims: [2, 2, 3, 5],
        indices: { dims: [1, 4], data: [0, 0, 0, 0] },
        values: { dims: [1], data: Float32Array.of(1) },
      });
    expect(make).toThrow('[4, count] and [count]');
  });
});
