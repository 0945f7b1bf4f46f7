// Long analyses let others have their turn, and end when their signal does.
import { describe, expect, test } from 'vitest';
import {
  alti,
  altiLayers,
  averageProductCorrection,
  blockNorms,
  flow,
  keptWeights,
  mixingRatios,
  rollout,
  valueNorms,
} from '../../../src/lib/analysis/index.js';
import { createTrace, type Stream, type Tensor } from '../../../src/lib/trace/index.js';
import { names } from '../trace/arrays.js';

const [layers, heads, dim, hidden] = [3, 4, 16, 64];

/** Causal attention to every key alike, and a sublayer beside it. */
function streamOf(tokens: number): Stream {
  const tensor = (...dims: number[]): Tensor => ({
    dims,
    data: Float32Array.from({ length: dims.reduce((a, b) => a * b) }, (_, i) => Math.sin(i)),
  });
  const weights = new Float32Array(layers * heads * tokens * tokens);
  for (let row = 0; row < layers * heads * tokens; row++)
    weights.fill(1 / ((row % tokens) + 1), row * tokens, row * tokens + (row % tokens) + 1);
  return createTrace({
    tokens: names(tokens),
    attention: { dims: [layers, heads, tokens, tokens], data: weights },
    values: tensor(layers, heads, tokens, dim),
    outputMatrix: tensor(layers, heads, dim, hidden),
    residual: tensor(layers, tokens, hidden),
    normWeight: tensor(layers, hidden),
  }).stream();
}

const last = async (stream: Stream): Promise<unknown> => {
  const matrix = stream.matrix(stream.layers.at(-1)!, stream.heads.at(-1)!);
  return matrix.block({ row: 0, col: 0, rows: matrix.rows, cols: matrix.cols });
};
const budget = { policy: 'h2o', budget: 8 } as const;
type Options = { signal?: AbortSignal; onProgress?: (done: number, total: number) => void };

/** Each with so many tokens that it takes a tenth of a second or more. */
const analyses: [
  name: string,
  tokens: number,
  run: (stream: Stream, options: Options) => Promise<unknown>,
][] = [
  ['rollout', 600, (stream, options) => last(rollout(stream, options))],
  ['flow', 24, (stream, options) => last(flow(stream, options))],
  ['alti', 200, (stream, options) => last(alti(stream, options))],
  ['altiLayers', 300, (stream, options) => last(altiLayers(stream, options))],
  ['blockNorms', 300, (stream, options) => last(blockNorms(stream, options))],
  ['mixingRatios', 300, (stream, options) => mixingRatios(stream, 1, options)],
  ['valueNorms of layers', 400, (stream, options) => last(valueNorms(stream, { of: 'layer', ...options }))],
  ['averageProductCorrection', 900, (stream, options) => last(averageProductCorrection(stream, options))],
  ['keptWeights', 900, (stream, options) => keptWeights(stream, budget, options)],
];

describe.each(analyses)('%s', (_, tokens, run) => {
  const reason = new Error('enough');

  test('ends while it runs, with the signal’s reason, as others have their turn', async () => {
    const stream = streamOf(tokens);
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason));
    await expect(run(stream, { signal: controller.signal })).rejects.toBe(reason);
  });

  test('does not begin when the signal is aborted already', async () => {
    await expect(run(streamOf(4), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(run(streamOf(4), { signal: new AbortController().signal })).resolves.toBeDefined();
  });
});

test('value norms of heads end too', async () => {
  const reason = new Error('enough');
  await expect(last(valueNorms(streamOf(4), { signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
});

test.each([
  ['rollout', (stream: Stream, options: Options) => last(rollout(stream, options)), 3],
  ['alti', (stream: Stream, options: Options) => last(alti(stream, options)), 3],
  ['flow', (stream: Stream, options: Options) => last(flow(stream, options)), 5],
  ['keptWeights', (stream: Stream, options: Options) => keptWeights(stream, budget, options), 12],
])('%s tells how far it is, and no more once it has ended', async (_, run, total) => {
  const told: number[][] = [];
  await run(streamOf(5), { onProgress: (...at) => void told.push(at) });
  expect(told).toEqual(Array.from({ length: total }, (_, i) => [i + 1, total]));
  const controller = new AbortController();
  const ended: number[] = [];
  const onProgress = (done: number): void => {
    ended.push(done);
    if (done === 2) controller.abort(new Error('at two'));
  };
  await expect(run(streamOf(5), { signal: controller.signal, onProgress })).rejects.toThrow('at two');
  expect(ended).toEqual([1, 2]);
});
