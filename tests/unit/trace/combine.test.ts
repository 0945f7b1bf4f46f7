import { expect, test } from 'vitest';
import { combineMatrices, DenseMatrix, type Matrix } from '../../../src/lib/trace/index.js';
import { storedRows } from './arrays.js';

const first = new DenseMatrix(2, 3, 'uint8', Uint8Array.of(255, 0, 0, 51, 204, 0));
const second = new DenseMatrix(2, 3, 'float32', Float32Array.of(0, 0.5, 0.5, 0.4, 0.2, 0.4));
/** The same weights, but not in memory yet. */
const later: Matrix = {
  rows: 2,
  cols: 3,
  type: 'float32',
  block: async (request) => second.block(request),
};
const rounded = (matrix: Matrix) => storedRows(matrix).map((row) => row.map((w) => Number(w.toFixed(6))));

test('the mean, as float32', () => {
  const mean = combineMatrices([first, second], 'mean');
  expect(mean.type).toBe('float32');
  expect(rounded(mean)).toEqual([
    [0.5, 0.25, 0.25],
    [0.3, 0.5, 0.2],
  ]);
});

test('the maximum', () => {
  expect(rounded(combineMatrices([first, second], 'max'))).toEqual([
    [1, 0.5, 0.5],
    [0.4, 0.8, 0.4],
  ]);
});

test('one matrix is itself', () => {
  expect(rounded(combineMatrices([second], 'mean'))).toEqual([
    [0, 0.5, 0.5],
    [0.4, 0.2, 0.4],
  ]);
});

test('the sum', () => {
  expect(rounded(combineMatrices([first, second], 'sum'))).toEqual([
    [1, 0.5, 0.5],
    [0.6, 1, 0.4],
  ]);
});

test('matrices that come later', async () => {
  const block = combineMatrices([first, later], 'mean').block({ row: 0, col: 1, rows: 2, cols: 2 });
  expect(block).toBeInstanceOf(Promise);
  expect([...(await block).data].map((w) => Number(w.toFixed(6)))).toEqual([0.25, 0.25, 0.5, 0.2]);
});

test('coarser levels: the maximum of the means, not the mean of the maxima', async () => {
  const a = new DenseMatrix(2, 2, 'float32', Float32Array.of(1, 0, 0, 0.5));
  const b = new DenseMatrix(2, 2, 'float32', Float32Array.of(0, 1, 0.5, 0.25));
  const top = { row: 0, col: 0, rows: 1, cols: 1, rowLevel: 1, colLevel: 1 };
  const at = async (matrix: Matrix, reduce: 'max' | 'mean') =>
    (await matrix.block({ ...top, reduce })).data[0];
  expect(await at(combineMatrices([a, b], 'mean'), 'max')).toBe(0.5);
  expect(await at(combineMatrices([a, b], 'max'), 'max')).toBe(1);
  expect(await at(combineMatrices([a, b], 'max'), 'mean')).toBe((1 + 1 + 0.5 + 0.5) / 4);
});
