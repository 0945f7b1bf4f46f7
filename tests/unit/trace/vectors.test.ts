import { expect, test } from 'vitest';
import { createTrace } from '../../../src/lib/trace/index.js';
import { even, names, nest } from './arrays.js';

/** Number d of token t, head h, layer l: exact in float16 too. */
const at = (l: number, h: number, t: number, d: number) => 64 * l + 16 * h + 4 * t + d - 32;
const attention = even(2, 4, 3);

test('queries, keys and values by layer, head and token', () => {
  const [queries, keys] = [
    nest([2, 4, 3, 2], at),
    { dims: [2, 4, 3, 2], data: new Float64Array(48).fill(2) },
  ];
  const values = [0, 1].map((l) => ({ dims: [1, 4, 3, 5], data: new Float32Array(60).fill(l) }));
  const stream = createTrace({ tokens: names(3), attention, queries, keys, values }).stream();
  const { layers, heads, tokens, dim, type } = stream.queries!;
  expect({ layers, heads, tokens, dim, type }).toEqual({
    layers: 2,
    heads: 4,
    tokens: 3,
    dim: 2,
    type: 'float32',
  });
  expect(stream.queries!.vector(1, 3, 2)).toEqual(Float32Array.of(at(1, 3, 2, 0), at(1, 3, 2, 1)));
  expect(stream.queries!.vector(0, 1, 0)).toEqual(Float32Array.of(at(0, 1, 0, 0), at(0, 1, 0, 1)));
  expect(stream.keys!.vector(1, 0, 0)).toEqual(Float32Array.of(2, 2));
  // Values may be of another length than queries and keys.
  expect(stream.values!.vector(1, 0, 0)).toEqual(Float32Array.of(1, 1, 1, 1, 1));
});

test('float16 is decoded, float32 is viewed', () => {
  // −2, 65504 (the largest), the smallest subnormal, 0.333251953125
  const half = { dims: [1, 1, 2, 2], data: Uint16Array.of(0xc000, 0x7bff, 0x0001, 0x3555) };
  const data = new Float32Array(4);
  const stream = createTrace({
    tokens: names(2),
    attention: even(1, 1, 2),
    keys: half,
    values: { dims: [1, 1, 2, 2], data },
  }).stream();
  expect([...stream.keys!.vector(0, 0, 0)]).toEqual([-2, 65504]);
  expect([...stream.keys!.vector(0, 0, 1)]).toEqual([2 ** -24, 0.333251953125]);
  expect([...stream.keys!.vector(0, 0, 0, 2)]).toEqual([-2, 65504, 2 ** -24, 0.333251953125]);
  data[3] = 7;
  expect([...stream.values!.vector(0, 0, 1)]).toEqual([0, 7]);
});

test.each([1, 2, 4])('%i key heads for 4', (heads) => {
  const stream = createTrace({ tokens: names(3), attention, keys: nest([2, heads, 3, 2], at) }).stream();
  expect(stream.keys!.heads).toBe(heads);
  expect(stream.keys!.vector(1, heads - 1, 2)[1]).toBe(at(1, heads - 1, 2, 1));
});

test('a subset of heads may share one key, or have one each', () => {
  for (const heads of [1, 4]) {
    const keys = nest([2, heads, 3, 2], at);
    const stream = createTrace({ tokens: names(3), attention, keys, heads: [1, 2, 5, 6] }).stream();
    expect(stream.keys!.heads).toBe(heads);
  }
});

test('cross attention: queries of the decoder, keys and values of the encoder', () => {
  const stream = createTrace({
    encoder: { tokens: names(3) },
    decoder: { tokens: names(2) },
    cross: {
      attention: even(1, 2, 2, 3),
      queries: nest([1, 2, 2, 4], at),
      keys: nest([1, 2, 3, 4], at),
      values: nest([1, 1, 3, 4], at),
    },
  }).stream();
  expect([stream.queries!.tokens, stream.keys!.tokens, stream.values!.tokens]).toEqual([2, 3, 3]);
});

test('what was not recorded is not there', () => {
  const { queries, keys, values } = createTrace({
    tokens: names(3),
    attention,
    keys: null as never,
  }).stream();
  expect([queries, keys, values]).toEqual([undefined, undefined, undefined]);
});

test('an index that is not there', () => {
  const { keys } = createTrace({ tokens: names(3), attention, keys: nest([2, 2, 3, 2], at) }).stream();
  for (const [l, h, t] of [
    [2, 0, 0],
    [-1, 0, 0],
    [0, 2, 0],
    [0, 0, 3],
    [0, 0.5, 0],
    [0, 0, NaN],
  ] as const)
    expect(() => keys!.vector(l, h, t)).toThrow(RangeError);
  expect(() => keys!.vector(0, 0, 2, 2)).toThrow(RangeError);
});
