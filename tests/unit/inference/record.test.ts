import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import * as web from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import { wholeWeights } from '../../../src/lib/analysis/derivation.js';
import { alti, altiLayers, blockNorms, valueNorms } from '../../../src/lib/analysis/index.js';
import { type TextTrace, type Tracer } from '../../../src/lib/inference/index.js';
import type { Stream, Vectors } from '../../../src/lib/trace/index.js';
import { largestDifference, readCase, type Plain } from './run-case.js';
import { characters, fixture, model, numbers, useTracers, words } from './run-tracer.js';

const tracerOf = useTracers();
const record = ['values', 'outputMatrix', 'residual'] as const;

/** All vectors of a layer, `[head, token, dim]`. */
function layerOf(vectors: Vectors, layer: number): Float32Array {
  const heads = Array.from({ length: vectors.heads }, (_, head) => [
    ...vectors.vector(layer, head, 0, vectors.tokens),
  ]);
  return Float32Array.from(heads.flat());
}

/** Σₕ Aₕ Vₕ W_O + b + x, through the LayerNorm where there is one: `[token, hidden]`, by another way than the code under test. */
async function rebuilt(stream: Stream, at: number): Promise<number[][]> {
  const { outputMatrix, outputBias, residual, normWeight, normBias, normEpsilon } = stream.sublayer!;
  const values = stream.values!;
  const row = (vectors: Vectors, head: number, token: number): number[] => [
    ...vectors.vector(at, head, token),
  ];
  const rows = stream.queryTokens.map((_, i) =>
    row(outputBias!, 0, 0).map((bias, k) => bias + row(residual!, 0, i)[k]!),
  );
  for (const [h, head] of stream.heads.entries()) {
    const weights = await wholeWeights(stream.matrix(stream.layers[at]!, head));
    const group = Math.floor((h * values.heads) / stream.heads.length);
    // Each key's value through W_O first, then the sum over keys.
    const given = stream.keyTokens.map((_, key) =>
      row(values, group, key).reduce<number[]>(
        (sum, value, d) => row(outputMatrix!, h, d).map((weight, k) => (sum[k] ?? 0) + value * weight),
        [],
      ),
    );
    for (const [i, sum] of rows.entries())
      for (const [key, vector] of given.entries())
        vector.forEach((number, k) => (sum[k]! += weights[i * given.length + key]! * number));
  }
  if (!normWeight) return rows;
  return rows.map((sum) => {
    const mean = sum.reduce((a, b) => a + b) / sum.length;
    const variance = sum.reduce((a, b) => a + (b - mean) ** 2, 0) / sum.length;
    return sum.map(
      (number, k) =>
        ((number - mean) / Math.sqrt(variance + normEpsilon)) * row(normWeight, 0, 0)[k]! +
        row(normBias!, 0, 0)[k]!,
    );
  });
}

/** How far what is rebuilt is from what the model has there, as a share of its largest number. */
async function distance(stream: Stream, at: number): Promise<number> {
  const block = layerOf(stream.sublayer!.blockOutput!, at);
  const largest = Math.max(...block.map(Math.abs));
  const found = (await rebuilt(stream, at)).flat();
  expect(found).toHaveLength(block.length);
  return Math.max(...found.map((number, i) => Math.abs(number - block[i]!))) / largest;
}

async function alright(stream: Stream): Promise<void> {
  for (const [at, layer] of stream.layers.entries()) {
    expect(await distance(stream, at)).toBeLessThan(1e-5);
    const tokens = stream.keyTokens.length;
    const lengths = await wholeWeights(valueNorms(stream).matrix(layer, 0));
    expect(Math.max(...lengths)).toBeGreaterThan(0);
    if (stream.kind === 'cross') continue;
    expect(await wholeWeights(blockNorms(stream).matrix(layer, 0))).toHaveLength(tokens ** 2);
    const shares = await wholeWeights(alti(stream).matrix(layer, 0));
    for (let row = 0; row < tokens; row++)
      expect(shares.subarray(row * tokens, (row + 1) * tokens).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  }
}

describe('what contributions are made of is what torch says of the same model', () => {
  const parts = ['values', 'outputMatrix', 'outputBias', 'residual', 'blockOutput'] as const;

  it.each(['bert', 'bert-opset14', 'gpt2', 'granite'])('%s', async (name) => {
    const { feeds, expected } = readCase(fixture(`models/sublayers/${name}/case.safetensors`));
    const tracer = tracerOf({
      ort,
      model: model(`sublayers/${name}/model.onnx`),
      tokenizer: numbers,
      record,
    });
    const trace = await tracer.trace(Array.from(feeds.input_ids!.data as BigInt64Array, Number).join(' '));
    const stream = trace.stream();
    for (const layer of stream.layers)
      for (const part of parts) {
        const found = part === 'values' ? stream.values! : stream.sublayer![part]!;
        const data = layerOf(found, layer);
        expect(offBy(data, expected[`${part}.${layer}`]!), `${part} of layer ${layer}`).toBeLessThan(1e-5);
      }
    await alright(stream);
    expect(stream.sublayer!.normWeight !== undefined).toBe(name.startsWith('bert'));
    if (name.startsWith('bert')) expect(stream.sublayer!.normEpsilon).toBeCloseTo(1e-12, 18);
  });

  /** Heads that share a value have it each where the graph repeats it. */
  function offBy(data: Float32Array, { dims, data: wanted }: Plain): number {
    const shared = dims.length === 3 ? data.length / wanted.length : 1;
    const size = wanted.length / dims[0]!;
    const repeated = Array.from(
      { length: data.length },
      (_, i) => wanted[Math.floor(i / size / shared) * size + (i % size)]!,
    );
    return largestDifference(new ort.Tensor('float32', data, [data.length]), { dims, data: repeated });
  }

  it('of a model that norms what attention gives, values and W_O, and a refusal of the rest by name', async () => {
    const { feeds, expected } = readCase(fixture('models/sublayers/gemma2/case.safetensors'));
    const ids = Array.from(feeds.input_ids!.data as BigInt64Array, Number).join(' ');
    const bytes = model('sublayers/gemma2/model.onnx');
    const tracer = tracerOf({ ort, model: bytes, tokenizer: numbers, record: ['values', 'outputMatrix'] });
    const stream = (await tracer.trace(ids)).stream();
    for (const layer of stream.layers)
      for (const part of ['values', 'outputMatrix'] as const)
        expect(
          offBy(
            layerOf(part === 'values' ? stream.values! : stream.sublayer![part]!, layer),
            expected[`${part}.${layer}`]!,
          ),
        ).toBeLessThan(1e-5);
    expect(stream.sublayer).not.toHaveProperty('residual');
    const all = tracerOf({ ort, model: bytes, tokenizer: numbers, record });
    await expect(all.trace(ids)).rejects.toMatchObject({
      code: 'cannot-record',
      place: expect.stringMatching(/^residual of self layer 0, .*Softmax/) as string,
      found: expect.stringMatching(/^a norm of its own reads '.*post_attention_layernorm/) as string,
      fix: expect.stringMatching(/Leave 'residual' out/) as string,
    });
  });
});

describe('what is recorded gives what the model computes', () => {
  const ids = '5 17 32 13 8';
  it.each([
    ['without a norm, of attention layers alone', 'induction', words, 't42 t20 t40 t42 t20'],
    ['com.microsoft.Attention, SkipLayerNormalization', 'exports/bert-optimised', numbers, ids],
    ['MultiHeadAttention', 'exports/bert-optimised-mha', numbers, ids],
    ['Attention of operator set 23', 'exports/bert-attention23', numbers, `${ids} 4 9 21 7`],
    ['heads that share values, a cache', 'exports/llama-step', numbers, ids],
  ])('%s', async (_, path, tokenizer, text) => {
    const tracer = tracerOf({ ort, model: model(`${path}/model.onnx`), tokenizer, record });
    await alright((await tracer.trace(text)).stream());
  });

  it('of the text of a file that holds images beside', async () => {
    const { feeds } = readCase(fixture('models/exports/clip/case.safetensors'));
    const tracer = tracerOf({ ort, model: model('exports/clip/model.onnx'), record });
    const read = Array.from(feeds.input_ids!.data as BigInt64Array, Number);
    await alright((await tracer.trace({ ids: read, tokens: read.map(String), feeds })).stream());
  });

  it.each(['t5', 'bart'])('an encoder and its decoder, across too: %s', async (name) => {
    const file = (part: string): Uint8Array => model(`seq2seq/${name}/${part}.onnx`);
    const decoder = name === 't5' ? 'decoder_model_merged' : 'decoder_model';
    const tracer = tracerOf({
      ort,
      model: { encoder: file('encoder_model'), decoder: file(decoder) },
      tokenizer: numbers,
      config: { decoder_start_token_id: name === 't5' ? 0 : 2 },
      record,
    });
    const trace = await tracer.trace(ids, { target: '4 9 21' });
    expect(trace.streams.map(({ kind }) => kind)).toEqual(['encoder', 'decoder', 'cross']);
    for (const stream of trace.streams) await alright(stream);
    expect(trace.stream('cross').sublayer!.residual!.tokens).toBe(4);
    expect(() => altiLayers(trace.stream('cross'))).toThrow('cross attention');
  });

  it('an encoder-decoder trained for its task', async () => {
    const tracer = tracerOf({
      ort,
      model: {
        encoder: model('dates-encdec/encoder_model.onnx'),
        decoder: model('dates-encdec/decoder_model.onnx'),
      },
      tokenizer: characters,
      config: { decoder_start_token_id: 1, eos_token_id: 2 },
      record,
    });
    for (const stream of (await tracer.trace('may 3, 1999')).streams) await alright(stream);
  });

  it('in half precision, as near as that is', async () => {
    const tracer = tracerOf({
      ort,
      model: model('exports/distilbert-fp16/model.onnx'),
      tokenizer: numbers,
      record,
    });
    const stream = (await tracer.trace(ids)).stream();
    expect(stream.sublayer!.outputMatrix!.type).toBe('float16');
    expect(await distance(stream, 1)).toBeLessThan(3e-3);
  });

  it('of 4 bits, GroupQueryAttention and additions in one with the norm: in WebAssembly, which rounds nothing on the way', async () => {
    const gqa = model('exports/llama-gqa-int4/model.onnx');
    const tracer = tracerOf({ ort: web as never, model: gqa, tokenizer: numbers, record });
    const stream = (await tracer.trace(ids)).stream();
    expect([stream.values!.heads, stream.heads.length]).toEqual([2, 4]);
    await alright(stream);
  });

  it('of a text written with a cache, as of one pass over it; W_O is asked for once', async () => {
    const fetched: (readonly string[])[] = [];
    const watched = watching(fetched);
    const tracer = tracerOf({
      ort: watched,
      model: model('exports/llama-step/model.onnx'),
      tokenizer: numbers,
      record,
    });
    const steps = await tracer.generate('3 14 15 92 65', { maxTokens: 4, temperature: 1, seed: 7 });
    const once = await tracer.trace(`3 14 15 92 65${steps.generated}`);
    expect(steps.ids).toEqual(once.ids);
    for (const part of ['residual', 'blockOutput'] as const) {
      const [a, b] = [steps, once].map((trace: TextTrace) => layerOf(trace.stream().sublayer![part]!, 2));
      expect(Math.max(...a!.map((number, i) => Math.abs(number - b![i]!)))).toBeLessThan(1e-5);
    }
    await alright(steps.stream());
    const times = (name: string): number => fetched.filter((names) => names.includes(name)).length;
    expect(times('residual.0')).toBe(6);
    expect([times('outputMatrix.0'), times('outputBias.2')]).toEqual([1, 1]);
  });
});

/** onnxruntime, with the names of the outputs each run asks for. */
function watching(fetched: (readonly string[])[]): typeof ort {
  const create = async (...args: [Uint8Array]): Promise<unknown> => {
    const session = await ort.InferenceSession.create(...args);
    return {
      release: () => session.release(),
      run(feeds: never, names: never) {
        fetched.push(names);
        return session.run(feeds, names);
      },
    };
  };
  return { ...ort, InferenceSession: { create } } as never;
}

describe('what is not known is refused by name', () => {
  const refusal = async (options: Partial<Parameters<typeof tracerOf>[0]>): Promise<Error> => {
    const tracer: Tracer = tracerOf({
      ort,
      model: model('exports/bert-int8/model.onnx'),
      tokenizer: numbers,
      ...options,
    });
    return tracer.trace('5 17 42').then(
      () => new Error('It was recorded.'),
      (error: Error) => error,
    );
  };

  it('an output projection in 8 bits', async () => {
    expect(await refusal({ record: ['outputMatrix'] })).toMatchObject({
      code: 'cannot-record',
      found: expect.stringMatching(/stands the DynamicQuantizeLinear .*, which rounds to 8 bits/) as string,
    });
    expect((await refusal({ record: ['values'] })).message).toBe('It was recorded.');
  });

  it.each([
    ['heads', { heads: [0], record }, 'found heads 0 beside it'],
    ['rounded weights', { quantise: true, record }, 'found quantise beside it'],
    [
      'a part there is not',
      { record: ['keys'] },
      'found "keys", expected a list of values, outputMatrix, residual',
    ],
    ['no list', { record: 'values' }, 'found "values", expected a list'],
  ])('%s', async (_, options, words) => {
    expect(await refusal(options as never)).toMatchObject({ code: 'option' });
    expect((await refusal(options as never)).message).toContain(words);
  });
});

const reference = process.env.ATTENTRACE_REFERENCE ?? '';

describe.skipIf(!existsSync(reference))('of trained models that may not be committed', () => {
  const open = (path: string): Uint8Array => readFileSync(join(reference, path));

  it.each([
    ['stories260K', 'model', 1e-5],
    ['stories260K', 'model_fp16', 3e-3],
    ['stories260K', 'model_q4', 1e-5],
    ['tiny-encoder', 'model', 1e-5],
  ])('%s, %s', async (name, form, tolerance) => {
    const text = name === 'stories260K' ? 'stories260k-0' : 'tiny-encoder-pair';
    const { ids, tokens } = JSON.parse(new TextDecoder().decode(open(`${name}/${text}.tokens.json`))) as {
      ids: number[];
      tokens: string[];
    };
    const tracer = tracerOf({ ort, model: open(`${name}/onnx/${form}.onnx`), record });
    const stream = (await tracer.trace({ ids, tokens })).stream();
    for (const at of stream.layers.keys()) expect(await distance(stream, at)).toBeLessThan(tolerance);
    const shares = await wholeWeights(alti(stream).matrix(4, 0));
    expect(shares.reduce((a, b) => a + b)).toBeCloseTo(tokens.length, 4);
  });
});
