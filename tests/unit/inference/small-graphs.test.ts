import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { createTracer, tapAttention } from '../../../src/lib/inference/index.js';
import { emitConstant, emitNode, emitValueInfo } from '../../../src/lib/inference/onnx/emit.js';
import { GRAPH, MODEL } from '../../../src/lib/inference/onnx/model.js';
import {
  bytesField,
  joinRope,
  ropeOf,
  varintField,
  type Rope,
} from '../../../src/lib/inference/onnx/write.js';

const node = (opType: string, inputs: readonly string[], output: string, ints = {}, lists = {}): Rope =>
  bytesField(GRAPH.node, emitNode({ opType, inputs, outputs: [output], ints, lists }));

/** `out` = `query` + attention of `query` to `key`, with a mask of patches on the scores as vision models have it. */
const attend = (query: string, key: string, out: string): Rope[] => [
  node('Transpose', [key], `${out}/turned`, {}, { perm: [0, 2, 1] }),
  node('MatMul', [query, `${out}/turned`], `${out}/scores`),
  node('Softmax', [`${out}/scores`], `${out}/weights`, { axis: -1 }),
  node('MatMul', [`${out}/weights`, key], `${out}/sum`),
  node('Add', [query, `${out}/sum`], out),
];

/** Three learned queries of width 2. */
const learned = [
  bytesField(GRAPH.node, emitConstant('learned/flat', [1, -1, 0.5, 2, -2, 1], 1)),
  bytesField(GRAPH.node, emitConstant('learned/shape', [1, 3, 2], 7)),
  node('Reshape', ['learned/flat', 'learned/shape'], 'learned'),
];

const modelOf = (output: string, ...nodes: Rope[]): Uint8Array =>
  joinRope(
    ropeOf(
      varintField(1, 8),
      bytesField(MODEL.opsetImport, varintField(2, 17)),
      bytesField(
        MODEL.graph,
        ropeOf(
          bytesField(GRAPH.name, 'g'),
          bytesField(GRAPH.input, emitValueInfo('pixels', 1, [1, 5, 2])),
          ...nodes,
          bytesField(GRAPH.output, emitValueInfo(output, 1, [null, null, null])),
        ),
      ),
    ),
  );
const pixels = new ort.Tensor(
  'float32',
  Float32Array.from({ length: 10 }, (_, i) => Math.sin(i)),
  [1, 5, 2],
);

describe('learned queries', () => {
  const detector = modelOf(
    'd1',
    ...learned,
    ...attend('pixels', 'pixels', 'e0'),
    ...attend('learned', 'learned', 's0'),
    ...attend('s0', 'e0', 'd0'),
    ...attend('d0', 'd0', 's1'),
    ...attend('s1', 'e0', 'd1'),
  );

  it('of a detector attend to themselves and across, in every layer, whatever they have learned of the image', async () => {
    const { model, taps } = tapAttention(detector);
    expect(taps.map(({ weights }) => weights)).toEqual([
      'encoder_attentions.0',
      'decoder_attentions.0',
      'decoder_attentions.1',
      'cross_attentions.0',
      'cross_attentions.1',
    ]);
    const session = await ort.InferenceSession.create(model);
    const results = await session.run({ pixels });
    expect(taps.map(({ weights }) => results[weights!]!.dims.slice(-2))).toEqual([
      [5, 5],
      [3, 3],
      [3, 3],
      [3, 5],
      [3, 5],
    ]);
  });

  it('that only sum an encoder up make no decoder of it, and it can be traced', async () => {
    const pooled = modelOf(
      'pool',
      ...learned,
      ...attend('pixels', 'pixels', 'e0'),
      ...attend('e0', 'e0', 'e1'),
      ...attend('learned', 'e1', 'pool'),
    );
    expect(tapAttention(pooled).taps.map(({ weights }) => weights)).toEqual([
      'attentions.0',
      'attentions.1',
      'cross_attentions.0',
    ]);
    const tracer = createTracer({ ort, model: pooled });
    const { layers, keyTokens } = (await tracer.trace({ feeds: { pixels } })).stream();
    expect([layers, keyTokens.length]).toEqual([[0, 1], 5]);
    expect(tracer.notices).toEqual([expect.stringContaining('leaves out attention of the kind cross')]);
    await tracer.destroy();
  });
});

describe('a softmax written out', () => {
  const turned = node('Transpose', ['pixels'], 'turned', {}, { perm: [0, 2, 1] });
  const scores = node('MatMul', ['pixels', 'turned'], 'scores');
  const product = node('MatMul', ['weights', 'pixels'], 'out');
  const lastAxis = bytesField(GRAPH.node, emitConstant('last', [-1], 7));
  const one = bytesField(GRAPH.node, emitConstant('one', [1], 1));

  /** softmax(x·xᵀ), with `extra` added to the sum of each row. */
  function expected(extra = 0): number[] {
    const x = pixels.data as Float32Array;
    const rows = [0, 1, 2, 3, 4];
    const power = (row: number, col: number): number =>
      Math.exp(x[2 * row]! * x[2 * col]! + x[2 * row + 1]! * x[2 * col + 1]!);
    return rows.flatMap((row) => {
      const sum = rows.reduce((all, col) => all + power(row, col), extra);
      return rows.map((col) => power(row, col) / sum);
    });
  }

  it.each([
    [
      'as powers and their sum, the largest score taken away first',
      0,
      [
        node('ReduceMax', ['scores'], 'largest', {}, { axes: [-1] }),
        node('Sub', ['scores', 'largest'], 'below'),
        node('Exp', ['below'], 'powers'),
        node('ReduceSum', ['powers', 'last'], 'sum'),
        node('Div', ['powers', 'sum'], 'weights'),
      ],
    ],
    [
      'with a power too many in the sum, for a row that looks at nothing',
      1,
      [
        node('Exp', ['scores'], 'powers'),
        node('Exp', ['scores'], 'again'),
        node('ReduceSum', ['again', 'last'], 'sum'),
        node('Add', ['one', 'sum'], 'more'),
        node('Div', ['powers', 'more'], 'weights'),
      ],
    ],
    [
      'by its logarithm',
      0,
      [node('LogSoftmax', ['scores'], 'logarithm', { axis: -1 }), node('Exp', ['logarithm'], 'weights')],
    ],
  ])('%s', async (_, extra, written) => {
    const { model, taps } = tapAttention(modelOf('out', turned, scores, lastAxis, one, ...written, product));
    expect(taps.map(({ weights }) => weights)).toEqual(['attentions.0']);
    const results = await (await ort.InferenceSession.create(model)).run({ pixels });
    const { dims, data } = results['attentions.0']!;
    expect(dims).toEqual([1, 1, 5, 5]);
    expected(extra).forEach((weight, i) => expect((data as Float32Array)[i]).toBeCloseTo(weight, 5));
  });

  it('is none where the powers are divided by something else', () => {
    const other = [
      node('Exp', ['scores'], 'powers'),
      node('Exp', ['pixels'], 'again'),
      node('ReduceSum', ['again', 'last'], 'sum'),
      node('Div', ['powers', 'sum'], 'weights'),
    ];
    expect(tapAttention(modelOf('out', turned, scores, lastAxis, ...other, product)).taps).toEqual([]);
  });

  it('over another axis than the keys is listed with the reason', () => {
    const queries = bytesField(GRAPH.node, emitConstant('last', [1], 7));
    const written = [
      node('Exp', ['scores'], 'powers'),
      node('ReduceSum', ['powers', 'last'], 'sum'),
      node('Div', ['powers', 'sum'], 'weights'),
    ];
    const { taps } = tapAttention(modelOf('out', turned, scores, queries, ...written, product));
    expect(taps[0]).toMatchObject({ reason: 'its softmax runs over axis 1, not over the keys' });
  });
});
