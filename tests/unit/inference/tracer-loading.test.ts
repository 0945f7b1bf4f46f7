import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTracer, type OnnxRuntime } from '../../../src/lib/inference/index.js';
import { characters, model, useTracers, words } from './run-tracer.js';

const tracerOf = useTracers();

/** onnxruntime, counting the sessions it holds. */
function counting(afterCreate: () => void = () => undefined) {
  const open = { sessions: 0 };
  const runtime = {
    ...ort,
    InferenceSession: {
      async create(bytes: Uint8Array, options?: object) {
        const session = await ort.InferenceSession.create(bytes, options);
        open.sessions++;
        afterCreate();
        return {
          run: session.run.bind(session),
          async release() {
            open.sessions--;
            await session.release();
          },
        };
      },
    },
  } as unknown as OnnxRuntime;
  return { runtime, open };
}

describe('a tracer lets go of what it holds', () => {
  const answers: ((file: Uint8Array) => Uint8Array | number)[] = [];
  let address = '';
  const server = createServer((request, response) => {
    const bytes = model('induction/model.onnx');
    // A download that stands still.
    if (request.url === '/slow.onnx')
      return void response.writeHead(200, { 'content-length': bytes.length }).write(bytes.subarray(0, 1000));
    const answer = answers.shift()?.(bytes) ?? bytes;
    if (typeof answer === 'number') response.writeHead(answer).end();
    else
      response
        .writeHead(200, answer[0] === '<'.charCodeAt(0) ? { 'content-type': 'text/html' } : {})
        .end(answer);
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.closeAllConnections());
  afterAll(() => server.close());

  it('destroyed in the middle of a download it does not wait for the rest', async () => {
    let begun = (): void => undefined;
    const progress = new Promise<void>((resolve) => (begun = resolve));
    const tracer = createTracer({
      ort,
      model: `${address}/slow.onnx`,
      tokenizer: words,
      onProgress: () => begun(),
    });
    const asked = tracer.trace('t1').catch((error: unknown) => error);
    await progress;
    await tracer.destroy();
    expect(await asked).toMatchObject({ code: 'destroyed' });
    await expect(tracer.ready).rejects.toMatchObject({ code: 'destroyed' });
  });

  it('the encoder, where the decoder cannot be loaded', async () => {
    const { runtime, open } = counting();
    const tracer = createTracer({
      ort: runtime,
      model: { encoder: model('dates-encdec/encoder_model.onnx'), decoder: new Uint8Array([60]) },
      tokenizer: characters,
    });
    await expect(tracer.ready).rejects.toMatchObject({ code: 'not-onnx' });
    await tracer.destroy();
    expect(open.sessions).toBe(0);
  });

  it('a session that was ready as the signal came', async () => {
    const cancel = new AbortController();
    const { runtime, open } = counting(() => cancel.abort(new Error('too late')));
    const tracer = createTracer({
      ort: runtime,
      model: model('induction/model.onnx'),
      tokenizer: words,
      signal: cancel.signal,
    });
    await expect(tracer.ready).rejects.toThrow('too late');
    expect(open.sessions).toBe(0);
  });

  it('both models, after an ablation', async () => {
    const { runtime, open } = counting();
    const tracer = createTracer({ ort: runtime, model: model('induction/model.onnx'), tokenizer: words });
    await tracer.ablate('t1 t2', { token: 1 });
    expect(open.sessions).toBe(2);
    await tracer.destroy();
    expect(open.sessions).toBe(0);
  });

  it('an ablation whose model failed to come asks for it again', async () => {
    const tracer = tracerOf({ ort, model: `${address}/model.onnx`, tokenizer: words });
    await tracer.ready;
    answers.push(() => 503);
    await expect(tracer.ablate('t1 t2', { token: 1 })).rejects.toMatchObject({ code: 'http' });
    expect((await tracer.ablate('t1 t2', { token: 1 })).changes).toHaveLength(1);
  });

  it('a page, which development servers answer with, is neither a model nor its weights', async () => {
    answers.push(() => new TextEncoder().encode('<!doctype html><title>My app</title>'));
    await expect(tracerOf({ ort, model: `${address}/model.onnx` }).ready).rejects.toMatchObject({
      code: 'http',
      found: 'a web page',
    });
  });

  it('an answer without a body is no model', async () => {
    answers.push(() => 204);
    await expect(tracerOf({ ort, model: `${address}/model.onnx` }).ready).rejects.toMatchObject({
      code: 'not-onnx',
      found: 'no bytes',
    });
  });
});
