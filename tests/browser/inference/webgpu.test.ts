import * as ort from 'onnxruntime-web/webgpu';
import { describe, expect, it } from 'vitest';
import { createTracer } from '../../../src/lib/inference/index.js';
import { blockWeights, type Trace } from '../../../src/lib/trace/index.js';
import { floats, readSafetensors } from '../../unit/inference/read-safetensors.js';

const at = (path: string): URL => new URL(`/fixtures/models/exports/${path}`, location.href);
const adapter = await navigator.gpu?.requestAdapter().catch(() => null);

async function trace(name: string, device: 'wasm' | 'webgpu') {
  const { tensors } = readSafetensors(
    new Uint8Array(await (await fetch(at(`${name}/case.safetensors`))).arrayBuffer()),
  );
  const ids = Array.from(new BigInt64Array(new Uint8Array(tensors['feeds.input_ids']!.bytes).buffer), Number);
  const mask = tensors['feeds.attention_mask'];
  const feeds = mask && {
    attention_mask: new ort.Tensor('int64', new BigInt64Array(new Uint8Array(mask.bytes).buffer), mask.dims),
  };
  // One page, one runtime: with a worker for WebAssembly there could be no WebGPU beside it.
  const tracer = createTracer({ ort, model: at(`${name}/model.onnx`), device, worker: false, cache: false });
  const found = await tracer.trace({ ids, tokens: ids.map(String), feeds });
  await tracer.destroy();
  const expected = [0, 1, 2].map((layer) => floats(tensors[`attentions.${layer}`]!).data);
  return { weights: await weightsOf(found), expected, notices: tracer.notices };
}

async function weightsOf(found: Trace): Promise<number[][]> {
  const stream = found.stream();
  return Promise.all(
    stream.layers.map(async (layer) => {
      const heads = stream.heads.map((head) => {
        const matrix = stream.matrix(layer, head);
        return matrix.block({ row: 0, col: 0, rows: matrix.rows, cols: matrix.cols });
      });
      return (await Promise.all(heads)).flatMap((block) => Array.from(blockWeights(block)));
    }),
  );
}

function worst(found: readonly ArrayLike<number>[], expected: readonly ArrayLike<number>[]): number {
  expect(found.map((layer) => layer.length)).toEqual(expected.map((layer) => layer.length));
  return Math.max(
    ...found.flatMap((layer, i) => Array.from(layer, (weight, j) => Math.abs(weight - expected[i]![j]!))),
  );
}

// Headless Chromium has an adapter with ATTENTRACE_WEBGPU=1.
describe.skipIf(!adapter)('WebGPU, where it is asked for', () => {
  it.each([
    ['a plain graph', 'bert-int8'],
    ['ONNX’s own Attention', 'bert-attention23'],
  ])('gives the weights of WebAssembly and of Python: %s', async (_, name) => {
    const gpu = await trace(name, 'webgpu');
    expect(gpu.notices).toEqual([]);
    expect(worst(gpu.weights, gpu.expected)).toBeLessThan(1e-4);
    expect(worst(gpu.weights, (await trace(name, 'wasm')).weights)).toBeLessThan(1e-4);
  });

  it.each([
    ['before it is tried', 'llama-gqa-int4', /gives no weights of com\.microsoft\.GroupQueryAttention/],
    ['when it refuses to run', 'bert-optimised-mha', /refused to run the model \(.*key_padding_mask/],
  ])('is left for WebAssembly, and says why, %s', async (_, name, why) => {
    const { notices, weights, expected } = await trace(name, 'webgpu');
    expect(notices).toEqual([expect.stringMatching(why)]);
    expect(worst(weights, expected)).toBeLessThan(2e-2);
  });
});

it.skipIf(adapter)('without an adapter WebAssembly runs the model, and a notice says so', async () => {
  const { notices, weights, expected } = await trace('bert-attention23', 'webgpu');
  expect(notices).toEqual(['There is no WebGPU here: the model runs on WebAssembly.']);
  expect(worst(weights, expected)).toBeLessThan(1e-4);
});
