import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { InferenceError, tapAttention, type TapOptions } from '../../../src/lib/inference/index.js';
import { DataType, GRAPH, MODEL, TENSOR } from '../../../src/lib/inference/onnx/model.js';
import { readFields, wholeOf } from '../../../src/lib/inference/onnx/wire.js';
import {
  bytesField,
  concat,
  joinRope,
  ropeOf,
  varintField,
  type Rope,
} from '../../../src/lib/inference/onnx/write.js';
import { emitNode } from '../../../src/lib/inference/onnx/emit.js';
import { floats, largestDifference, readSafetensors, runTapped, type Plain } from './run-case.js';

const fixture = (path: string): Uint8Array =>
  readFileSync(new URL(`../../../fixtures/${path}`, import.meta.url));
const ids = (values: readonly number[]): ort.Tensor =>
  new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);

/** One layer of a recorded `[layer, head, …]` tensor. */
function layerOf({ dims, data }: Plain & { data: Float32Array }, layer: number): Plain {
  const size = data.length / dims[0]!;
  return { dims: [1, ...dims.slice(1)], data: data.subarray(layer * size, (layer + 1) * size) };
}

describe('a decoder written out (induction)', () => {
  const { tensors, metadata } = readSafetensors(fixture('induction.safetensors'));
  const tokens: string[] = JSON.parse(metadata.tokens!);
  const feeds = { input_ids: ids(tokens.map((token) => (token === '<s>' ? 0 : Number(token.slice(1))))) };
  const bytes = fixture('models/induction/model.onnx');
  const run = async (options?: TapOptions) => {
    const tapped = tapAttention(bytes, options);
    return { ...tapped, results: await runTapped(tapped.model, feeds) };
  };

  it('gives the weights and vectors that Python recorded', async () => {
    const { taps, results } = await run({ vectors: true });
    expect(taps.map(({ stream, layer }) => [stream, layer])).toEqual([
      ['self', 0],
      ['self', 1],
    ]);
    for (const { layer, weights, queries, keys, values } of taps)
      for (const [name, recorded] of [
        [weights, 'attention'],
        [queries, 'queries'],
        [keys, 'keys'],
        [values, 'values'],
      ]) {
        const expected = layerOf(floats(tensors[recorded!]!), layer);
        expect(results[name!]!.dims).toEqual(expected.dims);
        expect(largestDifference(results[name!]!, expected), `${recorded} of layer ${layer}`).toBeLessThan(
          1e-5,
        );
      }
  });

  it('names what it found', () => {
    expect(tapAttention(bytes).taps[1]).toEqual({
      stream: 'self',
      layer: 1,
      tower: 0,
      node: '/layers.1/Softmax',
      operator: 'Softmax',
      weights: 'attentions.1',
      type: 'float32',
      shape: [null, 4, null, null],
      querySources: ['input_ids'],
      keySources: ['input_ids'],
    });
  });

  it('keeps to the layers and heads asked for', async () => {
    const { taps, results } = await run({ layers: [1], heads: [3, 0] });
    expect(taps).toHaveLength(1);
    const all = layerOf(floats(tensors.attention!), 1).data as Float32Array;
    const size = tokens.length ** 2;
    const chosen = Float32Array.from([...all.subarray(3 * size), ...all.subarray(0, size)]);
    expect(largestDifference(results['attentions.1']!, { dims: [1, 2, 41, 41], data: chosen })).toBeLessThan(
      1e-5,
    );
  });

  it('rounds to uint8 inside the graph, wrong by at most half a step', async () => {
    const { taps, results } = await run({ quantise: true });
    expect(taps[0]!.type).toBe('uint8');
    const exact = layerOf(floats(tensors.attention!), 0).data;
    const stored = results['attentions.0']!.data as Uint8Array;
    expect(stored).toBeInstanceOf(Uint8Array);
    const wrong = Array.from(stored, (weight, i) => Math.abs(weight / 255 - exact[i]!));
    expect(Math.max(...wrong)).toBeLessThan(0.5 / 255 + 1e-5);
  });

  it('refuses layers and heads the model does not have', () => {
    expect(() => tapAttention(bytes, { layers: [2] })).toThrow(InferenceError);
    expect(() => tapAttention(bytes, { heads: [4] })).toThrow(
      'options.heads: found 4, expected some of 0, 1, 2, 3',
    );
  });

  it('taps a model again that has been tapped before', async () => {
    const again = tapAttention(tapAttention(bytes).model, { vectors: true });
    expect(again.taps.map((tap) => tap.weights)).toEqual(['attentions.0_2', 'attentions.1_2']);
    const results = await runTapped(again.model, feeds);
    expect(results['attentions.1_2']!.data).toEqual(results['attentions.1']!.data);
  });
});

describe('an encoder and its decoder (dates)', () => {
  const { tensors } = readSafetensors(fixture('dates.safetensors'));
  const vocab: string[] = JSON.parse(
    new TextDecoder().decode(fixture('models/dates-encdec/vocab.json')),
  ).vocab;
  const encode = (tokens: Iterable<string>): ort.Tensor =>
    ids(['<s>', ...tokens].map((token) => vocab.indexOf(token)));
  const source = encode([...'Tuesday, 3rd of March 1998', '</s>']);
  const target = encode([...'1998-03-03', '</s>']);
  const mask = ids(Array(28).fill(1));
  const hidden = async (): Promise<ort.Tensor> => {
    const results = await runTapped(fixture('models/dates-encdec/encoder_model.onnx'), {
      input_ids: source,
      attention_mask: mask,
    });
    return results.last_hidden_state as ort.Tensor;
  };
  const decoderFeeds = async () => ({
    input_ids: target,
    encoder_hidden_states: await hidden(),
    encoder_attention_mask: mask,
  });
  const streams = ['decoder', 'cross'].flatMap((stream) => [0, 1].map((layer) => ({ stream, layer })));

  it('taps the encoder', async () => {
    const { model } = tapAttention(fixture('models/dates-encdec/encoder_model.onnx'));
    const results = await runTapped(model, { input_ids: source, attention_mask: mask });
    for (const layer of [0, 1])
      expect(
        largestDifference(
          results[`attentions.${layer}`]!,
          layerOf(floats(tensors['encoder.attention']!), layer),
        ),
      ).toBeLessThan(1e-5);
  });

  it.each([
    ['decoder_model', {}],
    ['decoder_model_merged', { use_cache_branch: new ort.Tensor('bool', [false], [1]) }],
    ['decoder_model_merged', { use_cache_branch: new ort.Tensor('bool', [true], [1]) }],
  ])('tells attention to itself from attention to the encoder in %s', async (name, extra) => {
    const { model, taps } = tapAttention(fixture(`models/dates-encdec/${name}.onnx`), { vectors: true });
    expect(taps.map(({ stream, layer }) => ({ stream, layer }))).toEqual(streams);
    const results = await runTapped(model, { ...(await decoderFeeds()), ...extra });
    for (const { stream, layer } of streams)
      for (const [part, recorded] of [
        ['attentions', 'attention'],
        ['queries', 'queries'],
        ['keys', 'keys'],
        ['values', 'values'],
      ]) {
        const result = results[`${stream}_${part}.${layer}`]!;
        expect(
          largestDifference(result, layerOf(floats(tensors[`${stream}.${recorded}`]!), layer)),
          `${stream} ${part}`,
        ).toBeLessThan(1e-5);
      }
  });
});

describe('operators that hold a whole attention', () => {
  const data: Record<string, number[]> = JSON.parse(
    new TextDecoder().decode(fixture('models/fused-ops/data.json')),
  );
  const tensor = (name: string, ...dims: number[]) =>
    new ort.Tensor('float32', Float32Array.from(data[name]!), dims);
  const projected = {
    query: tensor('q', 1, 6, 32),
    key: tensor('k', 1, 6, 32),
    value: tensor('v', 1, 6, 32),
  };
  const grouped = {
    query: projected.query,
    key: tensor('k2', 1, 6, 16),
    value: tensor('v2', 1, 6, 16),
    past_key: new ort.Tensor('float32', [], [1, 2, 0, 8]),
    past_value: new ort.Tensor('float32', [], [1, 2, 0, 8]),
    seqlens_k: new ort.Tensor('int32', [5], [1]),
    total: new ort.Tensor('int32', [6], []),
  };

  it.each([
    ['mha', projected, 'p'],
    ['mha_causal', projected, 'pc'],
    ['gqa', grouped, 'pg'],
    ['attn23', projected, 'pc'],
  ])('%s', async (name, feeds, expected) => {
    const bytes = fixture(`models/fused-ops/${name}.onnx`);
    const { model, taps } = tapAttention(bytes, { vectors: true });
    const results = await runTapped(model, feeds as Record<string, ort.Tensor>);
    expect(
      largestDifference(results[taps[0]!.weights!]!, { dims: [1, 4, 6, 6], data: data[expected]! }),
    ).toBeLessThan(1e-5);
    // [token, head × dim] of the data as [head, token, dim].
    const heads = (flat: readonly number[], count: number) =>
      Array.from(
        { length: count * 6 * 8 },
        (_, i) => flat[(Math.floor(i / 8) % 6) * count * 8 + Math.floor(i / 48) * 8 + (i % 8)]!,
      );
    const keys = name === 'gqa' ? heads(data.k2!, 2) : heads(data.k!, 4);
    expect(largestDifference(results[taps[0]!.queries!]!, { dims: [], data: heads(data.q!, 4) })).toBe(0);
    expect(largestDifference(results[taps[0]!.keys!]!, { dims: [], data: keys })).toBe(0);
    const untouched = await runTapped(bytes, feeds as Record<string, ort.Tensor>);
    expect(
      largestDifference(results.output!, { dims: [], data: untouched.output!.data as Float32Array }),
    ).toBeLessThan(1e-6);
  });

  it('msattn, which projects inside, is written out beside itself', async () => {
    const { model, taps } = tapAttention(fixture('models/fused-ops/msattn.onnx'));
    const weights = Float32Array.from({ length: 32 * 96 }, (_, i) => Math.sin(i * 0.7) / 3);
    const bias = Float32Array.from({ length: 96 }, (_, i) => Math.cos(i) / 5);
    const results = await runTapped(model, {
      query: projected.query,
      w: new ort.Tensor('float32', weights, [32, 96]),
      bias: new ort.Tensor('float32', bias, [96]),
    });
    const project = (token: number, column: number): number =>
      Array.from({ length: 32 }, (_, i) => data.q![token * 32 + i]! * weights[i * 96 + column]!).reduce(
        (a, b) => a + b,
        bias[column]!,
      );
    const expected = [0, 1, 2, 3].flatMap((head) =>
      [0, 1, 2, 3, 4, 5].flatMap((query) => {
        const scores = [0, 1, 2, 3, 4, 5].map((key) =>
          Array.from(
            { length: 8 },
            (_, d) => project(query, head * 8 + d) * project(key, 32 + head * 8 + d),
          ).reduce((a, b) => a + b, 0),
        );
        const powers = scores.map((score) => Math.exp(score / Math.sqrt(8)));
        return powers.map((power) => power / powers.reduce((a, b) => a + b, 0));
      }),
    );
    expect(largestDifference(results[taps[0]!.weights!]!, { dims: [], data: expected })).toBeLessThan(1e-5);
  });
});

describe('operators that a model defines itself', () => {
  const node = (opType: string, inputs: string[], outputs: string[], domain = ''): Rope =>
    emitNode({ opType, inputs, outputs, domain });
  /** `FunctionProto`: name 1, node 7, domain 10. */
  const define = (name: string, ...nodes: Rope[]): Rope =>
    bytesField(
      MODEL.functions,
      ropeOf(bytesField(1, name), ...nodes.map((inner) => bytesField(7, inner)), bytesField(10, 'own')),
    );

  it('are listed with the reason where a softmax is in them, however deep', () => {
    const bytes = joinRope(
      ropeOf(
        bytesField(
          MODEL.graph,
          ropeOf(
            bytesField(GRAPH.node, node('Outer', ['x'], ['y'], 'own')),
            bytesField(GRAPH.node, node('Norm', ['y'], ['z'], 'own')),
          ),
        ),
        define('Outer', node('Inner', ['a'], ['b'], 'own')),
        define('Inner', node('MatMul', ['q', 'k'], ['s']), node('Softmax', ['s'], ['p'])),
        define('Norm', node('LayerNormalization', ['q', 'k'], ['s'])),
      ),
    );
    const { taps } = tapAttention(bytes);
    expect(taps).toHaveLength(1);
    expect(taps[0]!.weights).toBeUndefined();
    expect(taps[0]!.reason).toContain('inside own.Outer, an operator that the model defines itself');
  });
});

describe('the number of heads', () => {
  it.each(['bert-int8', 'distilbert-fp16', 'llama-step', 'bert-qoperator'])(
    'follows from the graph of %s',
    (name) => {
      const { taps } = tapAttention(fixture(`models/exports/${name}/model.onnx`));
      expect(new Set(taps.map(({ shape }) => shape[1]))).toEqual(new Set([4]));
    },
  );
});

describe('the cost', () => {
  const WEIGHTS = 100_000_000;
  const big = withWeights(fixture('models/induction/model.onnx'), WEIGHTS);
  /** Bytes held now, whether on the heap or beside it; collecting garbage in between only hides allocations of before. */
  const held = (): number => {
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };

  it('is next to nothing in pieces, which are views of the model passed', () => {
    const before = held();
    const tapped = tapAttention(big);
    expect(held() - before).toBeLessThan(0.2 * big.length);
    const own = tapped.parts.filter((part) => part.buffer !== big.buffer);
    expect(own.reduce((sum, part) => sum + part.length, 0)).toBeLessThan(5000);
    expect(tapped.parts.reduce((sum, part) => sum + part.length, 0)).toBeGreaterThan(WEIGHTS);
  });

  it('is at most 1.2 times the bytes of a model of 100 MB as one array', () => {
    const before = held();
    const tapped = tapAttention(big);
    expect(tapped.model.length).toBeGreaterThan(WEIGHTS);
    expect(tapped.model.length).toBeLessThan(big.length + 5000);
    expect(held() - before).toBeLessThan(1.2 * big.length);
    expect(tapped.model).toBe(tapped.model);
  });
});

/** The model with one more tensor among its weights, of so many bytes. */
function withWeights(model: Uint8Array, length: number): Uint8Array {
  const tensor = concat([
    varintField(TENSOR.dims, length),
    varintField(TENSOR.dataType, DataType.uint8),
    bytesField(TENSOR.name, 'ballast'),
    bytesField(TENSOR.rawData, new Uint8Array(length)),
  ]);
  const fields = readFields({ bytes: model, start: 0, end: model.length }, 'the model').map((field) =>
    field.number === MODEL.graph
      ? bytesField(MODEL.graph, concat([field, bytesField(GRAPH.initializer, tensor)]))
      : wholeOf(field),
  );
  return joinRope(concat(fields));
}
