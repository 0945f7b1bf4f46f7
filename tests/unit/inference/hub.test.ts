import { Tokenizer } from '@huggingface/tokenizers';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createTracer,
  hubUrl,
  modelSize,
  type HubModel,
  type Progress,
} from '../../../src/lib/inference/index.js';
import { HUB_MODELS } from '../../hub-models.js';
import { startHub, type TestHub } from '../../hub-server.js';

describe('a model by its name on the hub', () => {
  let hub: TestHub;
  beforeAll(async () => {
    hub = await startHub(HUB_MODELS);
  });
  afterAll(() => hub.close());
  const at = (repo: string, file?: string): HubModel => ({ host: hub.host, repo, file });

  it('is on huggingface.co unless told otherwise', () => {
    expect(hubUrl({ repo: 'a/b' })).toBe('https://huggingface.co/a/b/resolve/main/onnx/model.onnx');
    expect(hubUrl({ host: 'https://mirror.example/', repo: 'a/b', file: 'c.onnx', revision: 'v/1' })).toBe(
      'https://mirror.example/a/b/resolve/v%2F1/c.onnx',
    );
  });

  it('is downloaded by way of the redirect, its progress told, and traced', async () => {
    const json = async (file: string) => (await fetch(hubUrl(at('tests/induction', file)))).json();
    const tokenizer = new Tokenizer(await json('tokenizer.json'), await json('tokenizer_config.json'));
    const steps: Progress[] = [];
    const tracer = createTracer({
      ort,
      model: at('tests/induction'),
      tokenizer,
      onProgress: (step) => steps.push(step),
    });
    const trace = await tracer.trace('t5 t12 t5');
    await tracer.destroy();
    expect(trace.model).toBe('tests/induction');
    expect(trace.stream().keyTokens.map((token) => token.raw)).toEqual(['<s>', 't5', 't12', 't5']);
    const downloads = steps.filter((step) => step.stage === 'download');
    expect(downloads.at(-1)).toEqual({
      stage: 'download',
      file: `${hub.host}/tests/induction/resolve/main/onnx/model.onnx`,
      loaded: 193142,
      total: 193142,
    });
    expect(steps.slice(downloads.length).map((step) => step.stage)).toEqual(['tap', 'load', 'ready']);
  });

  it('says its size before it is downloaded', async () => {
    hub.asked.length = 0;
    expect(await modelSize(at('tests/induction'))).toBe(193142);
    expect(hub.asked.map((request) => request.split(' ')[0])).toEqual(['HEAD', 'HEAD']);
  });

  it('is no longer downloaded once it is cancelled, half way', async () => {
    const cancel = new AbortController();
    const seen: Progress[] = [];
    const tracer = createTracer({
      ort,
      model: at('tests/stalled'),
      signal: cancel.signal,
      onProgress(step) {
        if (step.stage !== 'download' || !step.file.endsWith('_data')) return;
        seen.push(step);
        if (step.loaded >= step.total! / 2 - 1) cancel.abort(new Error('changed my mind'));
      },
    });
    await expect(tracer.ready).rejects.toThrow('changed my mind');
    await expect.poll(() => hub.brokenOff).toEqual(['onnx/model.onnx_data']);
    const { loaded, total } = seen.at(-1) as Extract<Progress, { stage: 'download' }>;
    expect(loaded / total!).toBeCloseTo(0.5, 2);
  });

  it.each([
    [
      'a name the hub does not know',
      'tests/nobody',
      undefined,
      'status 401 (RepoNotFound)',
      'the name is wrong',
    ],
    ['a licence to accept first', 'tests/gated', undefined, 'status 401 (GatedRepo)', 'licence accepted'],
    [
      'a file it does not have',
      'tests/induction',
      'onnx/q4.onnx',
      'status 404 (EntryNotFound)',
      'Check the name',
    ],
  ])('is refused with what to do: %s', async (_, repo, file, found, fix) => {
    const { ready } = createTracer({ ort, model: at(repo, file) });
    await expect(ready).rejects.toMatchObject({
      code: 'http',
      place: hubUrl(at(repo, file)),
      found,
      fix: expect.stringContaining(fix),
    });
  });

  it('is said to be out of reach where nobody answers', async () => {
    const model = { host: 'http://127.0.0.1:1', repo: 'tests/induction' };
    await expect(createTracer({ ort, model }).ready).rejects.toMatchObject({ code: 'offline' });
    await expect(modelSize(model)).rejects.toMatchObject({ code: 'offline' });
  });
});
