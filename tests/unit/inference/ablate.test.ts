import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { model, numbers, useTracers, words } from './run-tracer.js';

const tracerOf = useTracers();

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
    const tracer = tracerOf({ ort, model: model('exports/bert-int8/model.onnx'), tokenizer: numbers });
    const result = await tracer.ablate('5 17 42 63 8', { token: 2 });
    expect(result).toMatchObject({ position: 0, measure: 'cosine-distance', method: 'attention-mask' });
    expect(result.changes[0]!.change).toBeGreaterThan(1e-3);
  });

  it('notices a model that only counts the tokens of a mask', async () => {
    const tracer = tracerOf({
      ort,
      model: model('exports/bert-optimised-mha/model.onnx'),
      tokenizer: numbers,
    });
    await expect(tracer.ablate('5 17 42 63 8', { token: 2 })).rejects.toThrow(
      'takes a mask for the number of tokens',
    );
  });

  it('silences a head inside a fused operator', async () => {
    const tracer = tracerOf({
      ort,
      model: model('exports/bert-optimised-mha/model.onnx'),
      tokenizer: numbers,
    });
    const result = await tracer.ablate('5 17 42 63 8', { head: { layer: 1, head: 3 } });
    expect(result.changes[0]!.change).toBeGreaterThan(1e-3);
  });

  it('refuses tokens and heads that are not there', async () => {
    const tracer = tracerOf({ ort, model: model('induction/model.onnx'), tokenizer: words });
    await expect(tracer.ablate(text, { token: 99 })).rejects.toMatchObject({ code: 'cannot-ablate' });
    await expect(tracer.ablate(text, { token: 0, stream: 'decoder' })).rejects.toThrow('Leave stream out.');
    await expect(tracer.ablate(text, { head: { layer: 0, head: 4 } })).rejects.toMatchObject({
      code: 'cannot-ablate',
    });
  });
});
