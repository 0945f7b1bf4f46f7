import { expect, test } from 'vitest';
import {
  blockWeights,
  decoder,
  decodeWeights,
  DenseMatrix,
  type Block,
} from '../../../src/lib/trace/index.js';
import { halfByDefinition } from './arrays.js';

test('every float16 number', () => {
  const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
  const decoded = decodeWeights(bits, 'float16');
  const one = decoder('float16');
  for (let i = 0; i < 65536; i++) {
    const expected = halfByDefinition(i);
    if (Object.is(decoded[i], expected) && Object.is(one(i), expected)) continue;
    throw new Error(`${i}: ${decoded[i]} and ${one(i)}, not ${expected}`);
  }
});

test('uint8 is a 255th', () => {
  expect([...decodeWeights(Uint8Array.of(0, 51, 255), 'uint8')]).toEqual([0, Math.fround(0.2), 1]);
  expect(decoder('uint8')(51)).toBe(Math.fround(0.2));
});

test('float32 is viewed', () => {
  const data = Float32Array.of(1, 2, 3, 4);
  const view = decodeWeights(data, 'float32', 1, 2);
  data[1] = 9;
  expect([...view]).toEqual([9, 3]);
});

test('a block without gaps', () => {
  const matrix = new DenseMatrix(3, 4, 'uint8', Uint8Array.of(0, 255, 0, 51, 0, 0, 255, 102, 51, 0, 0, 255));
  const of = (row: number, col: number, rows: number, cols: number) =>
    [...blockWeights(matrix.block({ row, col, rows, cols }) as Block)].map((w) => Math.round(w * 255));
  expect(of(0, 0, 3, 4)).toEqual([0, 255, 0, 51, 0, 0, 255, 102, 51, 0, 0, 255]);
  expect(of(1, 0, 2, 4)).toEqual([0, 0, 255, 102, 51, 0, 0, 255]);
  expect(of(0, 2, 3, 2)).toEqual([0, 51, 255, 102, 0, 255]);
  expect(of(1, 1, 1, 2)).toEqual([0, 255]);
  expect(of(3, 0, 3, 4)).toEqual([]);
});
