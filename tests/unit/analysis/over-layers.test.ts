import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { flow, overLayers, rollout, uniformAttention } from '../../../src/lib/analysis/index.js';
import { wholeWeights } from '../../../src/lib/analysis/derivation.js';
import { loadSafetensors } from '../../../src/lib/io/index.js';
import { createTrace, traceOf, type Stream } from '../../../src/lib/trace/index.js';
import { even, names } from '../trace/arrays.js';

// make_derived.py computed these with numpy and scipy, without anything of ours.
const expected = JSON.parse(readFileSync(new URL('derived.json', import.meta.url), 'utf8')) as {
  rollout: Record<'induction' | 'minilm', number[][]>;
  flow: { attention: number[][][][]; flow: number[][] }[];
};
const fixture = async (name: string) =>
  (await loadSafetensors(new URL(`../../../fixtures/${name}.safetensors`, import.meta.url))).stream();
const numbersOf = async (stream: Stream, layer: number, head = 0): Promise<number[]> => [
  ...(await wholeWeights(stream.matrix(layer, head))),
];

function expectClose(found: readonly number[], wanted: readonly number[]): void {
  expect(found).toHaveLength(wanted.length);
  const worst = found.reduce((most, number, i) => Math.max(most, Math.abs(number - wanted[i]!)), 0);
  expect(worst).toBeLessThan(1e-5);
}

// Two layers that do not commute: one looks back one token; of the other the last token alone looks at the first.
const back = [[1, 0, 0], [1, 0, 0], [0, 1, 0]]; // prettier-ignore
const far = [[1, 0, 0], [0, 1, 0], [1, 0, 0]]; // prettier-ignore
const streamOf = (...layers: number[][][]) =>
  createTrace({ tokens: names(3), attention: layers.map((rows) => [rows]) }).stream();

describe('rollout', () => {
  test('by hand: later layers on the left, and layers do not commute', async () => {
    // Its last row is ½(row 0 + row 2) of ½(back + I) = ½([1, 0, 0] + [0, ½, ½]).
    expectClose(await numbersOf(rollout(streamOf(back, far)), 1), [1, 0, 0, 0.5, 0.5, 0, 0.5, 0.25, 0.25]);
    // ½(row 1 + row 2) of ½(far + I) = ½([0, 1, 0] + [½, 0, ½]).
    expectClose(await numbersOf(rollout(streamOf(far, back)), 1), [1, 0, 0, 0.5, 0.5, 0, 0.25, 0.5, 0.25]);
  });

  test.each(['induction', 'minilm'] as const)('of every layer of %s as numpy has it', async (name) => {
    const stream = await fixture(name === 'minilm' ? 'minilm-pair-float32' : name);
    const rolled = rollout(stream);
    expect(rolled).toMatchObject({ name: 'rollout', layers: stream.layers, heads: [0] });
    const last = stream.layers.at(-1)!;
    expectClose(await numbersOf(rolled, last), expected.rollout[name].flat());
    const { rows, cols } = rolled.matrix(last, 0);
    const sums = await numbersOf(rolled, last);
    for (let row = 0; row < rows; row++)
      expect(sums.slice(row * cols, (row + 1) * cols).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  });

  test('of rows that sum to less: scaled after the identity is added', async () => {
    const half = createTrace({ tokens: names(2), attention: [[[[0.5, 0], [0.25, 0.25]]]] }).stream(); // prettier-ignore
    expectClose(await numbersOf(rollout(half), 0), [1, 0, 0.25 / 1.5, 1.25 / 1.5]);
  });

  test('refuses what it cannot stand for', () => {
    const cross = createTrace({
      encoder: { tokens: names(2) },
      decoder: { tokens: names(2) },
      cross: { attention: even(1, 1, 2) },
    }).stream('cross');
    expect(() => rollout(cross)).toThrow(
      /rollout: found cross attention, expected attention within one sequence/,
    );
    const some = createTrace({ tokens: names(3), attention: even(1, 1, 1, 3), queryPositions: [2] }).stream();
    expect(() => rollout(some)).toThrow(/found 1 queries and 3 keys/);
    const gaps = createTrace({ tokens: names(2), attention: even(2, 1, 2), layers: [1, 3] }).stream();
    expect(() => rollout(gaps)).toThrow(/found layers \[1, 3\], expected layers that follow one another/);
    const later = createTrace({ tokens: names(2), attention: even(2, 1, 2), layers: [4, 5] }).stream();
    expect(rollout(later).layers).toEqual([4, 5]);
    const scores = createTrace({ tokens: names(2), attention: even(1, 1, 2), quantity: 'scores' }).stream();
    expect(() => rollout(scores)).toThrow(/the quantity score/);
  });
});

test('uniform attention: alike over the keys a query sees, and its rollout', async () => {
  const stream = await fixture('induction');
  const uniform = uniformAttention(stream);
  const size = stream.keyTokens.length;
  expectClose(
    await numbersOf(uniform, 1),
    Array.from({ length: size * size }, (_, i) =>
      i % size <= Math.floor(i / size) ? 1 / (Math.floor(i / size) + 1) : 0,
    ),
  );
  // Ã of two tokens: [1, 0], [¼, ¾]; its square: [1, 0], [7/16, 9/16].
  const two = createTrace({ tokens: names(2), attention: [[[[1, 0], [0, 1]]], [[[1, 0], [0, 1]]]] }).stream(); // prettier-ignore
  const both = traceOf(two, rollout(uniformAttention(two), { name: 'rollout of uniform' }));
  expectClose(await numbersOf(both.stream('rollout of uniform'), 1), [1, 0, 7 / 16, 9 / 16]);
  const bidirectional = createTrace({ tokens: names(2), attention: even(1, 3, 2) }).stream();
  expectClose(await numbersOf(uniformAttention(bidirectional), 0), [0.5, 0.5, 0.5, 0.5]);
});

describe('flow', () => {
  test.each([0, 1])('as a linear programme has it (%i)', async (i) => {
    const { attention, flow: wanted } = expected.flow[i]!;
    const stream = createTrace({ tokens: names(wanted.length), attention }).stream();
    const found = flow(stream);
    expectClose(await numbersOf(found, attention.length - 1), wanted.flat());
    // Of one layer there is one way: its width.
    expectClose(await numbersOf(found, 0), await numbersOf(rollout(stream), 0));
  });

  test('is for short inputs', () => {
    const long = createTrace({ tokens: names(33), attention: even(1, 1, 33) }).stream();
    expect(() => flow(long)).toThrow(/found 33 tokens, expected at most 32/);
    expect(flow(long, { mostTokens: 33 }).name).toBe('flow');
  });
});

test('sum, mean and maximum over the layers up to one', async () => {
  const stream = createTrace({ tokens: names(2), layers: [3, 5], attention: [[[[1, 0], [0.5, 0.5]]], [[[1, 0], [0.1, 0.9]]]] }).stream(); // prettier-ignore
  const sum = overLayers(stream, 'sum');
  expectClose(await numbersOf(sum, 3), [1, 0, 0.5, 0.5]);
  expectClose(await numbersOf(sum, 5), [2, 0, 0.6, 1.4]);
  expect(sum.quantity).toMatchObject({ name: 'summed weight', range: [0, Infinity] });
  expectClose(await numbersOf(overLayers(stream, 'mean'), 5), [1, 0, 0.3, 0.7]);
  expectClose(await numbersOf(overLayers(stream, 'max'), 5), [1, 0, 0.5, 0.9]);
  expect(overLayers(stream, 'max').quantity).toEqual(stream.quantity);
});
