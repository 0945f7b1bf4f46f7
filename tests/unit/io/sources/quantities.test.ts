// Sources of numbers that are no weights. The numbers are written out here; nothing is computed.
import { describe, expect, test } from 'vitest';
import { coordinateAttention, functionAttention, packedAttention } from '../../../../src/lib/io/index.js';
import {
  blockWeights,
  createTrace,
  type AttentionSource,
  type Block,
} from '../../../../src/lib/trace/index.js';
import { errorOf } from '../../trace/arrays.js';

const tokens = ['a', 'b', 'c'];
/** Causal scores of three queries. */
const scores = [
  [3, 0, 0],
  [-7, 2, 0],
  [0.5, -4, 1],
];
const flat = Float32Array.from(scores.flat());
const [dims, quantity] = [[1, 1, 3, 3], 'scores'] as const;
const indices = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 2, 0, 0, 1, 0, 1, 2];

const sources: Record<string, (given?: 'scores') => AttentionSource> = {
  functionAttention: (quantity) =>
    functionAttention({
      ...{ dims, causal: true, quantity },
      block: ({ row, col, rows, cols }) => ({ data: flat.slice(row * 3 + col), stride: 3, rows, cols }),
    }),
  coordinateAttention: (quantity) =>
    coordinateAttention({
      ...{ dims, causal: true, quantity },
      indices: { dims: [4, 6], data: indices },
      values: { dims: [6], data: Float32Array.of(3, -7, 2, 0.5, -4, 1) },
    }),
  packedAttention: (quantity) =>
    packedAttention({ dims: [1, 1, 6], data: Float32Array.of(3, -7, 2, 0.5, -4, 1) }, { quantity }),
};
const whole = { row: 0, col: 0, rows: 3, cols: 3 };

describe.each(Object.entries(sources))('%s', (_, make) => {
  test('numbers of a quantity, and coarser levels by magnitude', async () => {
    const stream = createTrace({ tokens, attention: make(quantity) }).stream();
    expect(stream.quantity.name).toBe('score');
    const matrix = stream.matrix(0, 0);
    expect(matrix.signed).toBe(true);
    expect(matrix.leftOut).toBeUndefined();
    expect([...blockWeights((await matrix.block(whole)) as Block)]).toEqual(scores.flat());
    const coarse = await matrix.block({ ...whole, rowLevel: 1, colLevel: 1 });
    expect([...blockWeights(coarse)]).toEqual([-7, 0, -4, 1]);
  });

  test('without one they must be weights', async () => {
    const read = async () =>
      await createTrace({ tokens, attention: make() }).stream().matrix(0, 0).block(whole);
    await expect(read()).rejects.toMatchObject({
      code: expect.stringMatching(/weight-over-1|negative-weight/) as string,
    });
  });

  test('what the source says and what the trace says must agree', () => {
    const error = errorOf(() => createTrace({ tokens, attention: make(), quantity }));
    expect(error).toMatchObject({ code: 'quantity', found: 'score' });
    expect(createTrace({ tokens, attention: make(quantity), quantity }).stream().quantity.name).toBe('score');
  });
});

test('bytes are weights alone, and half precision keeps its signs', async () => {
  const bytes = { dims: [1, 1, 6], data: new Uint8Array(6) };
  expect(errorOf(() => packedAttention(bytes, { quantity })).message).toMatch(/float32 or float16/);
  // −2 and 1, and in the same cell at a coarser level.
  const halves = coordinateAttention({
    ...{ dims, quantity },
    indices: { dims: [4, 2], data: [0, 0, 0, 0, 0, 1, 0, 1] },
    values: { dims: [2], data: Uint16Array.of(0xc000, 0x3c00) },
  });
  const cell = await halves
    .matrix(0, 0)
    .block({ row: 0, col: 0, rows: 1, cols: 1, rowLevel: 1, colLevel: 1 });
  expect([...blockWeights(cell)]).toEqual([-2]);
  const wild = functionAttention({
    ...{ dims, quantity },
    block: () => ({ data: new Float32Array(9).fill(Infinity) }),
  });
  expect(errorOf(() => wild.matrix(0, 0).block(whole)).code).toBe('infinite');
});
