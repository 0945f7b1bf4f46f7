import { describe, expect, test, vi } from 'vitest';
import {
  coordinateAttention,
  functionAttention,
  packedAttention,
  topKeyAttention,
  type HeadRequest,
} from '../../../src/lib/sources/index.js';
import {
  blockWeights,
  createTrace,
  DenseMatrix,
  TraceError,
  type AttentionSource,
  type Matrix,
} from '../../../src/lib/trace/index.js';
import { names, seeded, store } from '../trace/arrays.js';

/** Causal rows that sum to 1, a head each, as float32. */
function causalHeads(heads: number, n: number): Float32Array {
  const next = seeded(11);
  const out = new Float32Array(heads * n * n);
  for (let head = 0; head < heads; head++)
    for (let q = 0; q < n; q++) {
      const row = Array.from({ length: q + 1 }, () => next() ** 8);
      const sum = row.reduce((a, b) => a + b, 0);
      row.forEach((weight, k) => (out[(head * n + q) * n + k] = weight / sum));
    }
  return out;
}
const headOf = (weights: Float32Array, n: number, head: number) =>
  new DenseMatrix(n, n, 'float32', weights, head * n * n);

/** Every level, both ways of reducing, the whole and a part of it. */
async function expectSame(matrix: Matrix, dense: Matrix, digits = 6) {
  const { rows, cols } = dense;
  for (const level of [0, 1, 2, 5, 20])
    for (const reduce of ['max', 'mean'] as const) {
      const size = 2 ** Math.min(level, Math.ceil(Math.log2(Math.max(rows, cols))));
      const [levelRows, levelCols] = [Math.ceil(rows / size), Math.ceil(cols / size)];
      for (const part of [
        { row: 0, col: 0, rows: levelRows, cols: levelCols },
        { row: levelRows >> 1, col: levelCols >> 2, rows: 3, cols: 4 },
      ]) {
        const expected = await dense.block({ ...part, level, reduce });
        const block = await matrix.block({ ...part, level, reduce });
        expect([block.row, block.col, block.rows, block.cols]).toEqual([
          expected.row,
          expected.col,
          expected.rows,
          expected.cols,
        ]);
        const wanted = blockWeights(expected);
        blockWeights(block).forEach((weight, i) => expect(weight).toBeCloseTo(wanted[i]!, digits));
      }
    }
}

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
      const request = { row: 0, col: 0, rows: n, cols: n, level };
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
    expect(matrix.max).toBe(1);
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

describe('a function', () => {
  const n = 29;
  const weights = causalHeads(2, n);
  const cells = ({ head, row, col, rows, cols }: HeadRequest): Float32Array => {
    const out = new Float32Array(rows * cols);
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < cols; c++) out[r * cols + c] = weights[(head * n + row + r) * n + col + c]!;
    return out;
  };
  const dims = [1, 2, n, n] as const;

  test.each<[string, AttentionSource]>([
    ['at once', functionAttention({ dims, block: (request) => ({ data: cells(request) }) })],
    ['later', functionAttention({ dims, block: async (request) => ({ data: cells(request) }) })],
    [
      'a view into what it holds',
      functionAttention({
        dims,
        block: ({ head, row, col }) => ({ data: weights, offset: (head * n + row) * n + col, stride: n }),
      }),
    ],
  ])('%s', async (_, source) => {
    for (const head of [0, 1]) await expectSame(source.matrix(0, head), headOf(weights, n, head));
  });

  test('is asked for what is looked at, and told when it is not wanted any more', async () => {
    const asked: HeadRequest[] = [];
    let signal: AbortSignal | undefined;
    const source = functionAttention({
      dims: [3, 2, 5000, 5000],
      causal: true,
      levels: true,
      block(request, options) {
        asked.push(request);
        signal = options.signal;
        return { data: new Uint8Array(request.rows * request.cols).fill(51) };
      },
    });
    const abort = new AbortController();
    const request = { row: 7, col: 9, rows: 2, cols: 3, level: 6 };
    const block = await source.matrix(2, 1).block(request, { signal: abort.signal });
    expect(asked).toEqual([{ layer: 2, head: 1, ...request }]);
    expect(block).toMatchObject({ ...request, type: 'uint8' });
    abort.abort();
    expect(signal!.aborted).toBe(true);
    expect(createTrace({ tokens: names(5000), attention: source }).stream().causal).toBe(true);
  });

  test('what is left out', () => {
    const source = functionAttention({
      dims: [1, 2, 4, 4],
      block: ({ rows, cols }) => ({ data: new Uint8Array(rows * cols) }),
      leftOut: (layer, head, row) => (layer * 10 + head * 100 + row) / 1000,
    });
    expect(source.matrix(0, 1).leftOut!(3)).toBe(0.103);
  });

  test.each<[string, object | undefined, string]>([
    ['nothing', undefined, 'found nothing'],
    ['plain numbers', { data: [1, 2] }, 'expected { data }, a Uint8Array'],
    ['too few', { data: new Uint8Array(5) }, 'found 5 weights, expected 6: 2 rows of 3'],
    ['too few, set apart', { data: new Uint8Array(9), stride: 7 }, 'expected 10: 2 rows of 3, 7 apart'],
    [
      'another type',
      { data: new Uint8Array(6), type: 'float32' },
      'type float32 with a Uint8Array, expected',
    ],
    ['a place before the first', { data: new Uint8Array(6), offset: -1 }, 'found offset -1, stride 3'],
    ['NaN', { data: Float32Array.of(0, 0, 0, 0, NaN, 0) }, 'level: 0 }) weight [1][1]: found NaN'],
    ['half NaN', { data: Uint16Array.of(0, 0x7e00, 0, 0, 0, 0) }, 'weight [0][1]: found NaN'],
    ['scores', { data: Float32Array.of(0.5, 0, 0, 0, 0, -0.25) }, 'weight [1][2]: found -0.25'],
    [
      'percentages',
      { data: Float32Array.of(9, 0, 50, 0, 0, 0, 0, 0, 0), offset: 2, stride: 4 },
      'weight [0][0]: found 50',
    ],
  ])('that returns %s', async (_, block, message) => {
    const request = { row: 0, col: 0, rows: 2, cols: 3 };
    const now = functionAttention({ dims, block: () => block as never }).matrix(0, 0);
    expect(() => now.block(request)).toThrow(TraceError);
    expect(() => now.block(request)).toThrow(message);
    const later = functionAttention({ dims, block: async () => block as never }).matrix(0, 0);
    await expect(later.block(request)).rejects.toThrow(message);
  });

  test.each([
    [{ dims: [1, 2, 3], block: () => null }, 'dims: found'],
    [{ dims: [1, 1, 0, 4], block: () => null }, 'dims: found'],
    [{ dims, block: null }, 'block: found null, expected a function'],
  ])('%o', (input, message) => {
    expect(() => functionAttention(input as never)).toThrow(message);
  });

  test.each([
    ['an error', new Error('offline'), 'found an error (offline), expected weights'],
    ['a string', 'offline', 'found an error (offline), expected weights'],
    ['nothing', undefined, 'found an error (undefined), expected weights'],
  ])('one that fails with %s', async (_, cause, message) => {
    const request = { row: 0, col: 0, rows: 2, cols: 3 };
    const throws = (): never => {
      throw cause;
    };
    const refused = expect.objectContaining({ name: 'TraceError', code: 'unreadable', cause });
    expect(() => functionAttention({ dims, block: throws }).matrix(0, 0).block(request)).toThrow(message);
    const later = functionAttention({ dims, block: async () => throws() }).matrix(0, 0);
    await expect(later.block(request)).rejects.toEqual(refused);
  });

  test('one that rejects as it is told to: with the signal’s reason', async () => {
    const source = functionAttention({
      dims,
      block: (_, { signal }) =>
        new Promise((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason as Error))),
    });
    const abort = new AbortController();
    const block = source.matrix(0, 0).block({ row: 0, col: 0, rows: 2, cols: 3 }, { signal: abort.signal });
    const reason = new Error('moved on');
    abort.abort(reason);
    await expect(block).rejects.toBe(reason);
  });

  test('promises of another kind', async () => {
    const thenable = (data: Float32Array) => ({ then: (take: (given: object) => void) => take({ data }) });
    const source = functionAttention({ dims, block: (request) => thenable(cells(request)) as never });
    await expectSame(source.matrix(0, 1), headOf(weights, n, 1));
  });

  test('one that never answers and heeds no signal keeps the rest from nothing', async () => {
    let asked = 0;
    const side = 3000;
    const matrix = functionAttention({
      dims: [1, 1, side, side],
      block: ({ rows, cols }) =>
        asked++ < 3 ? new Promise<never>(() => {}) : { data: new Uint8Array(rows * cols).fill(51) },
    }).matrix(0, 0);
    const abort = new AbortController();
    const request = { row: 0, col: 0, rows: 9, cols: 9, level: 9 };
    const given = Promise.resolve(matrix.block(request, { signal: abort.signal }));
    await vi.waitFor(() => expect(asked).toBe(3));
    abort.abort(new Error('moved on'));
    await expect(given).rejects.toThrow('moved on');
    const { data } = await matrix.block(request);
    expect(data[0]).toBeCloseTo(0.2, 6);
  });

  test('one that fails: for who asked, and asked again when it is wanted again', async () => {
    let calls = 0;
    const matrix = functionAttention({
      dims,
      block: async (request) => {
        if (calls++ === 0) throw new Error('offline');
        return { data: cells(request) };
      },
    }).matrix(0, 0);
    const request = { row: 0, col: 0, rows: 9, cols: 9, level: 2 };
    await expect(matrix.block(request)).rejects.toThrow('offline');
    await expectSame(matrix, headOf(weights, n, 0));
  });
});
