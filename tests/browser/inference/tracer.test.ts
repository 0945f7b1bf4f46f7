import * as ort from 'onnxruntime-web/wasm';
import { expect, it } from 'vitest';
import inductionModel from '../../../fixtures/models/induction/model.onnx?url';
import external from '../../../fixtures/models/induction-external/model.onnx?url';
import llama from '../../../fixtures/models/exports/llama-step/model.onnx?url';
import recorded from '../../../fixtures/induction.safetensors?url';
import { loadSafetensors } from '../../../src/lib/io/index.js';
import { createTracer } from '../../../src/lib/inference/index.js';
import { blockWeights, type Trace } from '../../../src/lib/trace/index.js';
import { words } from '../../../src/stories/inference/tokenizers.js';

async function weightsOf(trace: Trace): Promise<number[]> {
  const stream = trace.stream();
  const all: number[] = [];
  for (const layer of stream.layers)
    for (const head of stream.heads) {
      const matrix = stream.matrix(layer, head);
      all.push(...blockWeights(await matrix.block({ row: 0, col: 0, rows: matrix.rows, cols: matrix.cols })));
    }
  return all;
}

it('runs in a worker in the browser and finds the attention that Python recorded', async () => {
  const python = await loadSafetensors(new URL(recorded, location.href));
  const text = python
    .stream()
    .queryTokens.slice(1)
    .map((token) => token.raw)
    .join(' ');
  const tracer = createTracer({ ort, model: new URL(inductionModel, location.href), tokenizer: words });
  const found = await weightsOf(await tracer.trace(text));
  const expected = await weightsOf(python);
  await tracer.destroy();
  expect(ort.env.wasm.proxy).toBe(true);
  expect(found).toHaveLength(expected.length);
  expect(Math.max(...found.map((weight, i) => Math.abs(weight - expected[i]!)))).toBeLessThan(1e-5);
});

it('finds the weights that lie in a file beside the model', async () => {
  const python = await loadSafetensors(new URL(recorded, location.href));
  const tokens = python.stream().queryTokens.map((token) => token.raw);
  const files: string[] = [];
  const tracer = createTracer({
    ort,
    model: new URL(external, location.href),
    tokenizer: words,
    cache: false,
    onProgress: (progress) => progress.stage === 'download' && files.push(progress.file),
  });
  const found = await weightsOf(await tracer.trace(tokens.slice(1).join(' ')));
  const expected = await weightsOf(python);
  await tracer.destroy();
  expect(files.some((file) => file.endsWith('/induction-external/model.onnx_data'))).toBe(true);
  expect(Math.max(...found.map((weight, i) => Math.abs(weight - expected[i]!)))).toBeLessThan(1e-5);
});

it('feeds a cache, and a layer at a time, through the worker, which takes the memory of what it is fed', async () => {
  const numbers = {
    encode: (text: string) => ({ ids: text.split(' ').map(Number), tokens: text.split(' ') }),
    decode: (ids: number[]) => ids.map((id) => ` ${id}`).join(''),
    id_to_token: String,
  };
  const tracer = createTracer({
    ort,
    model: new URL(llama, location.href),
    tokenizer: numbers,
    layerByLayer: true,
  });
  const steps = await tracer.generate('3 14 15', { maxTokens: 4 });
  const once = await weightsOf(await tracer.trace(`3 14 15${steps.generated}`));
  await tracer.destroy();
  const stitched = await weightsOf(steps);
  expect(stitched).toHaveLength(3 * 4 * 7 * 7);
  expect(Math.max(...stitched.map((weight, i) => Math.abs(weight - once[i]!)))).toBeLessThan(1e-5);
});

it('does not keep what came in the place of a model', async () => {
  const address = new URL(`${inductionModel.split('?')[0]}?kept`, location.href);
  const cache = await caches.open('attentrace-models');
  await cache.put(address, new Response('{"error":"Too many requests"}'));
  const options = { ort, model: address, tokenizer: words };
  const first = createTracer(options);
  await expect(first.ready).rejects.toMatchObject({ code: 'not-onnx', found: 'JSON' });
  const second = createTracer(options);
  await second.ready;
  await Promise.all([first.destroy(), second.destroy(), cache.delete(address)]);
});
