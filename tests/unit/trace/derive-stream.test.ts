import { describe, expect, test, vi } from 'vitest';
import { writeSafetensors } from '../../../src/lib/io/index.js';
import {
  blockWeights,
  combineMatrices,
  computedMatrix,
  createTrace,
  DenseMatrix,
  deriveStream,
  traceOf,
  wholeMatrix,
  type Matrix,
} from '../../../src/lib/trace/index.js';
import { seeded, storedRows } from './arrays.js';

const trace = createTrace({
  model: 'small',
  tokens: ['a', 'b', 'c'],
  segments: [{ name: 'all', start: 0, end: 3 }],
  layers: [2, 5],
  heads: [1, 3],
  attention: [
    [
      [[1, 0, 0], [0.5, 0.5, 0], [0.25, 0.25, 0.5]], // prettier-ignore
      [[1, 0, 0], [1, 0, 0], [0, 0.5, 0.5]], // prettier-ignore
    ],
    [
      [[1, 0, 0], [0, 1, 0], [0, 0, 1]], // prettier-ignore
      [[1, 0, 0], [0.5, 0.5, 0], [0.5, 0.25, 0.25]], // prettier-ignore
    ],
  ],
});
const base = trace.stream();
const sums = deriveStream(base, {
  name: 'sum of heads',
  quantity: 'contributions',
  heads: [0],
  matrix: (layer) => combineMatrices([base.matrix(layer, 1), base.matrix(layer, 3)], 'sum'),
});

describe('a derived stream', () => {
  test('has tokens, segments and causality of its base, and its own numbers', () => {
    expect(sums).toMatchObject({
      name: 'sum of heads',
      kind: 'self',
      causal: true,
      layers: [2, 5],
      heads: [0],
    });
    expect(sums.quantity.name).toBe('contribution');
    expect(sums.keyTokens).toBe(base.keyTokens);
    expect(sums.querySegments).toBe(base.querySegments);
    expect(sums.headsOf(5)).toEqual([0]);
    expect(storedRows(sums.matrix(2, 0))).toEqual([
      [2, 0, 0],
      [1.5, 0.5, 0],
      [0.25, 0.75, 1],
    ]);
    expect(sums.queries).toBeUndefined();
  });

  test('makes each matrix once, when it is asked for', () => {
    const matrix = vi.fn((layer: number, head: number) => base.matrix(layer, head));
    const copy = deriveStream(base, { matrix });
    expect(copy.name).toBe('self');
    expect(matrix).not.toHaveBeenCalled();
    expect(copy.matrix(5, 3)).toBe(copy.matrix(5, 3));
    expect(matrix.mock.calls).toEqual([[5, 3]]);
  });

  test('refuses what it does not hold, and matrices that do not fit', () => {
    expect(() => sums.matrix(3, 0)).toThrow(/found the number 3, expected 2 or 5/);
    expect(() => sums.matrix(2, 1)).toThrow(/The sum of heads stream holds no other/);
    const of = (matrix: Matrix) => () => deriveStream(base, { name: 'x', matrix: () => matrix }).matrix(2, 1);
    expect(of(new DenseMatrix(2, 3, 'uint8', new Uint8Array(6)))).toThrow(
      /a matrix of 2 × 3, expected 3 × 3/,
    );
    expect(of(new DenseMatrix(3, 3, 'float32', new Float32Array(9), 0, { signed: true }))).toThrow(
      /signed matrix/,
    );
    expect(() => deriveStream(base, { quantity: 'jets' as never, matrix: () => base.matrix(2, 1) })).toThrow(
      /jets/,
    );
  });
});

describe('a trace of streams', () => {
  test('holds them beside those of a trace, or alone', () => {
    const both = traceOf(trace, sums);
    expect(both.streams.map(({ name }) => name)).toEqual(['self', 'sum of heads']);
    expect(both.model).toBe('small');
    expect(both.stream('sum of heads')).toBe(sums);
    expect(traceOf(sums).stream()).toBe(sums);
    expect(() => both.stream('cross')).toThrow(/expected 'self' or 'sum of heads'/);
  });

  test('is written only where a stream has the name of its kind', async () => {
    await expect(writeSafetensors(traceOf(trace, sums))).rejects.toMatchObject({ code: 'stream-name' });
    const instead = deriveStream(base, { quantity: 'contributions', matrix: base.matrix });
    expect((await writeSafetensors(traceOf(instead))).length).toBeGreaterThan(100);
  });
});

/** Numbers that come later. */
const n = 1100;
const random = seeded(5);
const numbers = Float32Array.from({ length: n * n }, () => random() - 0.5);
const dense = new DenseMatrix(n, n, 'float32', numbers, 0, { signed: true });

describe.each(['computed', 'whole'] as const)('a matrix that is %s', (how) => {
  const make = (): Matrix =>
    how === 'whole'
      ? wholeMatrix({ rows: n, cols: n, signed: true }, async () => numbers)
      : computedMatrix({
          ...{ rows: n, cols: n, signed: true },
          read: async (rect) => blockWeights(await dense.block(rect)),
        });

  test.each([
    { row: 3, col: 1000, rows: 5, cols: 100 },
    { row: 2, col: 0, rows: 4, cols: n },
    { row: 10, col: 5, rows: 7, cols: 9, rowLevel: 3, colLevel: 2 },
    { row: 0, col: 1, rows: 3, cols: 2, rowLevel: 8, colLevel: 0, reduce: 'mean' as const },
  ])('is read as one in memory: %o', async (request) => {
    const found = blockWeights(await make().block(request));
    const expected = blockWeights(await dense.block(request));
    expect(found.length).toBe(expected.length);
    for (const [i, number] of found.entries()) expect(number).toBeCloseTo(expected[i]!, 5);
  });
});

test('a whole matrix is computed once, and again after it failed', async () => {
  const compute = vi.fn(async () => {
    if (compute.mock.calls.length === 1) throw new Error('no');
    return Float32Array.of(1, 2, 3, 4);
  });
  const matrix = wholeMatrix({ rows: 2, cols: 2 }, compute);
  const read = async () => [...blockWeights(await matrix.block({ row: 0, col: 1, rows: 2, cols: 1 }))];
  expect(compute).not.toHaveBeenCalled();
  await expect(read()).rejects.toThrow('no');
  expect(await Promise.all([read(), read()])).toEqual([[2, 4], [2, 4]]); // prettier-ignore
  expect(compute).toHaveBeenCalledTimes(2);
});

test('as many numbers as asked for, or none', () => {
  const few = computedMatrix({ rows: 2, cols: 2, read: () => new Float32Array(3) });
  expect(() => few.block({ row: 0, col: 0, rows: 2, cols: 2 })).toThrow(/2 × 2 was computed as 3 numbers/);
});
