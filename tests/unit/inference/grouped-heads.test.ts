import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { tapAttention } from '../../../src/lib/inference/index.js';
import { model, numbers, useTracers, weightsOf } from './run-tracer.js';

const tracerOf = useTracers();

describe('chosen heads of grouped-query attention', () => {
  it.each([[undefined], [[0, 1]], [[2, 3]], [[1, 3]], [[1]]])(
    'have the keys they share: %j',
    async (heads) => {
      const tracer = tracerOf({
        ort,
        model: model('exports/llama-gqa-int4/model.onnx'),
        tokenizer: numbers,
        vectors: true,
        heads,
      });
      const trace = await tracer.trace('5 9 33 12 71 8');
      const { queries, keys, layers, heads: numbered } = trace.stream();
      expect(numbered).toEqual(heads ?? [0, 1, 2, 3]);
      for (const [layerIndex, layer] of layers.entries())
        for (const [headIndex, head] of numbered.entries()) {
          const weights = weightsOf(trace, 'self', layer, head);
          // Without a choice two heads share one key; with one, each has its own copy.
          const keyIndex = Math.floor((headIndex * keys!.heads) / numbered.length);
          for (let query = 0; query < 6; query++) {
            const q = queries!.vector(layerIndex, headIndex, query);
            const powers = Array.from({ length: query + 1 }, (_, key) => {
              const k = keys!.vector(layerIndex, keyIndex, key);
              return Math.exp(q.reduce((sum, x, d) => sum + x * k[d]!, 0) / Math.sqrt(q.length));
            });
            const sum = powers.reduce((a, b) => a + b);
            powers.forEach((power, key) => expect(weights[query * 6 + key]).toBeCloseTo(power / sum, 4));
          }
        }
    },
  );

  it('a head that is not there is refused', () => {
    expect(() => tapAttention(model('exports/llama-gqa-int4/model.onnx'), { heads: [4] })).toThrow(
      'options.heads',
    );
  });
});

describe('a mask that is only counted', () => {
  it('by GroupQueryAttention hides no token, and ablate says so before the run', async () => {
    const tracer = tracerOf({
      ort,
      model: model('exports/llama-gqa-int4/model.onnx'),
      tokenizer: numbers,
    });
    await expect(tracer.ablate('5 9 33 12 71 8', { token: 5 })).rejects.toMatchObject({
      code: 'cannot-ablate',
      found: 'a mask read by GroupQueryAttention',
    });
  });
});

describe('nothing, where something is wanted', () => {
  it.each([[undefined], [null], [{}], ['model.onnx']])('tapAttention(%j) says what it wants', (given) => {
    expect(() => tapAttention(given as never)).toThrow("a model's bytes");
  });
});
