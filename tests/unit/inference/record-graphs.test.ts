// Graphs that look like an attention block and are none, or not quite: each is refused by name, or shown to be wrong by its numbers.
import * as ort from 'onnxruntime-node';
import { afterAll, expect, it } from 'vitest';
import { createTracer, type RecordedPart, type Tracer } from '../../../src/lib/inference/index.js';
import {
  emitConstant,
  emitNode,
  emitValueInfo,
  type NodeSpec,
} from '../../../src/lib/inference/onnx/emit.js';
import { GRAPH, MODEL } from '../../../src/lib/inference/onnx/model.js';
import {
  bytesField,
  joinRope,
  ropeOf,
  varintField,
  type Rope,
} from '../../../src/lib/inference/onnx/write.js';

type More = Partial<Pick<NodeSpec, 'ints' | 'lists' | 'floats' | 'domain'>>;
const node = (opType: string, inputs: readonly string[], output: string, more: More = {}): Rope =>
  bytesField(GRAPH.node, emitNode({ opType, inputs, outputs: [output], ...more }));
const constant = (name: string, values: readonly number[], type = 1): Rope =>
  bytesField(GRAPH.node, emitConstant(name, values, type));
/** A weight `[rows, cols]`. */
const weight = (name: string, rows: number, cols: number): Rope[] => [
  constant(
    `${name}/flat`,
    Array.from({ length: rows * cols }, (_, i) => Math.cos(7 * i + name.length)),
  ),
  constant(`${name}/shape`, [rows, cols], 7),
  node('Reshape', [`${name}/flat`, `${name}/shape`], name),
];
const heads = (value: string, output: string): Rope[] => [
  node('Reshape', [value, 'split'], `${output}/split`),
  node('Transpose', [`${output}/split`], output, { lists: { perm: [0, 2, 1, 3] } }),
];

/** Attention of `x`, 3 tokens of 4 numbers, in 2 heads, and its output projection `o`; what follows is given. */
const block = ({
  merge = [0, 2, 1, 3],
  merged = [],
  after,
}: {
  merge?: number[];
  merged?: Rope[];
  after: Rope[];
}) =>
  joinRope(
    ropeOf(
      varintField(1, 8),
      bytesField(MODEL.opsetImport, varintField(2, 17)),
      bytesField(MODEL.opsetImport, ropeOf(bytesField(1, 'com.microsoft'), varintField(2, 1))),
      bytesField(
        MODEL.graph,
        ropeOf(
          bytesField(GRAPH.name, 'g'),
          bytesField(GRAPH.input, emitValueInfo('x', 1, [1, 3, 4])),
          constant('split', [0, 0, 2, 2], 7),
          constant('join', [0, 0, 4], 7),
          ...weight('wq', 4, 4),
          ...weight('wvalue', 4, 4),
          ...weight('woutput', 4, 4),
          node('MatMul', ['x', 'wq'], 'q'),
          node('MatMul', ['x', 'wvalue'], 'v'),
          ...heads('q', 'queries'),
          ...heads('v', 'values'),
          node('Transpose', ['queries'], 'keys', { lists: { perm: [0, 1, 3, 2] } }),
          node('MatMul', ['queries', 'keys'], 'scores'),
          node('Softmax', ['scores'], 'weights', { ints: { axis: -1 } }),
          node('MatMul', ['weights', 'values'], 'product'),
          node('Transpose', ['product'], 'turned', { lists: { perm: merge } }),
          node('Reshape', ['turned', 'join'], merged.length > 0 ? 'whole' : 'joined'),
          ...merged,
          node('MatMul', ['joined', 'woutput'], 'o'),
          ...after,
          bytesField(GRAPH.output, emitValueInfo('out', 1, [null, null, null])),
        ),
      ),
    ),
  );

const made: Tracer[] = [];
afterAll(() => Promise.all(made.map((tracer) => tracer.destroy())));
const x = new ort.Tensor(
  'float32',
  Float32Array.from({ length: 12 }, (_, i) => Math.sin(3 * i)),
  [1, 3, 4],
);
function trace(model: Uint8Array, record: readonly RecordedPart[] = ['values', 'outputMatrix', 'residual']) {
  const tracer = createTracer({ ort, model, record });
  made.push(tracer);
  return tracer.trace({ feeds: { x } });
}
const added = node('Add', ['x', 'o'], 'out');

it('a block is recorded, W_O as it is in the graph', async () => {
  const { sublayer } = (await trace(block({ after: [added] }))).stream();
  expect([...sublayer!.outputMatrix!.vector(0, 1, 0, 2)]).toEqual(
    Array.from({ length: 8 }, (_, i) => Math.fround(Math.cos(7 * (8 + i) + 'woutput'.length))),
  );
  expect([...sublayer!.residual!.vector(0, 0, 2)]).toEqual([...(x.data as Float32Array).subarray(8)]);
});

it('one number that what it gives is multiplied by is part of W_O, and of the bias', async () => {
  const scaled = [
    constant('bias', [1, 2, 3, 4]),
    constant('number', [0.5]),
    node('Add', ['bias', 'o'], 'biased'),
    node('Mul', ['biased', 'number'], 'scaled'),
    node('Add', ['scaled', 'x'], 'out'),
  ];
  const { sublayer } = (await trace(block({ after: scaled }))).stream();
  expect([...sublayer!.outputBias!.vector(0, 0, 0)]).toEqual([0.5, 1, 1.5, 2]);
  expect(sublayer!.outputMatrix!.vector(0, 0, 0)[3]).toBeCloseTo(Math.cos(21 + 7) / 2, 6);
});

it.each([
  [
    'heads joined a number of each in turn',
    block({ merge: [0, 2, 3, 1], after: [added] }),
    /^weights, values and output matrix, self layer 0, token 0: found a sum of/,
  ],
  [
    'a gate between',
    block({
      merged: [node('Sigmoid', ['x'], 'gate'), node('Mul', ['whole', 'gate'], 'joined')],
      after: [added],
    }),
    /^outputMatrix of self layer 0, .*: found between the product with the values and the output projection stands the Mul/,
  ],
  [
    'a second projection at once',
    block({ after: [...weight('second', 4, 4), node('MatMul', ['o', 'second'], 'out')] }),
    /^outputMatrix of .*a second projection, .*, follows the first at once/,
  ],
  [
    'no projection',
    block({ merged: [node('Relu', ['whole'], 'joined')], after: [added] }),
    /^outputMatrix of .*stands the Relu/,
  ],
  [
    'a feed-forward layer beside',
    block({
      after: [
        ...weight('wide', 4, 4),
        node('MatMul', ['x', 'wide'], 'beside'),
        node('Add', ['beside', 'o'], 'both'),
        node('Add', ['both', 'x'], 'out'),
      ],
    }),
    /^residual of .*is added to 'beside', which is not what it reads/,
  ],
  [
    'an RMS norm after the addition',
    block({
      after: [
        constant('gain', [1, 2, 1, 2]),
        node('Add', ['x', 'o'], 'sum'),
        node('SimplifiedLayerNormalization', ['sum', 'gain'], 'out', { ints: { axis: -1 } }),
      ],
    }),
    /^residual of .*an RMS norm follows/,
  ],
  [
    'nothing it is added to',
    block({ after: [node('Relu', ['o'], 'out')] }),
    /^residual of .*between the output projection and what it is added to stands the Relu/,
  ],
])('%s', async (_, model, words) => {
  await expect(trace(model)).rejects.toMatchObject({ code: 'cannot-record' });
  await expect(trace(model)).rejects.toThrow(words);
  // What is shown can be had all the same.
  const values = (await trace(model, ['values'])).stream().values!;
  expect([values.heads, values.tokens, values.dim]).toEqual([2, 3, 2]);
});
