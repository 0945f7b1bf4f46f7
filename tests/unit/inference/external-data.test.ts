import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createTracer,
  tapAttention,
  type Tracer,
  type TracerOptions,
} from '../../../src/lib/inference/index.js';
import { ATTRIBUTE, GRAPH, MODEL, NODE, TENSOR } from '../../../src/lib/inference/onnx/model.js';
import { bytesField, joinRope, ropeOf, varintField } from '../../../src/lib/inference/onnx/write.js';
import { besideModel } from '../../../src/lib/inference/tracer/beside.js';
import { blockWeights } from '../../../src/lib/trace/index.js';
import { floats, readSafetensors } from './run-case.js';

const fixture = (path: string): Uint8Array =>
  readFileSync(new URL(`../../../fixtures/${path}`, import.meta.url));
const FOLDER = 'models/induction-external';
const { tensors, metadata } = readSafetensors(fixture('induction.safetensors'));
const tokens: string[] = JSON.parse(metadata.tokens!);
const ids = tokens.map((token) => (token === '<s>' ? 0 : Number(token.slice(1))));

describe('a model whose weights lie in a file beside it', () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url!);
    try {
      response.end(fixture(`${FOLDER}${request.url!.replace(/\?.*/, '')}`));
    } catch {
      response.writeHead(404).end();
    }
  });
  let address = '';
  const made: Tracer[] = [];
  const sessions: unknown[] = [];
  const runtime = {
    ...ort,
    InferenceSession: {
      create(model: Uint8Array, options: ort.InferenceSession.SessionOptions) {
        sessions.push(options);
        return ort.InferenceSession.create(model, options);
      },
    },
  } as unknown as TracerOptions['ort'];
  const trace = async (options: Pick<TracerOptions, 'model' | 'externalData' | 'session'>) => {
    made.push(createTracer({ ort: runtime, ...options }));
    return made.at(-1)!.trace({ ids, tokens });
  };
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await Promise.all(made.map((tracer) => tracer.destroy()));
    server.close();
  });

  it('is tapped without that file, and says which it is', () => {
    const { taps, externalData } = tapAttention(fixture(`${FOLDER}/model.onnx`));
    expect(taps.map((tap) => tap.weights)).toEqual(['attentions.0', 'attentions.1']);
    expect(externalData).toEqual(['model.onnx_data']);
  });

  it('is said to have such a file where only a constant within its graph lies there', () => {
    const location = ropeOf(bytesField(1, 'location'), bytesField(2, 'constants.bin'));
    const tensor = ropeOf(bytesField(TENSOR.externalData, location), varintField(TENSOR.dataLocation, 1));
    const value = ropeOf(bytesField(ATTRIBUTE.name, 'value'), bytesField(ATTRIBUTE.t, tensor));
    const constant = ropeOf(bytesField(NODE.opType, 'Constant'), bytesField(NODE.attribute, value));
    const model = bytesField(MODEL.graph, bytesField(GRAPH.node, constant));
    expect(tapAttention(joinRope(model)).externalData).toEqual(['constants.bin']);
  });

  const expectRecorded = async (options: Parameters<typeof trace>[0]) => {
    const stream = (await trace(options)).stream();
    const { data } = floats(tensors.attention!);
    for (const layer of [0, 1])
      for (const head of [0, 1, 2, 3]) {
        const size = tokens.length;
        const block = await stream.matrix(layer, head).block({ row: 0, col: 0, rows: size, cols: size });
        const expected = data.subarray((layer * 4 + head) * size ** 2, (layer * 4 + head + 1) * size ** 2);
        const wrong = Array.from(blockWeights(block), (weight, i) => Math.abs(weight - expected[i]!));
        expect(Math.max(...wrong)).toBeLessThan(1e-5);
      }
  };

  it('is traced with the file beside its address, the signature of the address kept', async () => {
    asked.length = 0;
    await expectRecorded({ model: `${address}/model.onnx?token=1` });
    expect(asked).toEqual(['/model.onnx?token=1', '/model.onnx_data?token=1']);
  });

  it('is traced with the file passed, by tracer or by session', async () => {
    const [model, data] = [fixture(`${FOLDER}/model.onnx`), fixture(`${FOLDER}/model.onnx_data`)];
    await expectRecorded({ model, externalData: { 'model.onnx_data': data } });
    await expectRecorded({ model, session: { externalData: [{ path: 'model.onnx_data', data }] } });
  });

  it.each([
    ['a path', (url: URL) => fileURLToPath(url)],
    ['a file: address', (url: URL) => url],
  ])('is traced by %s, and onnxruntime maps the weights itself', async (_, of) => {
    const folder = new URL(`../../../fixtures/${FOLDER}/`, import.meta.url);
    await expectRecorded({ model: of(new URL('model.onnx', folder)) });
    // Nothing of the weights was read here: there would be no room for those of a large model.
    expect(sessions.at(-1)).toEqual({
      logSeverityLevel: 3,
      extra: { 'session.model_external_initializers_file_folder_path': fileURLToPath(folder) },
    });
    await expectRecorded({
      model: fixture(`${FOLDER}/model.onnx`),
      externalData: { 'model.onnx_data': of(new URL('model.onnx_data', folder)) },
    });
  });

  it('says so where a path leads nowhere', async () => {
    await expect(trace({ model: '/nowhere/model.onnx' })).rejects.toMatchObject({
      code: 'missing-model',
      place: '/nowhere/model.onnx',
      found: expect.stringContaining('ENOENT'),
    });
  });

  it('says which file it wants where there is no address to find it beside', async () => {
    await expect(trace({ model: fixture(`${FOLDER}/model.onnx`) })).rejects.toMatchObject({
      code: 'missing-model',
      place: "the model's file 'model.onnx_data'",
      fix: 'Pass externalData: { "model.onnx_data": bytes }.',
    });
  });
});

describe('the place beside a model', () => {
  it.each([
    ['https://a.b/m/onnx/model.onnx', 'model.onnx_data', 'https://a.b/m/onnx/model.onnx_data'],
    [new URL('https://a.b/model.onnx?v=2'), 'weights/part 1', 'https://a.b/weights/part%201?v=2'],
    ['model.onnx', 'model.onnx_data', 'model.onnx_data'],
  ])('of %s is for %s', (source, name, expected) => expect(besideModel(source, name)).toBe(expected));

  it('on the hub is in the same folder and revision', () =>
    expect(besideModel({ repo: 'a/b', revision: 'v1' }, 'model.onnx_data')).toEqual({
      repo: 'a/b',
      revision: 'v1',
      file: 'onnx/model.onnx_data',
    }));

  it.each([
    '../secret',
    'a/../../b',
    '/etc/passwd',
    'https://evil.example/x',
    '//evil.example',
    '\\\\a',
    'x?y',
    '',
  ])('is not left by the name %j', (name) =>
    expect(() => besideModel('https://a.b/c/model.onnx', name)).toThrow('expected that file too'),
  );
});
