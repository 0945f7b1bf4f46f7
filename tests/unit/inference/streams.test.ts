import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { createTracer, tapAttention } from '../../../src/lib/inference/index.js';
import { emitConstant, emitNode, emitValueInfo } from '../../../src/lib/inference/onnx/emit.js';
import { GRAPH, MODEL, NODE } from '../../../src/lib/inference/onnx/model.js';
import {
  bytesField,
  joinRope,
  ropeOf,
  varintField,
  type Rope,
} from '../../../src/lib/inference/onnx/write.js';

type Node = Rope;
const node = (opType: string, inputs: readonly string[], output: string, more = {}): Node =>
  bytesField(GRAPH.node, emitNode({ opType, inputs, outputs: [output], ...more }));
const constant = (name: string, values: readonly number[], type = 1): Node =>
  bytesField(GRAPH.node, emitConstant(name, values, type));

/** A table of 5 tokens of width 2, and what it holds for ids. */
const table = [
  constant('table/flat', [1, 0, 0.5, 1, -1, 2, 2, -1, 0.3, 0.4]),
  constant('table/shape', [5, 2], 7),
  node('Reshape', ['table/flat', 'table/shape'], 'table'),
];
const lookup = (ids: string, out: string): Node => node('Gather', ['table', ids], out);

/** `out` = `query` + attention of `query` to `key`; `mend` makes the weights of what the softmax gives. */
const attend = (query: string, key: string, out: string, name = out, mend: Node[] = []): Node[] => [
  node('Transpose', [key], `${out}/turned`, { lists: { perm: [0, 2, 1] } }),
  node('MatMul', [query, `${out}/turned`], `${out}/scores`),
  node('Softmax', [`${out}/scores`], `${name}/softmax`, { ints: { axis: -1 } }),
  ...mend,
  node('MatMul', [mend.length > 0 ? `${out}/weights` : `${name}/softmax`, key], `${out}/sum`),
  node('Add', [query, `${out}/sum`], out),
];

const modelOf = (inputs: readonly Rope[], output: string, nodes: readonly Node[]): Uint8Array =>
  joinRope(
    ropeOf(
      varintField(1, 8),
      bytesField(MODEL.opsetImport, varintField(2, 17)),
      bytesField(
        MODEL.graph,
        ropeOf(
          bytesField(GRAPH.name, 'g'),
          ...inputs.map((input) => bytesField(GRAPH.input, input)),
          ...nodes,
          bytesField(GRAPH.output, emitValueInfo(output, 1, [null, null, null])),
        ),
      ),
    ),
  );
const idsInput = (name: string): Rope => emitValueInfo(name, 7, [1, null]);
const namesOf = (bytes: Uint8Array) =>
  tapAttention(bytes).taps.map(({ weights, reason }) => weights ?? reason);

describe('streams of one file', () => {
  /** As bart-large-mnli: the decoder reads the same ids, moved by one. */
  const moved = modelOf([idsInput('input_ids')], 'd1', [
    ...table,
    constant('last', [3, 0, 1, 2], 7),
    node('Gather', ['input_ids', 'last'], 'moved', { ints: { axis: 1 } }),
    lookup('input_ids', 'text'),
    lookup('moved', 'answer'),
    ...attend('text', 'text', 'e0'),
    ...attend('e0', 'e0', 'e1'),
    ...attend('answer', 'answer', 's0'),
    ...attend('s0', 'e1', 'd0'),
    ...attend('d0', 'd0', 's1'),
    ...attend('s1', 'e1', 'd1'),
  ]);

  it('an encoder and a decoder that read the same ids are told apart, and traced together', async () => {
    expect(namesOf(moved)).toEqual([
      'encoder_attentions.0',
      'encoder_attentions.1',
      'decoder_attentions.0',
      'decoder_attentions.1',
      'cross_attentions.0',
      'cross_attentions.1',
    ]);
    const tracer = createTracer({ ort, model: moved });
    const trace = await tracer.trace({ ids: [1, 2, 3, 4], tokens: ['a', 'b', 'c', 'd'] });
    expect(trace.streams.map(({ name }) => name)).toEqual(['encoder', 'decoder', 'cross']);
    expect(trace.stream('cross').keyTokens.map(({ raw }) => raw)).toEqual(['a', 'b', 'c', 'd']);
    expect(trace.stream('cross').queryTokens.map(({ raw }) => raw)).toEqual(['0', '1', '2', '3']);
    expect(tracer.notices.join()).toContain('numbered');
    await tracer.destroy();
  });

  it('two that look at each other have a stack and a cross attention each', () => {
    const twoWay = modelOf([idsInput('left'), idsInput('right')], 'out', [
      ...table,
      lookup('left', 'a'),
      lookup('right', 'b'),
      ...attend('a', 'a', 'a0'),
      ...attend('b', 'b', 'b0'),
      ...attend('a0', 'b0', 'a1'),
      ...attend('b0', 'a0', 'b1'),
      node('Concat', ['a1', 'b1'], 'out', { ints: { axis: 1 } }),
    ]);
    expect(namesOf(twoWay)).toEqual([
      'attentions.0',
      'attentions.0_2',
      'cross_attentions.0',
      'cross_attentions.0_2',
    ]);
  });

  it('a score of relative positions beside that of queries and keys makes no cross attention', () => {
    const relative = modelOf([idsInput('input_ids')], 'out', [
      ...table,
      lookup('input_ids', 'x'),
      constant('far/flat', [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]),
      constant('far/shape', [1, 2, 4], 7),
      node('Reshape', ['far/flat', 'far/shape'], 'far'),
      node('Transpose', ['x'], 'turned', { lists: { perm: [0, 2, 1] } }),
      node('MatMul', ['x', 'far'], 'relative'),
      node('MatMul', ['x', 'turned'], 'scores'),
      node('Add', ['relative', 'scores'], 'both'),
      node('Softmax', ['both'], 'weights', { ints: { axis: -1 } }),
      node('MatMul', ['weights', 'x'], 'out'),
    ]);
    expect(namesOf(relative)).toEqual(['attentions.0']);
  });

  it('two stacks that read as many tokens are traced apart: the text is meant', async () => {
    const towers = modelOf([emitValueInfo('pixels', 1, [1, null, 2]), idsInput('input_ids')], 'out', [
      ...table,
      lookup('input_ids', 'x'),
      ...attend('x', 'x', 'x0'),
      ...attend('x0', 'x0', 'x1'),
      ...attend('pixels', 'pixels', 'p0'),
      ...attend('p0', 'p0', 'p1'),
      node('Concat', ['x1', 'p1'], 'out', { ints: { axis: 1 } }),
    ]);
    const tracer = createTracer({ ort, model: towers });
    const pixels = { type: 'float32', dims: [1, 3, 2], data: Float32Array.of(9, 0, 0, 9, 9, 9) };
    const { layers, ...stream } = (await tracer.trace({ ids: [0, 0, 0], feeds: { pixels } })).stream();
    expect(layers).toEqual([0, 1]);
    // Three times the same token: it looks at all alike, where the pixels do not.
    const block = stream.matrix(0, 0).block({ row: 0, col: 0, rows: 1, cols: 3 });
    const { data } = block as { data: Float32Array };
    [0, 1, 2].forEach((key) => expect(data[key]).toBeCloseTo(1 / 3, 5));
    expect(tracer.notices.join()).toContain('left out are 2 attentions of 3 tokens');
    await tracer.destroy();
  });

  it("a hybrid's layers have the numbers of their names", () => {
    const at = (layer: number, from: string, to: string): Node[] =>
      attend(from, from, to, `/model/layers.${layer}/attn`);
    const nodes = [...table, lookup('input_ids', 'x')];
    const one = modelOf([idsInput('input_ids')], 'y', [...nodes, ...at(3, 'x', 'y')]);
    expect(namesOf(one)).toEqual(['attentions.3']);
    const two = modelOf([idsInput('input_ids')], 'z', [...nodes, ...at(1, 'x', 'y'), ...at(5, 'y', 'z')]);
    expect(namesOf(two)).toEqual(['attentions.1', 'attentions.5']);
  });
});

describe('what comes after the softmax', () => {
  const mend = [
    node('Mul', ['out/softmax', 'keep'], 'kept'),
    constant('axes', [-1], 7),
    node('ReduceSum', ['kept', 'axes'], 'sum'),
    node('Div', ['kept', 'sum'], 'out/weights'),
  ];
  const pruned = modelOf([emitValueInfo('x', 1, [1, 3, 2]), emitValueInfo('keep', 1, [1, 1, 3])], 'out', [
    ...attend('x', 'x', 'out', 'out', mend),
  ]);
  const x = new ort.Tensor('float32', Float32Array.of(1, 0, 0, 1, 1, 1), [1, 3, 2]);

  it('a mask multiplied on, and the sharing out again, are in the weights', async () => {
    const { model } = tapAttention(pruned);
    const session = await ort.InferenceSession.create(model);
    const keep = new ort.Tensor('float32', Float32Array.of(1, 0, 1), [1, 1, 3]);
    const weights = (await session.run({ x, keep }))['attentions.0']!.data as Float32Array;
    // The first row's scores are 1, 0, 1, the second's 0, 1, 1, the third's 1, 1, 2; the second key is hidden.
    const e = Math.E;
    [0.5, 0, 0.5, 1 / (1 + e), 0, e / (1 + e), 1 / (1 + e), 0, e / (1 + e)].forEach((weight, i) =>
      expect(weights[i]).toBeCloseTo(weight, 6),
    );
  });

  it('hiding nothing changes nothing where a sink takes a share, and hiding a key leaves the sink its own', async () => {
    // A column of 0 beside the scores, cut off after the softmax: the sink of gpt-oss.
    const withSink = modelOf([emitValueInfo('x', 1, [1, 3, 2])], 'out', [
      constant('flat', [0, 0, 0]),
      constant('shape', [1, 3, 1], 7),
      node('Reshape', ['flat', 'shape'], 'sink'),
      node('Transpose', ['x'], 'turned', { lists: { perm: [0, 2, 1] } }),
      node('MatMul', ['x', 'turned'], 'scores'),
      node('Concat', ['scores', 'sink'], 'all', { ints: { axis: 2 } }),
      node('Softmax', ['all'], 'whole', { ints: { axis: -1 } }),
      constant('from', [0], 7),
      constant('to', [3], 7),
      constant('axis', [2], 7),
      bytesField(
        GRAPH.node,
        ropeOf(
          ...['whole', 'from', 'to', 'axis'].map((input) => bytesField(NODE.input, input)),
          bytesField(NODE.output, 'weights'),
          bytesField(NODE.opType, 'Slice'),
        ),
      ),
      node('MatMul', ['weights', 'x'], 'out'),
    ]);
    const plain = await (await ort.InferenceSession.create(withSink)).run({ x });
    const { model, taps } = tapAttention(withSink, { interventions: true });
    const session = await ort.InferenceSession.create(model);
    const run = (...keep: number[]) =>
      session.run({
        x,
        [taps[0]!.gain!]: new ort.Tensor('float32', [1], [1, 1, 1]),
        [taps[0]!.keep!]: new ort.Tensor('float32', keep, [3]),
      });
    expect((await run(1, 1, 1)).out!.data).toEqual(plain.out!.data);
    // First row: scores 1, 0, 1 and the sink's 0; without the first key e is shared with the two zeros.
    const out = (await run(0, 1, 1)).out!.data as Float32Array;
    const e = Math.E;
    expect(out[0]).toBeCloseTo(e / (2 + e), 6);
    expect(out[1]).toBeCloseTo((1 + e) / (2 + e), 6);
  });
});

describe('what is fed beside', () => {
  it('a mask is as long as the embeddings given, and a decoder that reads embeddings does not write', async () => {
    const reader = modelOf(
      [emitValueInfo('inputs_embeds', 1, [1, null, 2]), idsInput('attention_mask')],
      'logits',
      [
        ...attend('inputs_embeds', 'inputs_embeds', 'y'),
        node('Cast', ['attention_mask'], 'mask', { ints: { to: 1 } }),
        constant('axes', [2], 7),
        node('Unsqueeze', ['mask', 'axes'], 'column'),
        node('Mul', ['y', 'column'], 'logits'),
      ],
    );
    const tracer = createTracer({ ort, model: reader });
    const inputs_embeds = { type: 'float32', dims: [1, 3, 2], data: Float32Array.of(1, 0, 0, 1, 1, 1) };
    expect((await tracer.trace({ feeds: { inputs_embeds } })).stream().keyTokens).toHaveLength(3);
    await expect(tracer.generate({ feeds: { inputs_embeds } })).rejects.toMatchObject({
      code: 'missing-input',
      place: 'generate',
    });
    await tracer.destroy();
  });

  it('a mask whose length nothing says is asked for', async () => {
    const blind = modelOf([emitValueInfo('pixels', 1, [1, null, 2]), idsInput('attention_mask')], 'y', [
      ...attend('pixels', 'pixels', 'y'),
      node('Cast', ['attention_mask'], 'mask', { ints: { to: 1 } }),
    ]);
    const tracer = createTracer({ ort, model: blind });
    const pixels = { type: 'float32', dims: [1, 1, 2], data: Float32Array.of(1, 2) };
    await expect(tracer.trace({ feeds: { pixels } })).rejects.toMatchObject({ code: 'missing-input' });
    await tracer.destroy();
  });
});
