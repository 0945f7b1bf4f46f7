import { describe, expect, test } from 'vitest';
import { queryKeyAttention } from '../../../../src/lib/io/index.js';
import { blockWeights, DenseMatrix, type Matrix } from '../../../../src/lib/trace/index.js';
import { seeded } from '../../trace/arrays.js';

// Long enough that a whole head is computed in parts, by tasks.
const [layers, heads, tokens, dim] = [2, 2, 600, 32];
const random = seeded(3);
const numbers = (length: number, size: number) =>
  Float32Array.from({ length }, () => (random() - 0.5) * size);
const vectors = () => ({
  dims: [layers, heads, tokens, dim],
  data: numbers(layers * heads * tokens * dim, 2),
});
const [queries, keys] = [vectors(), vectors()];
/** One for all layers; key 7 is hidden from every query of head 1. */
const bias = { dims: [1, heads, tokens, tokens], data: numbers(heads * tokens * tokens, 1) };
for (let query = 0; query < tokens; query++) bias.data[(tokens + query) * tokens + 7] = -Infinity;
const more = {
  scale: [0.2, 0.3],
  softCap: 1.5,
  window: [50, null],
  alibiSlopes: [[0.01, 0.02], [0.03, 0]], // prettier-ignore
  sinks: { dims: [2, 2], data: Float32Array.of(0.5, -1, 2, 0) },
};
const source = queryKeyAttention({ queries, keys, causal: true, bias, ...more });

/** By the formulas, weight by weight: scale, soft-cap, mask and window, ALiBi and bias, softmax with the sink in the denominator. */
function expected(layer: number, head: number): DenseMatrix {
  const out = new Float32Array(tokens * tokens);
  const at = (of: typeof queries, token: number, i: number) =>
    of.data[((layer * heads + head) * tokens + token) * dim + i]!;
  for (let q = 0; q < tokens; q++) {
    const first = Math.max(0, q + 1 - (more.window[layer] ?? Infinity));
    const powers = new Map<number, number>();
    for (let k = first; k <= q; k++) {
      let score = 0;
      for (let i = 0; i < dim; i++) score += at(queries, q, i) * at(keys, k, i);
      score = 1.5 * Math.tanh((score * more.scale[layer]!) / 1.5);
      score -= more.alibiSlopes[layer]![head]! * (q - k);
      powers.set(k, Math.exp(score + bias.data[(head * tokens + q) * tokens + k]!));
    }
    const sum = [...powers.values()].reduce(
      (a, b) => a + b,
      Math.exp(more.sinks.data[layer * heads + head]!),
    );
    for (const [k, power] of powers) out[q * tokens + k] = power / sum;
  }
  return new DenseMatrix(tokens, tokens, 'float32', out);
}

describe.each([
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
])('layer %i, head %i', (layer, head) => {
  const wanted = expected(layer, head);
  test.each([
    ['whole', { row: 0, col: 0, rows: tokens, cols: tokens }],
    ['a part', { row: 123, col: 77, rows: 9, cols: 70 }],
    ['maxima', { row: 3, col: 1, rows: 20, cols: 30, rowLevel: 3, colLevel: 2 }],
    ['means', { row: 0, col: 0, rows: 5, cols: 5, rowLevel: 7, colLevel: 7, reduce: 'mean' as const }],
  ])('%s', async (_, request) => {
    const read = async (matrix: Matrix) => blockWeights(await matrix.block(request));
    // A new one each time: what is looked at first has its sums computed first.
    const matrix = queryKeyAttention({ queries, keys, causal: true, bias, ...more }).matrix(layer, head);
    const [found, right] = [await read(matrix), await read(wanted)];
    const worst = found.reduce((most, weight, i) => Math.max(most, Math.abs(weight - right[i]!)), 0);
    expect(worst).toBeLessThan(1e-5);
    expect(right.some((weight) => weight > 0)).toBe(true);
  });

  test('a sample holds weights of its cells', async () => {
    const step = 4;
    const block = await source
      .matrix(layer, head)
      .block({ row: 0, col: 0, rows: 150, cols: 150, rowLevel: 2, colLevel: 2, sample: true });
    const whole = blockWeights(await wanted.block({ row: 0, col: 0, rows: tokens, cols: tokens }));
    expect(block.sampled).toBe(true);
    blockWeights(block).forEach((weight, i) =>
      expect(Math.abs(weight - whole[Math.floor(i / 150) * step * tokens + (i % 150) * step]!)).toBeLessThan(
        1e-5,
      ),
    );
  });
});

test('a row that a bias hides whole has no weight', async () => {
  const hidden = { dims: [1, 1, 2, 2], data: Float32Array.of(-Infinity, -Infinity, 0, 0) };
  const two = { dims: [1, 1, 2, 1], data: Float32Array.of(1, 1) };
  const matrix = queryKeyAttention({ queries: two, keys: two, causal: false, bias: hidden }).matrix(0, 0);
  expect([...blockWeights(await matrix.block({ row: 0, col: 0, rows: 2, cols: 2 }))]).toEqual([
    0, 0, 0.5, 0.5,
  ]);
});

test.each([
  [
    'a scale for each of three layers',
    { scale: [1, 2, 3] },
    /scale: found a list of 3, expected one number, or 2/,
  ],
  ['no scale', { scale: [1, 0] }, /scale\[1\]: found 0, expected a number over 0/],
  ['a window of half a key', { window: [null, 1.5] }, /window\[1\]: found 1.5/],
  ['a soft-cap of nothing', { softCap: 0 }, /softCap: found 0/],
  [
    'slopes of one layer',
    { alibiSlopes: [[1, 2]] },
    /alibiSlopes: found an array of 1, expected 2 × 2 finite numbers/,
  ],
  [
    'sinks of other heads',
    { sinks: { dims: [2, 3], data: new Float32Array(6) } },
    /sinks: found dims \[2, 3\]/,
  ],
  ['sinks that are NaN', { sinks: [[1, NaN], [1, 1]] }, /sinks: found an array of 2/], // prettier-ignore
  [
    'a bias of other keys',
    { bias: { dims: [1, 1, tokens, 3], data: new Float32Array(tokens * 3) } },
    /bias: found float32 numbers in dims/,
  ],
])('refuses %s', (_, wrong, words) => {
  expect(() => queryKeyAttention({ queries, keys, causal: true, ...wrong } as never)).toThrow(words);
});
