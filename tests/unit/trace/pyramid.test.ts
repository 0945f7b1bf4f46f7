import { describe, expect, test } from 'vitest';
import {
  blockWeights,
  combineMatrices,
  createTrace,
  DenseMatrix,
  TraceError,
  type Block,
  type Matrix,
  type WeightType,
} from '../../../src/lib/trace/index.js';
import { halfByDefinition, seeded } from './arrays.js';

/** Too large to be reduced at one go, with sides that no power of two divides. */
const [rows, cols] = [2311, 2003];
const tokens = (n: number) => Array.from({ length: n }, (_, i) => `t${i}`);

const halves = Array.from({ length: 0x3c00 }, (_, bits) => halfByDefinition(bits));

function randomMatrix(type: WeightType) {
  const next = seeded(7);
  const arrays = { uint8: Uint8Array, float16: Uint16Array, float32: Float32Array };
  const stored = { uint8: () => next() * 256, float16: () => next() * 0x3c00, float32: next };
  const data = new arrays[type](rows * cols).map(() => stored[type]());
  const decode = {
    uint8: (n: number) => n / 255,
    float16: (n: number) => halves[n]!,
    float32: (n: number) => n,
  }[type];
  return {
    matrix: new DenseMatrix(rows, cols, type, data),
    at: (row: number, col: number) => decode(data[row * cols + col]!),
  };
}

/** What a cell must hold, from the weights themselves. */
function cell(
  at: (row: number, col: number) => number,
  row: number,
  col: number,
  rowLevel: number,
  colLevel = rowLevel,
) {
  const [high, wide] = [2 ** rowLevel, 2 ** colLevel];
  let [most, sum, count] = [0, 0, 0];
  for (let r = row * high; r < Math.min(rows, (row + 1) * high); r++)
    for (let c = col * wide; c < Math.min(cols, (col + 1) * wide); c++) {
      const weight = at(r, c);
      most = Math.max(most, weight);
      sum += weight;
      count++;
    }
  return { max: most, mean: sum / count };
}

describe.each(['uint8', 'float16', 'float32'] as const)('a large matrix of %s', (type) => {
  const { matrix, at } = randomMatrix(type);

  test.each([
    ...[1, 2, 3, 5, 9].map((level) => [level, level] as const),
    [12, 11],
    [0, 5],
    [7, 0],
    [1, 3],
    [6, 2],
  ] as const)('levels %i and %i', async (rowLevel, colLevel) => {
    const levelRows = Math.ceil(rows / 2 ** rowLevel);
    const levelCols = Math.ceil(cols / 2 ** colLevel);
    for (const reduce of ['max', 'mean'] as const) {
      const row = Math.floor(levelRows / 3);
      const request = { row, col: 0, rows: levelRows, cols: levelCols, rowLevel, colLevel, reduce };
      const block = await matrix.block(request);
      expect(block).toMatchObject({ row, col: 0, rows: levelRows - row, cols: levelCols });
      const weights = blockWeights(block);
      for (const [r, c] of [
        [0, 0],
        [block.rows - 1, levelCols - 1],
        [0, levelCols - 1],
        [block.rows >> 1, levelCols >> 1],
      ])
        expect(weights[r! * block.cols + c!]).toBeCloseTo(
          cell(at, row + r!, c!, rowLevel, colLevel)[reduce],
          5,
        );
    }
  });
});

test(
  'one weight of 0.9 among 16,384² is found at every level, and nowhere else',
  { timeout: 120_000 },
  async () => {
    const n = 16_384;
    const [row, col] = [12_345, 6_789];
    const data = new Uint8Array(n * n);
    data[row * n + col] = 230;
    const matrix = createTrace({ tokens: tokens(n), attention: { dims: [1, 1, n, n], data } })
      .stream()
      .matrix(0, 0);
    for (let level = 14; level >= 0; level--) {
      const at = { row: row >> level, col: col >> level };
      const around = {
        row: Math.max(0, at.row - 100),
        col: Math.max(0, at.col - 100),
        rows: 200,
        cols: 200,
      };
      const block = await matrix.block({ ...around, rowLevel: level, colLevel: level });
      const found: number[][] = [];
      blockWeights(block).forEach((weight, i) => {
        if (weight > 0)
          found.push([
            block.row + Math.floor(i / block.cols),
            block.col + (i % block.cols),
            Math.round(weight * 255),
          ]);
      });
      expect(found).toEqual([[at.row, at.col, 230]]);
    }
  },
);

describe('weights that are wrong', () => {
  const n = 2200;
  const large = (change: (data: Float32Array) => void): Matrix => {
    const data = new Float32Array(n * n);
    for (let i = 0; i < n; i++) data[i * n + i] = 1;
    change(data);
    return createTrace({ tokens: tokens(n), attention: { dims: [1, 1, n, n], data } })
      .stream()
      .matrix(0, 0);
  };

  test.each([
    ['not-a-number', NaN],
    ['negative-weight', -0.5],
    ['row-over-1', 0.5],
  ])('%s: said where, by every block that reads the row', async (code, value) => {
    const matrix = large((data) => (data[1777 * n + 3] = value));
    const whole = { row: 0, col: 0, rows: 999, cols: 999, rowLevel: 3, colLevel: 3 };
    for (let time = 0; time < 2; time++) {
      const error: unknown = await Promise.resolve(matrix.block(whole)).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(TraceError);
      expect(error).toMatchObject({ code, place: expect.stringContaining('attention[0][0]') as string });
      expect((error as TraceError).place).toContain('1777');
    }
    expect(() => matrix.block({ row: 1700, col: 0, rows: 100, cols: 10 })).toThrow(TraceError);
    expect((await matrix.block({ row: 100, col: 0, rows: 100, cols: 10 })).rows).toBe(100);
  });

  test('a stream turns out not to be causal when the row is read', async () => {
    const data = new Float32Array(n * n);
    for (let i = 0; i < n; i++) data[i * n + i] = 0.5;
    data[1500 * n + 1800] = 0.25;
    const input = { tokens: tokens(n), attention: { dims: [1, 1, n, n], data } };
    const stream = createTrace(input).stream();
    expect(stream.causal).toBe(true);
    await stream.matrix(0, 0).block({ row: 0, col: 0, rows: 9, cols: 9, rowLevel: 8, colLevel: 8 });
    expect(stream.causal).toBe(false);
    const strict = createTrace({ ...input, causal: true })
      .stream()
      .matrix(0, 0);
    await expect(
      strict.block({ row: 0, col: 0, rows: 9, cols: 9, rowLevel: 8, colLevel: 8 }),
    ).rejects.toThrow('weight on keys after their query');
  });
});

describe('what is not wanted any more', () => {
  test('rejects with the reason, and does not hold up others', async () => {
    const { matrix, at } = randomMatrix('uint8');
    const abort = new AbortController();
    const request = { row: 0, col: 0, rows: 999, cols: 999, rowLevel: 3, colLevel: 3 };
    const gone = matrix.block(request, { signal: abort.signal });
    const stays = matrix.block(request);
    abort.abort(new Error('moved on'));
    await expect(gone).rejects.toThrow('moved on');
    expect(blockWeights(await stays)[0]).toBeCloseTo(cell(at, 0, 0, 3).max, 6);
    const already = matrix.block(request, { signal: AbortSignal.abort(new Error('before')) });
    // All parts are there, or the reason is given; never a hole.
    await Promise.resolve(already).then(
      (block) => expect(blockWeights(block)[0]).toBeCloseTo(cell(at, 0, 0, 3).max, 6),
      (error: Error) => expect(error.message).toBe('before'),
    );
  });

  test('asked for again after an abort, it is made', async () => {
    const { matrix, at } = randomMatrix('uint8');
    const request = { row: 100, col: 100, rows: 50, cols: 50, rowLevel: 3, colLevel: 3 };
    const abort = new AbortController();
    const gone = matrix.block(request, { signal: abort.signal }) as Promise<Block>;
    abort.abort(new Error('moved on'));
    await expect(gone).rejects.toThrow('moved on');
    expect(blockWeights(await matrix.block(request))[0]).toBeCloseTo(cell(at, 100, 100, 3).max, 6);
  });
});

test('long and short: three queries and a million keys keep their queries apart', async () => {
  const n = 2 ** 20;
  const data = new Uint8Array(3 * n);
  [500_000, 123_456, 900_000].forEach((key, query) => (data[query * n + key] = 100 + query));
  const matrix = new DenseMatrix(3, n, 'uint8', data);
  for (const colLevel of [1, 4, 10]) {
    const block = await matrix.block({ row: 0, col: 0, rows: 3, cols: n, colLevel });
    expect([block.rows, block.cols]).toEqual([3, 2 ** (20 - colLevel)]);
    const found = [...block.data].flatMap((value, i) =>
      value > 0 ? [[Math.floor(i / block.cols), i % block.cols, value]] : [],
    );
    expect(found).toEqual(
      [500_000, 123_456, 900_000].map((key, query) => [query, key >> colLevel, 100 + query]),
    );
  }
});

test('signed numbers in parts: the largest magnitude, with its sign', async () => {
  const data = new Float32Array(rows * cols);
  data[1000 * cols + 1000] = -0.75;
  data[1001 * cols + 1001] = 0.5;
  data[20 * cols + 30] = 0.25;
  const matrix = new DenseMatrix(rows, cols, 'float32', data, 0, { signed: true });
  for (const level of [1, 4, 8, 12]) {
    const request = { rows: 1, cols: 1, rowLevel: level, colLevel: level };
    const at = (row: number, col: number) =>
      matrix.block({ ...request, row: row >> level, col: col >> level });
    expect([...(await at(1000, 1000)).data]).toEqual([-0.75]);
    expect([...(await at(20, 30)).data]).toEqual([level === 12 ? -0.75 : 0.25]);
  }
});

test('a first look: weights of the cells, said to be a sample', () => {
  const { matrix, at } = randomMatrix('uint8');
  const block = matrix.block({
    row: 3,
    col: 4,
    rows: 5,
    cols: 6,
    rowLevel: 4,
    colLevel: 4,
    sample: true,
  }) as Block;
  expect(block).toMatchObject({ rows: 5, cols: 6, sampled: true });
  blockWeights(block).forEach((weight, i) => {
    const held = new Set<number>();
    for (let r = 0; r < 16; r++)
      for (let c = 0; c < 16; c++)
        held.add(Math.fround(at((3 + Math.floor(i / 6)) * 16 + r, (4 + (i % 6)) * 16 + c)));
    expect(held).toContain(weight);
  });
});

test('many large matrices at once: levels that are let go for others come out whole', async () => {
  const data = new Uint8Array(rows * cols);
  const matrices = Array.from({ length: 90 }, (_, i) => {
    const own = i % 9 === 0 ? data.slice() : data;
    own[5 * cols + 5] = 200;
    own[(rows - 1) * cols + cols - 1] = 100;
    return new DenseMatrix(rows, cols, 'uint8', own);
  });
  const request = { row: 0, col: 0, rows: 2, cols: 1, rowLevel: 11, colLevel: 11 };
  const blocks = await Promise.all(matrices.map((matrix) => matrix.block(request)));
  for (const block of blocks) expect([...block.data]).toEqual([200, 100]);
});

test('the mean of large heads: the maximum of its weights, not the mean of maxima', async () => {
  const heads = [0, 1].map((head) => {
    const data = new Uint8Array(rows * cols);
    data[(1000 + head) * cols + 1000] = 200;
    data[1500 * cols + 1500] = 80 + head * 20;
    return new DenseMatrix(rows, cols, 'uint8', data);
  });
  const mean = combineMatrices(heads, 'mean');
  const at = async (row: number, col: number, level: number) =>
    blockWeights(
      await mean.block({
        row: row >> level,
        col: col >> level,
        rows: 1,
        cols: 1,
        rowLevel: level,
        colLevel: level,
      }),
    )[0];
  for (const level of [0, 1, 4, 5]) {
    expect(await at(1000, 1000, level)).toBeCloseTo(100 / 255, 6);
    expect(await at(1500, 1500, level)).toBeCloseTo(90 / 255, 6);
  }
  expect(await at(0, 0, 12)).toBeCloseTo(100 / 255, 6);
});
