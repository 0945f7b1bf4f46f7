import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkHead, queryKey, scoreRow, softmaxRow, visibleKeys } from '../../../src/lib/analysis/index.js';
import { wholeWeights } from '../../../src/lib/analysis/derivation.js';
import { fromConfig, loadSafetensors, queryKeyAttention } from '../../../src/lib/io/index.js';
import { parseSafetensors } from '../../../src/lib/io/safetensors/safetensors.js';
import { createTrace, type ScoringInput, type Stream } from '../../../src/lib/trace/index.js';

/** Models of fixtures/make_families.py: eager attention of transformers, 13 tokens, windows of 5. */
const families = ['gpt-oss', 'gemma2', 'gemma3', 'granite', 'mistral', 'bloom'] as const;

async function read(name: string) {
  const url = new URL(`../../../fixtures/families/${name}.safetensors`, import.meta.url);
  const file = parseSafetensors(new Uint8Array(readFileSync(url)));
  const config = JSON.parse(file.metadata.get('config') as string) as Record<string, unknown>;
  const recorded = (await loadSafetensors(url)).stream();
  const [queries, keys] = [file.tensors.get('queries')!, file.tensors.get('keys')!];
  const sinks = file.tensors.get('sinks');
  return { config, recorded, queries, keys, ...(sinks && { sinks }) };
}

async function worst(a: Stream, b: Stream): Promise<number> {
  let most = 0;
  for (const layer of a.layers)
    for (const head of a.heads) {
      const [one, other] = [
        await wholeWeights(a.matrix(layer, head)),
        await wholeWeights(b.matrix(layer, head)),
      ];
      one.forEach((weight, i) => (most = Math.max(most, Math.abs(weight - other[i]!))));
    }
  return most;
}

describe.each(families)('%s', async (name) => {
  const { config, recorded, queries, keys, sinks } = await read(name);
  const scoring = fromConfig(config, { sinks });
  const computed = (more: ScoringInput) =>
    createTrace({
      tokens: recorded.keyTokens.map(({ raw }) => raw),
      attention: queryKeyAttention({ queries, keys, causal: scoring.causal, ...more }),
    }).stream();

  test('q·k as its config says is what transformers gives', async () => {
    expect(await worst(computed(scoring), recorded)).toBeLessThan(1e-5);
  });

  test('each of what the config says has a part in it', async () => {
    for (const part of ['scale', 'softCap', 'window', 'alibiSlopes', 'sinks'] as const)
      if (part in scoring)
        expect(await worst(computed({ ...scoring, [part]: undefined }), recorded), part).toBeGreaterThan(
          0.01,
        );
  });

  test('row by row, as the neuron view has it', async () => {
    const stream = computed(scoring);
    for (const layer of stream.layers)
      for (const head of stream.heads) {
        const vectors = queryKey(stream, layer, head);
        const weights = await wholeWeights(recorded.matrix(layer, head));
        for (let query = 0; query < vectors.queryCount; query++) {
          const row = softmaxRow(
            scoreRow(vectors, query),
            visibleKeys(vectors, query),
            vectors.scoring?.sink,
          );
          row.forEach((weight, key) =>
            expect(weight).toBeCloseTo(weights[query * vectors.keyCount + key]!, 4),
          );
        }
      }
  });

  test('recorded weights are reproduced where the trace says how', async () => {
    const attention = {
      dims: [recorded.layers.length, recorded.heads.length, 13, 13],
      data: await all(recorded),
    };
    const told = createTrace({ attention, queries, keys, scoring }).stream();
    for (const layer of told.layers)
      for (const head of told.heads) expect((await checkHead(told, layer, head)).verdict).toBe('exact');
  });
});

async function all(stream: Stream): Promise<Float32Array> {
  const parts: number[] = [];
  for (const layer of stream.layers)
    for (const head of stream.heads) parts.push(...(await wholeWeights(stream.matrix(layer, head))));
  return Float32Array.from(parts);
}

test.each([
  ['granite', 0, { by: 'scale', value: expect.closeTo(0.3, 4) as number }],
  ['mistral', 0, { by: 'window', value: 5 }],
  ['gemma3', 1, { by: 'scale', value: expect.closeTo(1 / 3, 4) as number }],
  ['bloom', 0, { by: 'alibiSlopes', value: expect.closeTo(0.25, 4) as number }],
  ['gpt-oss', 1, { by: 'sinks', value: expect.any(Number) as number }],
] as const)('what explains %s, layer %i, of which nothing was said', async (name, layer, explanation) => {
  const { recorded, queries, keys } = await read(name);
  const attention = {
    dims: [recorded.layers.length, recorded.heads.length, 13, 13],
    data: await all(recorded),
  };
  const check = await checkHead(createTrace({ attention, queries, keys }).stream(), layer, 0);
  expect(check).toMatchObject({ verdict: 'differs', explanation });
});

test('a soft-cap explains, where the scale is told', async () => {
  const { recorded, queries, keys } = await read('gemma2');
  const attention = { dims: [2, 4, 13, 13], data: await all(recorded) };
  const told = createTrace({ attention, queries, keys, scoring: { scale: 1 / 3 } }).stream();
  expect(await checkHead(told, 1, 0)).toMatchObject({
    explanation: { by: 'softCap', value: expect.closeTo(2, 3) as number },
  });
});

describe('a config', () => {
  const llama = { model_type: 'llama', num_hidden_layers: 2, num_attention_heads: 4, hidden_size: 16 };
  test('of a plain model says that it is causal, and no more', () => {
    expect(
      fromConfig({ ...llama, attention_dropout: 0.1, attention_bias: true, sliding_window: null }),
    ).toEqual({ causal: true });
    expect(fromConfig({ ...llama, model_type: 'bert', position_embedding_type: 'absolute' })).toEqual({
      causal: false,
    });
  });

  test('windows: of the layers recorded, by layer types or by the family', () => {
    const gemma = {
      ...llama,
      model_type: 'gemma3_text',
      num_hidden_layers: 12,
      query_pre_attn_scalar: 16,
      sliding_window: 8,
    };
    expect(fromConfig(gemma).window).toEqual([8, 8, 8, 8, 8, null, 8, 8, 8, 8, 8, null]);
    expect(fromConfig(gemma, { layers: [4, 5] })).toEqual({ causal: true, scale: 0.25, window: [8, null] });
    const qwen = {
      ...llama,
      model_type: 'qwen2',
      sliding_window: 8,
      use_sliding_window: false,
      max_window_layers: 1,
    };
    expect(fromConfig(qwen).window).toBeUndefined();
    expect(fromConfig({ ...qwen, use_sliding_window: true }).window).toEqual([null, 8]);
  });

  test('GPT-2 may divide by the layer', () => {
    const gpt2 = {
      model_type: 'gpt2',
      n_layer: 2,
      n_head: 4,
      n_embd: 16,
      scale_attn_weights: true,
      scale_attn_by_inverse_layer_idx: true,
    };
    expect(fromConfig(gpt2).scale).toEqual([0.5, 0.25]);
    expect(
      fromConfig({ ...gpt2, scale_attn_by_inverse_layer_idx: false, scale_attn_weights: false }).scale,
    ).toBe(1);
  });

  test.each([
    [{ ...llama, model_type: 'llama4' }, /model_type: found the string "llama4"/],
    [{ model_type: 'gemma3', text_config: {} }, /Pass its text_config/],
    [
      { ...llama, attention_chunk_size: 8192 },
      /attention_chunk_size: found 8192, expected a field whose part in attention is known/,
    ],
    [{ ...llama, attn_temperature_tuning: true }, /attn_temperature_tuning: found true/],
    [
      { ...llama, model_type: 'bert', position_embedding_type: 'relative_key' },
      /position_embedding_type: found "relative_key"/,
    ],
    [
      { ...llama, model_type: 'gemma3_text', query_pre_attn_scalar: 9, attn_logit_softcapping: 50 },
      /attn_logit_softcapping: found 50/,
    ],
    [{ ...llama, sliding_window: 64 }, /sliding_window: found the number 64, expected none/],
    [
      { ...llama, model_type: 'mistral', sliding_window: 8, layer_types: ['linear_attention'] },
      /layer_types: found the string "linear_attention"/,
    ],
    [{ ...llama, model_type: 'granite' }, /attention_multiplier: found nothing/],
    [{ ...llama, model_type: 'gpt_oss' }, /sinks: found nothing, expected a logit for each head/],
    [null, /config: found null/],
  ])('is refused by name (%#)', (config, words) => {
    // prettier-ignore
    expect(() => fromConfig(config as never)).toThrow(words);
  });
});
