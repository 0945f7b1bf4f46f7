import { expect, test } from 'vitest';
import * as io from '../../../src/lib/io/index.js';
import { createTrace } from '../../../src/lib/trace/index.js';

const tensor = (dims: readonly number[], length = dims.reduce((a, b) => a * b, 1)) => ({
  dims,
  data: new Float32Array(length),
});
const wrongs = [undefined, null, {}, [], 3, '', () => {}, new Float32Array(4), new Map(), tensor([1, 1])];

test.each(Object.entries(io))(
  '%s refuses what makes no sense with a TraceError, in few words',
  async (_, call) => {
    for (const wrong of wrongs)
      for (const args of [[wrong], [wrong, wrong], [wrong, {}, wrong]]) {
        const error = await (async () => (call as (...args: unknown[]) => unknown)(...args))().catch(
          (thrown: unknown) => thrown,
        );
        // Options may be null, and three strings and lists are paths, steps or metadata of their own.
        expect(error).toMatchObject({ name: 'TraceError', message: expect.stringMatching(/^[^]{10,500}$/) });
      }
  },
);

// prettier-ignore
const cases: [what: string, run: () => unknown, place: string, words: RegExp][] = [
  ['coordinates without values', () => io.coordinateAttention({ dims: [1, 1, 1, 1], indices: tensor([4, 1]) } as never), 'values', /found nothing, expected \{ dims, data \}/],
  ['coordinates without indices', () => io.coordinateAttention({ dims: [1, 1, 1, 1], values: tensor([1]) } as never), 'indices', /found nothing/],
  ['coordinates with null dims', () => io.coordinateAttention({ dims: null, indices: tensor([4, 1]), values: tensor([1]) } as never), 'dims', /found null/],
  ['a thousand million layers of coordinates', () => io.coordinateAttention({ dims: [1e9, 1, 1, 1], indices: tensor([4, 1]), values: tensor([1]) }), 'dims', /at most 1048576 heads/],
  ['a thousand million tokens of coordinates', () => io.coordinateAttention({ dims: [1, 1, 1e9, 1], indices: tensor([4, 1]), values: tensor([1]) }), 'dims', /of 134217728 tokens/],
  ['a thousand million layers of a function', () => io.functionAttention({ dims: [1e9, 1, 1, 1], block: () => ({ data: new Float32Array(1) }) }), 'dims', /at most/],
  ['four million layers of triangles', () => io.packedAttention(tensor([4e6, 1, 1])), 'dims', /at most/],
  ['top keys without keys', () => io.topKeyAttention({ weights: tensor([1, 1, 1, 1]) } as never), 'keys', /found nothing/],
  ['top keys of no whole number of keys', () => io.topKeyAttention({ keys: tensor([1, 1, 1, 1]), weights: tensor([1, 1, 1, 1]), keyCount: 'a' as never }), 'dims', /string "a"/],
  ['top keys of no keys', () => io.topKeyAttention({ keys: tensor([1, 1, 1, 0]), weights: tensor([1, 1, 1, 0]), keyCount: 0 }), 'dims', /\[1, 1, 1, 0\]/],
  ['a log-sum-exp that is text', () => io.queryKeyAttention({ queries: tensor([1, 1, 1, 1]), keys: tensor([1, 1, 1, 1]), causal: true, logSumExp: 'x' as never }), 'logSumExp', /the string "x"/],
];

test.each(cases)('%s', (_, run, place, words) => {
  expect(run).toThrow(
    expect.objectContaining({ code: 'source', place, message: expect.stringMatching(words) }),
  );
});

test('a row that sums to more than 1 is called by its own name', () => {
  const keys = { dims: [1, 1, 2, 2], data: [0, 1, 0, 1] };
  const weights = { dims: [1, 1, 2, 2], data: Float32Array.of(0.5, 0.5, 0.75, 0.75) };
  const make = () =>
    createTrace({ tokens: ['a', 'b'], attention: io.topKeyAttention({ keys, weights }) })
      .stream()
      .matrix(0, 0);
  expect(make).toThrow(expect.objectContaining({ code: 'row-over-1', place: 'query 1 of weights[0][0][0]' }));
});
