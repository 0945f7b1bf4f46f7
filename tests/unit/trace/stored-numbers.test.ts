import { describe, expect, test } from 'vitest';
import { entropy } from '../../../src/lib/analysis/index.js';
import { blockWeights, isSigned, type Block } from '../../../src/lib/trace/index.js';
import { errorOf, names, rowsOf, self } from './arrays.js';

describe('rounding', () => {
  test.each([
    ['float32', Float32Array.of(-6e-8, 1.0009, 1, 0)],
    // −6e-8 and 1.001 in half precision.
    ['float16', Uint16Array.of(0x8001, 0x3c01, 0x3c00, 0)],
  ])('in %s is read as 0 and 1, and the array stays as it is', (_, data) => {
    const before = [...data];
    const matrix = self({ tokens: names(2), attention: { dims: [1, 1, 2, 2], data } }).matrix(0, 0);
    expect(rowsOf(matrix)).toEqual([
      [0, 1],
      [1, 0],
    ]);
    const top = matrix.block({ row: 0, col: 0, rows: 1, cols: 1, rowLevel: 1, colLevel: 1 }) as Block;
    expect(blockWeights(top)[0]).toBe(1);
    expect([...data]).toEqual(before);
    expect(entropy(matrix)).toBe(0);
    expect(Object.is(entropy(matrix), -0)).toBe(false);
  });

  test('is as much below 0 as above 1', () => {
    const make = (weight: number) => self({ tokens: ['a'], attention: [[[[weight]]]] });
    expect(rowsOf(make(-0.0009).matrix(0, 0))).toEqual([[0]]);
    expect(errorOf(() => make(-0.0011)).code).toBe('negative-weight');
    expect(errorOf(() => make(1.0011)).code).toBe('weight-over-1');
  });

  test('after the query is no weight', () => {
    expect(
      self({
        tokens: names(2),
        attention: [
          [
            [
              [1, -6e-8],
              [0.5, 0.5],
            ],
          ],
        ],
      }).causal,
    ).toBe(true);
  });

  test('in a head too large to be checked at once', () => {
    const n = 2304;
    const data = new Float32Array(n * n);
    data[5 * n] = -1e-4;
    data[5 * n + 1] = 1.0005;
    const matrix = self({ tokens: names(n), attention: { dims: [1, 1, n, n], data } }).matrix(0, 0);
    const block = matrix.block({ row: 5, col: 0, rows: 1, cols: 2 }) as Block;
    expect([...blockWeights(block)]).toEqual([0, 1]);
  });
});

describe('forms of input', () => {
  const data = Float32Array.of(1, 0, 0.5, 0.5);
  test.each<[string, unknown]>([
    ['dims as bigints', { dims: [1n, 1n, 2n, 2n], data }],
    ['dims as Int32Array', { dims: Int32Array.of(1, 1, 2, 2), data }],
    ['dims as BigInt64Array', { dims: BigInt64Array.of(1n, 1n, 2n, 2n), data }],
    ['a tensor a head', [[{ dims: [2, 2], data }]]],
    ['a batch of a tensor a layer', [[{ dims: [1, 2, 2], data }]]],
    ['the first step of generate()', [[{ dims: [1, 1, 2, 2], data }]]],
  ])('%s', (_, attention) => {
    const stream = self({ tokens: names(2), attention });
    expect(stream.layers).toEqual([0]);
    expect(rowsOf(stream.matrix(0, 0))).toEqual([
      [1, 0],
      [0.5, 0.5],
    ]);
  });

  test('an array that says it is of another type is what it is', () => {
    const spoofed = Object.defineProperty(new Int32Array(4), Symbol.toStringTag, { value: 'Float32Array' });
    expect(
      errorOf(() => self({ tokens: names(2), attention: { dims: [1, 1, 2, 2], data: spoofed } })).code,
    ).toBe('dtype');
    const named = Object.defineProperty(Float32Array.from(data), Symbol.toStringTag, { value: 'Int32Array' });
    expect(
      rowsOf(self({ tokens: names(2), attention: { dims: [1, 1, 2, 2], data: named } }).matrix(0, 0))[0],
    ).toEqual([1, 0]);
  });

  test('a buffer transferred after the trace was made is said to be gone', () => {
    const mine = Float32Array.from(data);
    const vectors = Float32Array.of(1, 2);
    const stream = self({
      tokens: names(2),
      attention: { dims: [1, 1, 2, 2], data: mine },
      queries: { dims: [1, 1, 2, 1], data: vectors },
    });
    structuredClone(mine, { transfer: [mine.buffer] });
    structuredClone(vectors, { transfer: [vectors.buffer] });
    expect(errorOf(() => rowsOf(stream.matrix(0, 0)))).toMatchObject({
      code: 'unreadable',
      found: 'an array without elements',
    });
    expect(errorOf(() => stream.queries!.vector(0, 0, 0)).code).toBe('unreadable');
  });

  test('messages stay short, whatever was passed', () => {
    const name = 'n'.repeat(5_000_000);
    for (const run of [
      () =>
        self({
          tokens: [name],
          attention: [[[[1]]]],
          segments: [
            { name, start: 0, end: 1 },
            { name, start: 0, end: 1 },
          ],
        }),
      () => self({ tokens: [name], attention: [[[[1]]]], quantity: name }),
      () => self({ tokens: ['a'], attention: { dims: Array(1e6).fill(1), data } }),
      () =>
        self(
          Object.defineProperty({}, 'tokens', {
            get: () => {
              throw new Error(name);
            },
          }),
        ),
      () =>
        self(
          Object.defineProperty({}, 'tokens', {
            get: () => {
              throw new Error('');
            },
          }),
        ),
    ]) {
      const { message } = errorOf(run);
      expect(message.length).toBeLessThan(700);
      expect(message).not.toContain('found ,');
    }
  });

  test('isSigned goes by the range', () => {
    expect(
      [
        [0, 1],
        [-1, 1],
      ].map((range) => isSigned({ name: 'a', range, evidence: 'causal' } as never)),
    ).toEqual([false, true]);
  });
});
