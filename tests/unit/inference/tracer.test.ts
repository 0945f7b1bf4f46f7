import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { floats, readCase, readSafetensors } from './run-case.js';
import { characters, distance, fixture, model, useTracers, weightsOf, words } from './run-tracer.js';

const tracerOf = useTracers();

describe('a text to a trace (induction)', () => {
  const { tensors, metadata } = readSafetensors(fixture('induction.safetensors'));
  const text = (JSON.parse(metadata.tokens!) as string[]).slice(1).join(' ');

  it('gives the attention and vectors that Python recorded', async () => {
    const tracer = tracerOf({ ort, model: model('induction/model.onnx'), tokenizer: words, vectors: true });
    const trace = await tracer.trace(text);
    expect(distance(trace, 'self', floats(tensors.attention!))).toBeLessThan(1e-5);
    const { queries } = trace.stream();
    const recorded = floats(tensors.queries!);
    expect(Array.from(queries!.vector(1, 2, 7))).toEqual(
      Array.from(recorded.data.subarray(((1 * 4 + 2) * 41 + 7) * 16, ((1 * 4 + 2) * 41 + 8) * 16), (value) =>
        expect.closeTo(value, 4),
      ),
    );
    expect(trace.text).toBe(text);
  });

  it('says where each token stands in the text', async () => {
    const tracer = tracerOf({ ort, model: model('induction/model.onnx'), tokenizer: words });
    expect((await tracer.trace('t5 t12 t5')).offsets).toEqual([null, [0, 2], [3, 6], [7, 9]]);
  });

  it('keeps layers, heads and uint8', async () => {
    const tracer = tracerOf({
      ort,
      model: model('induction/model.onnx'),
      tokenizer: words,
      layers: [1],
      heads: [1, 3],
      quantise: true,
    });
    const stream = (await tracer.trace(text)).stream();
    expect([stream.layers, stream.heads, stream.matrix(1, 3).type]).toEqual([[1], [1, 3], 'uint8']);
  });

  it('fetches one layer at a time with the same result', async () => {
    const tracer = tracerOf({
      ort,
      model: model('induction/model.onnx'),
      tokenizer: words,
      layerByLayer: true,
    });
    expect(distance(await tracer.trace(text), 'self', floats(tensors.attention!))).toBeLessThan(1e-5);
  });
});

describe('an encoder-decoder (dates)', () => {
  const { tensors } = readSafetensors(fixture('dates.safetensors'));
  const config = { decoder_start_token_id: 1, eos_token_id: 2 };
  const files = {
    encoder: model('dates-encdec/encoder_model.onnx'),
    decoder: model('dates-encdec/decoder_model.onnx'),
  };

  it.each([
    ['decoder_model', files],
    ['decoder_model_merged', { ...files, decoder: model('dates-encdec/decoder_model_merged.onnx') }],
  ])('writes the date and gives all three streams, %s', async (_, both) => {
    const tracer = tracerOf({ ort, model: both, tokenizer: characters, config });
    const trace = await tracer.generate('Tuesday, 3rd of March 1998');
    expect(trace.generated).toBe('1998-03-03');
    for (const stream of ['encoder', 'decoder', 'cross'] as const)
      expect(distance(trace, stream, floats(tensors[`${stream}.attention`]!)), stream).toBeLessThan(1e-5);
    expect(trace.stream('cross').queryTokens.map((token) => token.raw)).toEqual([
      '<s>',
      ...'1998-03-03',
      '</s>',
    ]);
  });

  it('takes an answer of yours', async () => {
    const tracer = tracerOf({ ort, model: files, tokenizer: characters, config });
    const trace = await tracer.trace('3 March 1998', { target: '2001' });
    expect(trace.stream('decoder').queryTokens.map((token) => token.raw)).toEqual(['<s>', ...'2001', '</s>']);
  });
});

describe('text and images in one file (CLIP)', () => {
  const { feeds, expected } = readCase(model('exports/clip/case.safetensors'));
  const ids = Array.from(feeds.input_ids!.data as BigInt64Array, Number);

  it.each([
    ['the words', 9, 'attentions.1'],
    ['the patches of the image', 17, 'attentions.1_2'],
  ])('traces %s where it is given as many tokens', async (_, count, name) => {
    const tracer = tracerOf({ ort, model: model('exports/clip/model.onnx') });
    const tokens = Array.from({ length: count }, (__, i) => `${i}`);
    const trace = await tracer.trace({ ids, tokens, feeds: { pixel_values: feeds.pixel_values! } });
    expect(trace.stream().layers).toEqual([0, 1]);
    const { data } = expected[name]!;
    const last = Array.from(data).slice(-count * count);
    weightsOf(trace, 'self', 1, 3).forEach((weight, i) => expect(weight).toBeCloseTo(last[i]!, 4));
  });

  it('says so where the tokens are of neither', async () => {
    const tracer = tracerOf({ ort, model: model('exports/clip/model.onnx') });
    const tracing = tracer.trace({ ids, tokens: ['a'], feeds: { pixel_values: feeds.pixel_values! } });
    await expect(tracing).rejects.toMatchObject({
      code: 'no-attention',
      found: expect.stringContaining('9 tokens and 17 tokens'),
    });
  });
});
