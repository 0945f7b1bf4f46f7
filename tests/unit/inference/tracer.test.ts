import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createTracer,
  InferenceError,
  type Encoder,
  type Progress,
  type Tracer,
} from '../../../src/lib/inference/index.js';
import { blockWeights, type Trace } from '../../../src/lib/trace/index.js';
import { floats, readCase, readSafetensors } from './run-case.js';

const fixture = (path: string): Uint8Array =>
  readFileSync(new URL(`../../../fixtures/${path}`, import.meta.url));
const model = (path: string): Uint8Array => fixture(`models/${path}`);

/** A vocabulary of words `t0`, `t1`, … with `<s>` for 0, as the induction model was trained on. */
const words: Encoder = {
  encode(text) {
    const tokens = ['<s>', ...text.split(' ').filter(Boolean)];
    return { tokens, ids: tokens.map((token) => (token === '<s>' ? 0 : Number(token.slice(1)))) };
  },
  decode: (ids) => ids.map((id) => `t${id}`).join(' '),
  id_to_token: (id) => (id === 0 ? '<s>' : `t${id}`),
};
const vocab: string[] = JSON.parse(new TextDecoder().decode(model('dates-encdec/vocab.json'))).vocab;
const characters: Encoder = {
  encode(text) {
    const tokens = ['<s>', ...text, '</s>'];
    return { tokens, ids: tokens.map((token) => vocab.indexOf(token)) };
  },
  decode: (ids) =>
    ids
      .map((id) => vocab[id])
      .filter((token) => !/^<.*>$/.test(token!))
      .join(''),
  id_to_token: (id) => vocab[id],
};

function weightsOf(
  trace: Trace,
  stream: 'self' | 'encoder' | 'decoder' | 'cross',
  layer: number,
  head: number,
): Float32Array {
  const matrix = trace.stream(stream).matrix(layer, head);
  const block = matrix.block({ row: 0, col: 0, rows: matrix.rows, cols: matrix.cols });
  if (block instanceof Promise) throw new Error('A trace in memory answers at once.');
  return Float32Array.from(blockWeights(block));
}

/** How far a stream is from a recorded `[layer, head, query, key]` tensor. */
function distance(
  trace: Trace,
  stream: 'self' | 'encoder' | 'decoder' | 'cross',
  recorded: { dims: number[]; data: Float32Array },
): number {
  const [layers, heads, rows, cols] = recorded.dims as [number, number, number, number];
  let largest = 0;
  for (let layer = 0; layer < layers; layer++)
    for (let head = 0; head < heads; head++) {
      const found = weightsOf(trace, stream, layer, head);
      if (found.length !== rows * cols) return Infinity;
      found.forEach(
        (weight, i) =>
          (largest = Math.max(
            largest,
            Math.abs(weight - recorded.data[(layer * heads + head) * rows * cols + i]!),
          )),
      );
    }
  return largest;
}

const tracers: Tracer[] = [];
const tracerOf = (options: Parameters<typeof createTracer>[0]): Tracer => {
  const tracer = createTracer(options);
  tracers.push(tracer);
  return tracer;
};
afterAll(() => Promise.all(tracers.map((tracer) => tracer.destroy())));

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

  it('writes on what it has seen before, without a cache', async () => {
    const tracer = tracerOf({ ort, model: model('induction/model.onnx'), tokenizer: words });
    const cycle = ['t42', 't20', 't40', 't63', 't11', 't56', 't45', 't53'];
    const seen: string[] = [];
    const trace = await tracer.generate([...cycle, ...cycle.slice(0, 3)].join(' '), {
      maxTokens: 5,
      onToken: ({ token }) => seen.push(token),
    });
    expect(seen).toEqual(cycle.slice(3));
    expect(trace.generated).toBe(cycle.slice(3).join(' '));
    expect(trace.stream().queryTokens).toHaveLength(17);
    expect(trace.stream().querySegments).toEqual([
      { name: 'prompt', start: 0, end: 12 },
      { name: 'answer', start: 12, end: 17 },
    ]);
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

describe('a cache, step by step (llama)', () => {
  const plain: Encoder = {
    encode: (text) => ({ ids: text.split(' ').map(Number), tokens: text.split(' ') }),
    id_to_token: String,
    decode: (ids) => ids.map((id) => ` ${id}`).join(''),
  };

  it.each([
    ['a cache of its own', 'llama-step'],
    ['GroupQueryAttention, whose cache has an open width', 'llama-gqa-int4'],
  ])('stitches the rows of each step into what one pass gives: %s', async (_, name) => {
    const tracer = tracerOf({
      ort,
      model: model(`exports/${name}/model.onnx`),
      tokenizer: plain,
      vectors: true,
    });
    const steps = await tracer.generate('3 14 15 92 65', { maxTokens: 6, temperature: 1, seed: 7 });
    const once = await tracer.trace(`3 14 15 92 65${steps.generated}`);
    expect(steps.ids).toEqual(once.ids);
    expect(steps.ids).toHaveLength(11);
    for (const layer of [0, 1, 2])
      for (const head of [0, 3]) {
        const [a, b] = [weightsOf(steps, 'self', layer, head), weightsOf(once, 'self', layer, head)];
        expect(Math.max(...a.map((weight, i) => Math.abs(weight - b[i]!)))).toBeLessThan(1e-5);
      }
    const [keys, same] = [steps.stream().keys!, once.stream().keys!];
    expect(Array.from(keys.vector(2, 1, 10))).toEqual(
      Array.from(same.vector(2, 1, 10), (value) => expect.closeTo(value, 4)),
    );
  });

  it('writes the same with the same seed, and otherwise with another', async () => {
    const tracer = tracerOf({ ort, model: model('exports/llama-step/model.onnx'), tokenizer: plain });
    const write = async (seed: number) =>
      (await tracer.generate('3 14', { maxTokens: 8, temperature: 2, topK: 50, topP: 0.95, seed })).ids;
    expect(await write(1)).toEqual(await write(1));
    expect(await write(1)).not.toEqual(await write(2));
  });

  it('stops when told and gives what there is', async () => {
    const tracer = tracerOf({ ort, model: model('exports/llama-step/model.onnx'), tokenizer: plain });
    const stop = new AbortController();
    let count = 0;
    const trace = await tracer.generate('3 14', {
      maxTokens: 50,
      stop: stop.signal,
      onToken: () => ++count === 3 && stop.abort(),
    });
    expect(trace.ids).toHaveLength(5);
    expect(trace.stream().matrix(0, 0).rows).toBe(5);
  });

  it('ends with the reason of a cancelled signal', async () => {
    const tracer = tracerOf({ ort, model: model('exports/llama-step/model.onnx'), tokenizer: plain });
    const cancel = new AbortController();
    const running = tracer.generate('3 14', {
      maxTokens: 50,
      signal: cancel.signal,
      onToken: () => cancel.abort(new Error('enough')),
    });
    await expect(running).rejects.toThrow('enough');
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
      found: expect.stringContaining('9 and 17'),
    });
  });
});

describe('what can go wrong says so', () => {
  let address = '';
  const answers: Record<string, RequestListener> = {
    '/model.onnx': (_, response) => {
      const bytes = model('induction/model.onnx');
      response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
    },
    '/page.onnx': (_, response) => response.end('<!doctype html><title>Sign in</title>'),
    '/slow.onnx': (_, response) =>
      void response.writeHead(200, { 'content-length': 1000 }).write(new Uint8Array(10)),
  };
  const server = createServer((request, response) =>
    (answers[request.url!] ?? ((_, r) => r.writeHead(404).end()))(request, response),
  );
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.closeAllConnections());
  afterAll(() => server.close());

  const failure = async (
    options: Partial<Parameters<typeof createTracer>[0]>,
    text: string | { tokens: string[] } = 't1 t2',
  ): Promise<InferenceError> => {
    const error: unknown = await tracerOf({
      ort,
      model: model('induction/model.onnx'),
      tokenizer: words,
      ...options,
    })
      .trace(text)
      .catch((e: unknown) => e);
    if (error instanceof InferenceError) return error;
    throw new Error(`An InferenceError was expected, not ${String(error)}.`);
  };

  it('reports the progress of a download', async () => {
    const steps: Progress[] = [];
    await tracerOf({
      ort,
      model: `${address}/model.onnx`,
      tokenizer: words,
      onProgress: (step) => steps.push(step),
    }).ready;
    const downloads = steps.filter((step) => step.stage === 'download');
    expect(downloads.at(-1)).toMatchObject({ loaded: 193142, total: 193142 });
    expect(steps.slice(downloads.length).map((step) => step.stage)).toEqual(['tap', 'load', 'ready']);
  });

  it('ends a download with the reason of the signal', async () => {
    const cancel = new AbortController();
    const tracer = tracerOf({
      ort,
      model: `${address}/slow.onnx`,
      tokenizer: words,
      signal: cancel.signal,
      onProgress: () => cancel.abort(new Error('changed my mind')),
    });
    await expect(tracer.ready).rejects.toThrow('changed my mind');
  });

  it('a model that is not there', async () =>
    expect(await failure({ model: `${address}/none.onnx` })).toMatchObject({
      code: 'http',
      found: 'status 404',
    }));
  it('a page instead of a model', async () =>
    expect(await failure({ model: `${address}/page.onnx` })).toMatchObject({
      code: 'not-onnx',
      found: 'a web page',
    }));
  it('no network', async () =>
    expect(await failure({ model: 'http://127.0.0.1:1/model.onnx' })).toMatchObject({ code: 'offline' }));
  it('no tokenizer', async () =>
    expect(await failure({ tokenizer: undefined })).toMatchObject({ code: 'missing-tokenizer' }));
  it('no text', async () =>
    expect(await failure({ tokenizer: { encode: () => ({ ids: [], tokens: [] }) } })).toMatchObject({
      code: 'token-count',
    }));
  it('more weights than fit', async () => {
    const error = await failure({ memoryLimitBytes: 1000 }, 't1 t2 t3 t4 t5 t6 t7 t8');
    expect(error).toMatchObject({ code: 'out-of-memory', place: '2 layers × 4 heads × 9 × 9 weights, 1 MB' });
  });
  it('an input nobody fills', async () =>
    expect(await failure({ model: model('dates-encdec/decoder_model.onnx') })).toMatchObject({
      code: 'missing-input',
      place: "the model's input 'encoder_hidden_states'",
    }));
  it('a token that is too much for the model', async () =>
    expect(await failure({}, 't999')).toMatchObject({ code: 'run' }));
  it('a tracer that is gone', async () => {
    const tracer = createTracer({ ort, model: model('induction/model.onnx'), tokenizer: words });
    await tracer.destroy();
    await expect(tracer.trace('t1')).rejects.toMatchObject({ code: 'destroyed' });
  });
  it('nothing to make a tracer of', () =>
    expect(() => createTracer({ ort } as never)).toThrow(InferenceError));
});

describe('taking something away', () => {
  const cycle = ['t42', 't20', 't40', 't63', 't11', 't56', 't45', 't53'];
  const text = [...cycle, ...cycle.slice(0, 4)].join(' ');

  it('finds the token that induction copies', async () => {
    const tracer = tracerOf({ ort, model: model('induction/model.onnx'), tokenizer: words });
    const result = await tracer.ablate(text, { token: 'each' });
    expect(result).toMatchObject({ position: 12, measure: 'total-variation', method: 'hidden-keys' });
    // The text ends with t63 for the second time; what follows is read off t11, the token after the first t63.
    const largest = result.changes.reduce((a, b) => (b.change > a.change ? b : a));
    expect(largest.token).toBe(5);
    expect(largest.change).toBeGreaterThan(0.9);
    expect(result.attention).toHaveLength(13);
    expect(result.correlation).toBeGreaterThan(0.3);
    expect(result.correlation).toBeLessThanOrEqual(1);
  });

  it('finds the head that induction needs', async () => {
    const tracer = tracerOf({ ort, model: model('induction/model.onnx'), tokenizer: words });
    const change = async (layer: number, head: number) =>
      (await tracer.ablate(text, { head: { layer, head } })).changes[0]!.change;
    // Layer 0 head 1 looks at the token before; without it no head of layer 1 knows where to look.
    const previous = await change(0, 1);
    expect(previous).toBeGreaterThan(0.5);
    for (const head of [0, 2, 3]) expect(await change(0, head)).toBeLessThan(previous);
  });

  it('hides a token by the mask where the model has one', async () => {
    const tokenizer: Encoder = {
      encode: (all) => ({ ids: all.split(' ').map(Number), tokens: all.split(' ') }),
    };
    const tracer = tracerOf({ ort, model: model('exports/bert-int8/model.onnx'), tokenizer });
    const result = await tracer.ablate('5 17 42 63 8', { token: 2 });
    expect(result).toMatchObject({ position: 0, measure: 'cosine-distance', method: 'attention-mask' });
    expect(result.changes[0]!.change).toBeGreaterThan(1e-3);
  });

  it('notices a model that only counts the tokens of a mask', async () => {
    const tokenizer: Encoder = {
      encode: (all) => ({ ids: all.split(' ').map(Number), tokens: all.split(' ') }),
    };
    const tracer = tracerOf({ ort, model: model('exports/bert-optimised-mha/model.onnx'), tokenizer });
    await expect(tracer.ablate('5 17 42 63 8', { token: 2 })).rejects.toThrow(
      'takes a mask for the number of tokens',
    );
  });

  it('silences a head inside a fused operator', async () => {
    const tokenizer: Encoder = {
      encode: (all) => ({ ids: all.split(' ').map(Number), tokens: all.split(' ') }),
    };
    const tracer = tracerOf({ ort, model: model('exports/bert-optimised-mha/model.onnx'), tokenizer });
    const result = await tracer.ablate('5 17 42 63 8', { head: { layer: 1, head: 3 } });
    expect(result.changes[0]!.change).toBeGreaterThan(1e-3);
  });

  it('refuses tokens and heads that are not there', async () => {
    const tracer = tracerOf({ ort, model: model('induction/model.onnx'), tokenizer: words });
    await expect(tracer.ablate(text, { token: 99 })).rejects.toMatchObject({ code: 'cannot-ablate' });
    await expect(tracer.ablate(text, { head: { layer: 0, head: 4 } })).rejects.toMatchObject({
      code: 'cannot-ablate',
    });
  });
});
