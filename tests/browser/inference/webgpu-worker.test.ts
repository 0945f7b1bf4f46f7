import * as ort from 'onnxruntime-web/webgpu';
import { expect, it } from 'vitest';
import { createTracer } from '../../../src/lib/inference/index.js';
import { words } from '../../../src/stories/inference/tokenizers.js';

const model = new URL('/fixtures/models/induction/model.onnx', location.href);
const adapter = await navigator.gpu?.requestAdapter().catch(() => null);

// A file of its own: the runtime of a page starts once, in its worker or not.
it.skipIf(adapter)('where there is no WebGPU, the model goes to the worker after all', async () => {
  const tracer = createTracer({ ort, model, tokenizer: words, device: 'webgpu' });
  const trace = await tracer.trace('t5 t12 t5');
  await tracer.destroy();
  expect(trace.stream().layers).toEqual([0, 1]);
  expect(tracer.notices).toEqual(['There is no WebGPU here: the model runs on WebAssembly.']);
  // It would have failed if the page had begun without the worker.
  expect(ort.env.wasm.proxy).toBe(true);
});
