import { describe, expect, test } from 'vitest';
import {
  blockWeights,
  DenseMatrix,
  type Block,
  type BlockRequest,
  type WeightType,
} from '../../../src/lib/trace/index.js';
import { halfByDefinition, seeded, store } from './arrays.js';

/** 7 queries × 5 keys by hand, in 16ths. */
const hand = [
  [16, 0, 0, 0, 0],
  [8, 8, 0, 0, 0],
  [4, 4, 8, 0, 0],
  [2, 6, 4, 4, 0],
  [1, 1, 1, 1, 12],
  [0, 0, 0, 0, 3],
  [5, 0, 0, 7, 0],
].map((row) => row.map((n) => n / 16));

/** A small matrix in memory is read at once. */
const read = (matrix: DenseMatrix, request: BlockRequest): Block => matrix.block(request) as Block;

function cells({ data, offset, stride, rows, cols }: Block): number[][] {
  return Array.from({ length: rows }, (_, r) =>
    Array.from({ length: cols }, (_, c) => data[offset + r * stride + c]!),
  );
}

describe('a matrix by hand', () => {
  const matrix = new DenseMatrix(7, 5, 'float32', Float32Array.from([9, 9, ...hand.flat()]), 2);
  const whole = (level: number, reduce: 'max' | 'mean') =>
    cells(read(matrix, { row: 0, col: 0, rows: 7, cols: 5, rowLevel: level, colLevel: level, reduce })).map(
      (row) => row.map((w) => w * 16),
    );

  test('maxima', () => {
    expect(whole(1, 'max')).toEqual([
      [16, 0, 0],
      [6, 8, 0],
      [1, 1, 12],
      [5, 7, 0],
    ]);
    expect(whole(2, 'max')).toEqual([
      [16, 0],
      [7, 12],
    ]);
    expect(whole(3, 'max')).toEqual([[16]]);
  });

  test('means, over the weights there are', () => {
    expect(whole(0, 'mean')).toEqual(hand.map((row) => row.map((w) => w * 16)));
    expect(whole(1, 'mean')).toEqual([
      [8, 0, 0],
      [4, 4, 0],
      [0.5, 0.5, 7.5],
      [2.5, 3.5, 0],
    ]);
    expect(whole(2, 'mean')).toEqual([
      [4, 0],
      [expect.closeTo(16 / 12, 5), 5],
    ]);
    expect(whole(3, 'mean')).toEqual([[expect.closeTo((16 * 4 + 1 + 1 + 1 + 1 + 12 + 3 + 5 + 7) / 35, 5)]]);
  });

  test('a rectangle is cut at the edge, and is a view', () => {
    const block = read(matrix, { row: 5, col: 3, rows: 10, cols: 10 });
    expect([block.row, block.col, block.rows, block.cols, block.rowLevel, block.colLevel]).toEqual([
      5, 3, 2, 2, 0, 0,
    ]);
    expect(cells(block)).toEqual([
      [0, 3 / 16],
      [7 / 16, 0],
    ]);
    expect(cells(read(matrix, { row: 1, col: 1, rows: 2, cols: 1, rowLevel: 1, colLevel: 1 }))).toEqual([
      [8 / 16],
      [1 / 16],
    ]);
    expect(cells(read(matrix, { row: 7, col: 5, rows: 1, cols: 1 }))).toEqual([]);
  });

  test('levels beyond one cell are that cell', () => {
    for (const level of [4, 40, 2 ** 40])
      expect(
        cells(read(matrix, { row: 0, col: 0, rows: 9, cols: 9, rowLevel: level, colLevel: level })),
      ).toEqual([[1]]);
  });

  test.each([
    { row: -1 },
    { row: 8 },
    { col: 6 },
    { row: 0.5 },
    { row: NaN },
    { rows: -1 },
    { rows: Infinity },
    { cols: 1.5 },
    { rowLevel: -1 },
    { rowLevel: 0.5 },
    { rowLevel: NaN },
    { rowLevel: 1, colLevel: 1, row: 5 },
  ])('%o is refused', (wrong) => {
    expect(() => matrix.block({ row: 0, col: 0, rows: 1, cols: 1, ...wrong })).toThrow(RangeError);
  });
});

test('float16 −0 is not taken for the largest', () => {
  const largest = (...bits: number[]) => {
    const matrix = new DenseMatrix(1, 2, 'float16', Uint16Array.from(bits));
    return blockWeights(
      matrix.block({ row: 0, col: 0, rows: 1, cols: 1, rowLevel: 1, colLevel: 1 }) as Block,
    )[0];
  };
  expect(largest(0x8000, 0x3400)).toBe(0.25);
  expect(largest(0x8000, 0x8000)).toBeCloseTo(0);
});

const decode = { uint8: (n: number) => n / 255, float16: halfByDefinition, float32: (n: number) => n };

describe.each(['uint8', 'float16', 'float32'] as WeightType[])('%s against a direct count', (type) => {
  const random = seeded(7);
  const below = (n: number) => Math.floor(random() * n);
  const sizes = Array.from({ length: 30 }, () => [1 + below(40), 1 + below(40)] as const);
  test.each([...sizes, [1, 1], [1, 33], [33, 1], [32, 32], [31, 33]] as const)('%i × %i', (rows, cols) => {
    const offset = below(5);
    // 256ths are exact in float16; a third are 0, as in real attention.
    const weights = Array.from({ length: offset + rows * cols }, () => Math.max(0, below(384) - 128) / 256);
    const data = store(weights, type);
    const matrix = new DenseMatrix(rows, cols, type, data, offset);
    const value = (r: number, c: number) => decode[type](data[offset + r * cols + c]!);

    for (let levels = 0; levels < 64; levels++)
      for (const reduce of ['max', 'mean'] as const) {
        const [rowLevel, colLevel] = [levels % 8, levels >> 3];
        const [high, wide] = [2 ** rowLevel, 2 ** colLevel];
        const [levelRows, levelCols] = [Math.ceil(rows / high), Math.ceil(cols / wide)];
        const [row, col] = [below(levelRows + 1), below(levelCols + 1)];
        const part = { row, col, rows: 1 + below(20), cols: 1 + below(20) };
        const block = read(matrix, { ...part, rowLevel, colLevel, reduce });
        expect(block.rows).toBeLessThanOrEqual(levelRows - row);
        const decoded = cells(block).map((line) => line.map(decode[block.type]));
        const expected = decoded.map((line, r) =>
          line.map((_, c) => {
            const covered: number[] = [];
            for (let y = (row + r) * high; y < Math.min(rows, (row + r + 1) * high); y++)
              for (let x = (col + c) * wide; x < Math.min(cols, (col + c + 1) * wide); x++)
                covered.push(value(y, x));
            return reduce === 'max'
              ? Math.max(...covered)
              : covered.reduce((sum, w) => sum + w, 0) / covered.length;
          }),
        );
        decoded.forEach((line, r) => line.forEach((w, c) => expect(w).toBeCloseTo(expected[r]![c]!, 6)));
        const asStored = reduce === 'max' || (block.rowLevel === 0 && block.colLevel === 0);
        expect(block.type).toBe(asStored ? type : 'float32');
      }
  });
});

test('two queries and 2,000 keys: keys are joined, queries are not', () => {
  const data = new Float32Array(4000);
  data[500] = 1;
  data[2000 + 1500] = 1;
  const matrix = new DenseMatrix(2, 2000, 'float32', data);
  const seen = cells(read(matrix, { row: 0, col: 0, rows: 2, cols: 2000, colLevel: 2 }));
  expect(seen.map((row) => row.flatMap((weight, col) => (weight > 0 ? [col] : [])))).toEqual([[125], [375]]);
});

describe.each(['float16', 'float32'] as const)('signed numbers, %s', (type) => {
  const random = seeded(3);
  const [rows, cols] = [21, 13];
  const numbers = Array.from({ length: rows * cols }, () => (Math.floor(random() * 9) - 4) / 8);
  const halfBits = (n: number) => (n < 0 ? 0x8000 : 0) | store([Math.abs(n)], 'float16')[0]!;
  const data = type === 'float16' ? Uint16Array.from(numbers, halfBits) : Float32Array.from(numbers);
  const matrix = new DenseMatrix(rows, cols, type, data, 0, { signed: true });

  test.each([
    [0, 1],
    [1, 0],
    [2, 3],
    [1, 1],
    [5, 4],
  ])('levels %i and %i: of each cell the largest magnitude, with its sign', (rowLevel, colLevel) => {
    const block = read(matrix, { row: 0, col: 0, rows, cols, rowLevel, colLevel });
    const [high, wide] = [2 ** rowLevel, 2 ** colLevel];
    cells(block).forEach((line, r) =>
      line.forEach((stored, c) => {
        const covered = numbers.filter(
          (_, i) => Math.floor(Math.floor(i / cols) / high) === r && Math.floor((i % cols) / wide) === c,
        );
        const [least, most] = [Math.min(...covered), Math.max(...covered)];
        // Adding 0 makes −0, which is no other number, 0.
        expect(decode[type](stored) + 0).toBe((-least > most ? least : most) + 0);
      }),
    );
  });
});
