import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTracer, InferenceError, type Progress } from '../../../src/lib/inference/index.js';
import { characters, model, useTracers, words } from './run-tracer.js';

const tracerOf = useTracers();

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
  it("a text too long for the model, without the place in onnxruntime's sources", async () => {
    const dates = {
      encoder: model('dates-encdec/encoder_model.onnx'),
      decoder: model('dates-encdec/decoder_model.onnx'),
    };
    const error = await failure(
      { model: dates, tokenizer: characters, config: { decoder_start_token_id: 1 } },
      '1 '.repeat(50),
    );
    expect(error.found).toMatch(/^Non-zero status code .* Status Message: axis == 1 .* 48 by 102$/s);
  });
  it('a tracer that is gone', async () => {
    const tracer = createTracer({ ort, model: model('induction/model.onnx'), tokenizer: words });
    await tracer.destroy();
    await expect(tracer.trace('t1')).rejects.toMatchObject({ code: 'destroyed' });
  });
  it.each([undefined, null, '', 5, {}, ['model.onnx'], { encoder: new Uint8Array() }])(
    '%o for a model',
    (source) => expect(() => createTracer({ ort, model: source } as never)).toThrow('found no model'),
  );
  it('no onnxruntime', () =>
    expect(() => createTracer({ model: 'model.onnx' } as never)).toThrow('found no onnxruntime'));
  it.each([Promise.resolve(words), {}, 'bert'])('%o for a tokenizer', (tokenizer) =>
    expect(() => createTracer({ ort, model: 'model.onnx', tokenizer } as never)).toThrow(
      expect.objectContaining({ code: 'missing-tokenizer' }),
    ),
  );
});

describe('what is asked of a tracer', () => {
  const tracer = tracerOf({ ort, model: model('induction/model.onnx'), tokenizer: words });

  it.each([undefined, null, 5, {}, [1, 2], { ids: [] }])('%o for a text', (input) =>
    expect(tracer.trace(input as never)).rejects.toMatchObject({ code: 'token-count', place: 'input' }),
  );
  it.each([-1, 1.5, NaN, Infinity])('%d for an id', (id) =>
    expect(tracer.trace({ ids: [3, id], tokens: ['a', 'b'] })).rejects.toMatchObject({
      code: 'token-id',
      place: "token 1 'b'",
      found: `the id ${id}`,
    }),
  );
  it('a word that the tokenizer has no number for', () => {
    const tokenizer = { encode: () => ({ ids: [NaN], tokens: ['hello'] }) };
    return expect(
      tracerOf({ ort, model: model('induction/model.onnx'), tokenizer }).trace('hello'),
    ).rejects.toMatchObject({ code: 'token-id', place: "token 0 'hello'" });
  });
  it('takes ids as transformers.js has them', async () =>
    expect((await tracer.trace({ ids: BigInt64Array.of(0n, 5n, 7n) })).ids).toEqual([0, 5, 7]));
  it.each([{ maxTokens: 0 }, { stop: AbortSignal.abort() }])('writes nothing: %o', async (options) => {
    const tokenizer = {
      ...words,
      decode(ids: number[]): string {
        if (ids.length === 0) throw new Error('tokenizers refuse to decode nothing');
        return words.decode!(ids);
      },
    };
    const own = tracerOf({ ort, model: model('induction/model.onnx'), tokenizer });
    const trace = await own.generate('t1 t2', options);
    expect([trace.generated, trace.ids]).toEqual(['', [0, 1, 2]]);
  });
  it('an empty second sentence makes no segment', async () => {
    const tokenizer = {
      encode(text: string) {
        const tokens = text.split(' ').filter(Boolean);
        return { tokens, ids: tokens.map(Number) };
      },
    };
    const own = tracerOf({ ort, model: model('induction/model.onnx'), tokenizer });
    expect((await own.trace('5 7', { pair: '' })).stream().keySegments).toEqual([]);
  });
  it('heads in any order, each once', async () => {
    const own = tracerOf({
      ort,
      model: model('induction/model.onnx'),
      tokenizer: words,
      heads: [3, 1, 3],
    });
    expect((await own.trace('t1 t2')).stream().heads).toEqual([1, 3]);
  });
  it.each([[[]], [[1.5]], [[-1]], [[NaN]]])('%o for heads', (heads) =>
    expect(
      tracerOf({ ort, model: model('induction/model.onnx'), tokenizer: words, heads }).ready,
    ).rejects.toMatchObject({ code: 'option', place: 'options.heads' }),
  );
  it.each([undefined, {}, { token: 1.5 }, { token: -1 }, { head: { layer: 0, head: 0.5 } }])(
    'to take %o away',
    (what) => expect(tracer.ablate('t1 t2', what as never)).rejects.toMatchObject({ code: 'cannot-ablate' }),
  );
});
