import { Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { runInNewContext } from 'node:vm';
import { createTrace, type TraceInput, type WeightArray } from '../../../src/lib/trace/index.js';
import { halfByDefinition, names, nest, storedRows } from './arrays.js';

/**
 * 2 layers, 3 heads, 2 tokens. The weight at [l][h][q][k] is a whole number of 128ths, so every float holds it exactly:
 * 8 × (3l + h) + 4q + 2k + 1, so that each is unlike every other.
 */
const dims = [2, 3, 2, 2];
const weightAt = (l: number, h: number, q: number, k: number) => (8 * (3 * l + h) + 4 * q + 2 * k + 1) / 128;
const flat = (map = (w: number) => w, layers = [0, 1]) =>
  layers.flatMap((l) =>
    [0, 1, 2].flatMap((h) => [0, 1].flatMap((q) => [0, 1].map((k) => map(weightAt(l, h, q, k))))),
  );
const halfBits = new Map(Array.from({ length: 0x3c01 }, (_, bits) => [halfByDefinition(bits), bits]));
const toHalf = (w: number) => halfBits.get(w)!;
const toByte = (w: number) => w * 128;
const nested = nest(dims, weightAt) as number[][][][];
const rowsAs = (row: (numbers: number[]) => unknown) => nested.map((l) => l.map((h) => h.map(row)));
const layerTensors = (shape: number[]) =>
  [0, 1].map((l) => ({ dims: shape, data: Float32Array.from(flat(undefined, [l])) }));
const float32 = Float32Array.from(flat());

/** An object like onnxruntime's Tensor: dims, data and type are getters of its class. */
class GetterTensor {
  readonly #data = Float32Array.from(flat());
  get dims() {
    return dims;
  }
  get data() {
    return this.#data;
  }
  get type() {
    return 'float32';
  }
}

const forms: [string, unknown, 'float32' | 'float16' | 'uint8'][] = [
  ['nested arrays', nested, 'float32'],
  ['nested, batch before the heads', nested.map((layer) => [layer]), 'float32'],
  ['nested, Float32Array innermost', rowsAs((r) => Float32Array.from(r)), 'float32'],
  ['nested, Float64Array innermost', rowsAs((r) => Float64Array.from(r)), 'float32'],
  [
    'nested, Float32Array and arrays innermost',
    rowsAs((r) => (r[0]! < 0.2 ? r : Float32Array.from(r))),
    'float32',
  ],
  ['nested, float16 bits innermost', rowsAs((r) => Uint16Array.from(r, toHalf)), 'float16'],
  ['nested, Uint8Array innermost', rowsAs((r) => Uint8Array.from(r, toByte)), 'uint8'],
  ['flat Float32Array', { dims, data: float32 }, 'float32'],
  ['flat Float64Array', { dims, data: Float64Array.from(flat()) }, 'float32'],
  ['flat array', { dims, data: flat() }, 'float32'],
  ['flat float16 bits', { dims, data: Uint16Array.from(flat(toHalf)) }, 'float16'],
  [
    'flat float16 bits, so called',
    { dims, data: Uint16Array.from(flat(toHalf)), type: 'float16' },
    'float16',
  ],
  ['flat Uint8Array', { dims, data: Uint8Array.from(flat(toByte)) }, 'uint8'],
  ['flat Uint8ClampedArray', { dims, data: Uint8ClampedArray.from(flat(toByte)) }, 'uint8'],
  ['flat Buffer', { dims, data: Buffer.from(flat(toByte)) }, 'uint8'],
  ['flat, batch after the layers', { dims: [2, 1, 3, 2, 2], data: float32 }, 'float32'],
  ['flat, of another realm', { dims, data: runInNewContext(`Float32Array.of(${flat().join()})`) }, 'float32'],
  ['a tensor a layer', layerTensors([3, 2, 2]), 'float32'],
  ['a tensor a layer, with batch', layerTensors([1, 3, 2, 2]), 'float32'],
  ['a tensor and an array', [layerTensors([3, 2, 2])[0], nested[1]], 'float32'],
  ['getters', new GetterTensor(), 'float32'],
  ['an onnxruntime tensor', new Tensor('float32', Float32Array.from(flat()), dims), 'float32'],
  ['an onnxruntime float16 tensor', new Tensor('float16', Uint16Array.from(flat(toHalf)), dims), 'float16'],
  [
    'an onnxruntime tensor a layer',
    layerTensors([1, 3, 2, 2]).map((t) => new Tensor('float32', t.data, t.dims)),
    'float32',
  ],
];

test.each(forms)('%s', (_, attention, type) => {
  const stream = createTrace({ tokens: names(2), attention: attention as never }).stream();
  expect([stream.name, stream.layers, stream.heads]).toEqual(['self', [0, 1], [0, 1, 2]]);
  const decode = { float32: (n: number) => n, float16: halfByDefinition, uint8: (n: number) => n / 128 }[
    type
  ];
  for (const l of stream.layers)
    for (const h of stream.heads) {
      const matrix = stream.matrix(l, h);
      expect([matrix.rows, matrix.cols, matrix.type]).toEqual([2, 2, type]);
      expect(storedRows(matrix).map((row) => row.map(decode))).toEqual(nested[l]![h]);
    }
});

test.each<[string, unknown]>([
  ['nested arrays', [nested]],
  ['a tensor', { dims: [1, ...dims], data: float32 }],
])('%s of five axes, the first 1, may be a batch: layers must be said', (_, attention) => {
  const make = (more: object) => createTrace({ tokens: names(2), attention, ...more } as never).stream();
  expect(() => make({})).toThrowError(
    expect.objectContaining({
      code: 'batch',
      message: expect.stringContaining('1 layer of a batch of 2, expected') as string,
    }) as Error,
  );
  const { layers, heads } = make({ layers: [4, 5] });
  expect([layers, heads]).toEqual([
    [4, 5],
    [0, 1, 2],
  ]);
  expect(() => make({ layers: [4] })).toThrowError(/1 layer of a batch of 2/);
});

test('vectors with the batch first are as many layers as attention has', () => {
  const vectors = { dims: [1, 2, 3, 2, 1], data: new Float32Array(12) };
  const stream = createTrace({
    tokens: names(2),
    attention: nested,
    queries: vectors,
    keys: vectors,
  }).stream();
  expect(stream.queries!.layers).toBe(2);
});

test('an array of five axes whose first two are 1 is one layer', () => {
  for (const attention of [[[nested[0]]], { dims: [1, 1, 3, 2, 2], data: float32.slice(0, 12) }]) {
    const stream = createTrace({ tokens: names(2), attention: attention as never }).stream();
    expect([stream.layers, stream.heads]).toEqual([[0], [0, 1, 2]]);
  }
});

test.each<[string, unknown]>([
  [
    'nested arrays',
    [
      [
        [
          [1, 0],
          [0.5, 0.5],
        ],
      ],
    ],
  ],
  ['one tensor', { dims: [1, 1, 2, 2], data: Float32Array.of(1, 0, 0.5, 0.5) }],
  ['a tensor a layer', [{ dims: [1, 2, 2], data: Float32Array.of(1, 0, 0.5, 0.5) }]],
])('%s without tokens: they are called by their positions', (_, attention) => {
  const { queryTokens, keyTokens } = createTrace({ attention } as TraceInput).stream();
  expect(queryTokens.map(({ label }) => label)).toEqual(['0', '1']);
  expect(keyTokens.map(({ special }) => special)).toEqual([false, false]);
});

test('one layer, one head, one token', () => {
  const stream = createTrace({ tokens: ['a'], attention: [[[[1]]]] }).stream();
  expect(storedRows(stream.matrix(0, 0))).toEqual([[1]]);
  expect(stream.causal).toBe(false);
});

describe('typed arrays are viewed, not copied', () => {
  const cases = [
    ['Float32Array', new Float32Array(24), 0.25, undefined],
    ['Uint16Array', new Uint16Array(24), 0x3400, undefined],
    ['Uint8Array', new Uint8Array(24), 64, undefined],
    ['Uint8ClampedArray', new Uint8ClampedArray(24), 64, undefined],
    ['a part of a larger buffer', new Float32Array(100).subarray(7, 31), 0.25, undefined],
    ['a tensor a layer', new Float32Array(12), 0.25, [3, 2, 2]],
  ] as const;
  test.each(cases)('%s', (_, data, value, layerDims) => {
    const attention = layerDims ? [{ dims: layerDims, data }] : { dims, data };
    const matrix = createTrace({ tokens: names(2), attention: attention as never })
      .stream()
      .matrix(0, 1);
    data[4 + 2] = value; // head 1, query 1, key 0
    expect(storedRows(matrix)).toEqual([
      [0, 0],
      [value, 0],
    ]);
    const { data: seen } = matrix.block({ row: 0, col: 0, rows: 1, cols: 1 }) as { data: WeightArray };
    expect(seen.buffer).toBe(data.buffer);
  });
});

test('a subset keeps the numbers of the model', () => {
  const stream = createTrace({
    tokens: names(2),
    attention: { dims, data: float32 },
    layers: [3, 11],
    heads: [0, 5, 7],
  }).stream();
  expect([stream.layers, stream.heads]).toEqual([
    [3, 11],
    [0, 5, 7],
  ]);
  expect(storedRows(stream.matrix(11, 5))).toEqual(nested[1]![1]);
  expect(() => stream.matrix(1, 1)).toThrow('expected 3 or 11');
});

test('numbers passed are copied, so that the caller may change them', () => {
  const layers = [3, 11];
  const segments = [{ name: 'A', start: 0, end: 1 }];
  const stream = createTrace({
    tokens: names(2),
    attention: { dims, data: float32 },
    layers,
    segments,
  }).stream();
  layers[0] = 99;
  segments[0]!.end = 99;
  expect(stream.layers).toEqual([3, 11]);
  expect(stream.querySegments).toEqual([{ name: 'A', start: 0, end: 1 }]);
});

test('model, text, tokens and segments come through', () => {
  const segments = [
    { name: 'A', start: 0, end: 1 },
    { name: 'B', start: 1, end: 2 },
  ];
  const attention = { dims, data: float32 };
  const trace = createTrace({ tokens: ['a', 'b'], attention, segments, model: 'm', text: 'ab' });
  expect([trace.model, trace.text, trace.streams.length]).toEqual(['m', 'ab', 1]);
  const { queryTokens, keyTokens, querySegments, keySegments } = trace.stream('self');
  expect(queryTokens.map((t) => t.raw)).toEqual(['a', 'b']);
  expect(keyTokens).toBe(queryTokens);
  expect([querySegments, keySegments]).toEqual([segments, segments]);
});

test('rounding is forgiven', () => {
  const of = (rows: number[][]) => () => createTrace({ tokens: names(2), attention: [[rows]] });
  expect(
    of([
      [1.0005, 0],
      [0.505, 0.51],
    ]),
  ).not.toThrow();
  expect(
    of([
      [1.002, 0],
      [0, 1],
    ]),
  ).toThrow('weight');
  expect(
    of([
      [0.51, 0.52],
      [0, 1],
    ]),
  ).toThrow('sum to 1.03');
  // Rows that sum to less belong to pruned heads and masked tokens.
  expect(
    of([
      [0, 0],
      [0.1, 0],
    ]),
  ).not.toThrow();
  // 400 weights of 1/400 are each stored as 1/255 in uint8.
  const bytes = { dims: [1, 1, 400, 400], data: new Uint8Array(400 * 400).fill(1) };
  expect(() => createTrace({ tokens: names(400), attention: bytes })).not.toThrow();
});

test('a source says which layers have fewer heads', () => {
  const held = createTrace({ tokens: names(2), attention: { dims, data: Float32Array.from(flat()) } });
  const source = {
    dims: [2, 3, 2, 2] as const,
    headCounts: [3, 2],
    matrix: (layer: number, head: number) => held.stream().matrix(layer, head),
  };
  const stream = createTrace({
    tokens: names(2),
    attention: source,
    heads: [
      [0, 1, 3],
      [2, 5],
    ],
  }).stream();
  expect([stream.heads, stream.headsOf(0), stream.headsOf(1)]).toEqual([
    [0, 1, 2, 3, 5],
    [0, 1, 3],
    [2, 5],
  ]);
  expect(stream.matrix(1, 5)).toBe(held.stream().matrix(1, 1));
  expect(() => stream.matrix(1, 3)).toThrow('Layer 1 of the self stream');
});
