import * as ort from 'onnxruntime-web/wasm';
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { page, userEvent } from 'vitest/browser';
import { createTracer, type TracerOptions } from '../../../src/lib/inference/index.js';
import HubModel from '../../../src/stories/inference/HubModel.svelte';
import { words } from '../../../src/stories/inference/tokenizers.js';
import { drawn, usePage } from '../views/page.js';

const host = inject('hub');
const asked = async (): Promise<string[]> => (await fetch(`${host}/asked`)).json();
/** What the hub is asked while something is done. */
async function requestsOf(work: () => Promise<unknown>): Promise<string[]> {
  const before = (await asked()).length;
  await work();
  return (await asked()).slice(before);
}

beforeEach(() => caches.delete('attentrace-models'));

describe('the story of any model of the hub', () => {
  usePage();
  const status = () => page.getByRole('status').first();
  const lookUp = async (repo: string, file = 'onnx/model.onnx', from = host) => {
    await render(HubModel, { host: from, repo, file, text: 't42 t20 t40 t42' });
    await userEvent.click(page.getByRole('button', { name: 'Look up' }));
  };

  it('says size and licence before anything of the model is downloaded, then draws its attention', async () => {
    const seen = await requestsOf(async () => {
      await lookUp('tests/induction');
      await expect
        .element(status())
        .toHaveTextContent('tests/induction, onnx/model.onnx: 0.2 MB, licence mit.');
    });
    expect(seen).toEqual([
      'GET /api/models/tests/induction',
      'HEAD /tests/induction/resolve/main/onnx/model.onnx',
      'HEAD /tests/induction/onnx/model.onnx',
    ]);
    const fetched = await requestsOf(async () => {
      await userEvent.click(page.getByRole('button', { name: 'Download 0.2 MB' }));
      await expect.element(page.getByText('Attention of 5 tokens.')).toBeVisible();
      await drawn(page.getByRole('region'));
    });
    expect(fetched.toSorted()).toEqual([
      'GET /tests/induction/onnx/model.onnx',
      'GET /tests/induction/resolve/main/config.json',
      'GET /tests/induction/resolve/main/onnx/model.onnx',
      'GET /tests/induction/resolve/main/tokenizer.json',
      'GET /tests/induction/resolve/main/tokenizer_config.json',
    ]);
  });

  it.each([
    ['a name it does not know', 'tests/nobody', 'The hub knows no model tests/nobody (status 401).'],
    ['a licence to accept first', 'tests/gated', 'status 401 (GatedRepo), expected the model.'],
  ])('says what the hub says: %s', async (_, repo, message) => {
    await lookUp(repo);
    await expect.element(status()).toHaveTextContent(message);
    await expect.element(page.getByRole('button', { name: /Download/ })).not.toBeInTheDocument();
  });

  it('says that a file is not there', async () => {
    await lookUp('tests/induction', 'onnx/model_q4.onnx');
    await expect.element(status()).toHaveTextContent('status 404 (EntryNotFound)');
  });

  it('says that nobody answers', async () => {
    await lookUp('tests/induction', 'onnx/model.onnx', 'http://127.0.0.1:1');
    await expect.element(status()).toHaveTextContent('cannot be reached');
  });

  it('says that a model has no tokenizer', async () => {
    await lookUp('tests/wordless');
    await userEvent.click(page.getByRole('button', { name: /Download/ }));
    await expect.element(status()).toHaveTextContent('tests/wordless has no tokenizer.json');
  });
});

describe('a download', () => {
  const load = async (options: Pick<TracerOptions, 'model' | 'cache' | 'signal' | 'onProgress'>) => {
    const tracer = createTracer({ ort, tokenizer: words, ...options });
    await tracer.ready;
    await tracer.destroy();
  };

  it.each(['induction', 'external'])(
    'is kept: the second time nothing is asked of the hub (%s)',
    async (name) => {
      const model = { host, repo: `tests/${name}` };
      expect(await requestsOf(() => load({ model }))).not.toEqual([]);
      const stages: string[] = [];
      expect(await requestsOf(() => load({ model, onProgress: ({ stage }) => stages.push(stage) }))).toEqual(
        [],
      );
      expect(stages).toEqual(['tap', 'load', 'ready']);
      expect(await requestsOf(() => load({ model, cache: false }))).not.toEqual([]);
    },
  );

  it('of weights beside a model is told as it goes, and ended half way with the reason of the signal', async () => {
    const cancel = new AbortController();
    let share = 0;
    const loading = load({
      model: { host, repo: 'tests/stalled' },
      signal: cancel.signal,
      onProgress(step) {
        if (step.stage !== 'download' || !step.file.endsWith('_data')) return;
        share = step.loaded / step.total!;
        if (share > 0.49) cancel.abort(new Error('changed my mind'));
      },
    });
    await expect(loading).rejects.toThrow('changed my mind');
    expect(share).toBeCloseTo(0.5, 2);
    const kept = await (await caches.open('attentrace-models')).keys();
    expect(kept.map(({ url }) => url)).toEqual([`${host}/tests/stalled/resolve/main/onnx/model.onnx`]);
  });
});
