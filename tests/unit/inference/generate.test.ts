import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { model, numbers, useTracers, weightsOf, words } from './run-tracer.js';

const tracerOf = useTracers();

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

describe('a cache, step by step (llama)', () => {
  it.each([
    ['a cache of its own', 'llama-step'],
    ['GroupQueryAttention, whose cache has an open width', 'llama-gqa-int4'],
  ])('stitches the rows of each step into what one pass gives: %s', async (_, name) => {
    const tracer = tracerOf({
      ort,
      model: model(`exports/${name}/model.onnx`),
      tokenizer: numbers,
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
    const tracer = tracerOf({ ort, model: model('exports/llama-step/model.onnx'), tokenizer: numbers });
    const write = async (seed: number) =>
      (await tracer.generate('3 14', { maxTokens: 8, temperature: 2, topK: 50, topP: 0.95, seed })).ids;
    expect(await write(1)).toEqual(await write(1));
    expect(await write(1)).not.toEqual(await write(2));
  });

  it('stops when told and gives what there is', async () => {
    const tracer = tracerOf({ ort, model: model('exports/llama-step/model.onnx'), tokenizer: numbers });
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
    const tracer = tracerOf({ ort, model: model('exports/llama-step/model.onnx'), tokenizer: numbers });
    const cancel = new AbortController();
    const running = tracer.generate('3 14', {
      maxTokens: 50,
      signal: cancel.signal,
      onToken: () => cancel.abort(new Error('enough')),
    });
    await expect(running).rejects.toThrow('enough');
  });
});

it.each([
  // 2 layers × 4 heads × 14 × 14 weights of 4 bytes, and 3 × 4 × 1 × 14.
  ['without a cache', 'induction/model.onnx', words, 6272],
  ['with a cache', 'exports/llama-step/model.onnx', numbers, 672],
])(
  'where a step fails, here for want of memory, gives what it wrote and says why it ended, %s',
  async (_, name, tokenizer, memoryLimitBytes) => {
    const seen: string[] = [];
    const tracer = tracerOf({ ort, model: model(name), tokenizer, memoryLimitBytes });
    const prompt = tokenizer === words ? 't1 t2 t3' : '1 2 3';
    const trace = await tracer.generate(prompt, { maxTokens: 40, onToken: ({ token }) => seen.push(token) });
    expect(trace.failure).toMatchObject({ code: 'out-of-memory' });
    expect(trace.ids).toHaveLength(14);
    expect(trace.stream().queryTokens).toHaveLength(14);
    const { rows, cols } = trace.stream().matrix(0, 0);
    expect([rows, cols]).toEqual([14, 14]);
    // What was written last was never read.
    expect(seen.slice(0, -1).join(' ')).toBe(trace.generated.trim());
  },
);
