import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as onnxruntime from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTrace } from '../../../src/lib/trace/index.js';
import { tapAttention, withAttention, type TransformersEnv } from '../../../src/lib/inference/index.js';
import { floats, readSafetensors } from './read-safetensors.js';

/**
 * transformers.js 4 brings half a gigabyte; ATTENTRACE_TRANSFORMERS names the folder it is installed in
 * (`npm i @huggingface/transformers@4`, then …/node_modules/@huggingface/transformers).
 */
const installed = process.env.ATTENTRACE_TRANSFORMERS ?? '';

describe.skipIf(!existsSync(installed))('withAttention on transformers.js itself', () => {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the package is not installed here, nor are its types
  let transformers: any;
  const folder = mkdtempSync(join(tmpdir(), 'attentrace-'));

  beforeAll(async () => {
    const exported = new URL('../../../fixtures/models/exports/bert-int8/model.onnx', import.meta.url);
    mkdirSync(join(folder, 'tiny/onnx'), { recursive: true });
    cpSync(exported, join(folder, 'tiny/onnx/model.onnx'));
    const words = Object.fromEntries(
      ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'the', 'cat', 'sat'].map((word, id) => [word, id]),
    );
    const tokenizer = {
      version: '1.0',
      added_tokens: [],
      normalizer: null,
      pre_tokenizer: { type: 'Whitespace' },
      post_processor: null,
      decoder: null,
      model: {
        type: 'WordPiece',
        unk_token: '[UNK]',
        continuing_subword_prefix: '##',
        max_input_chars_per_word: 100,
        vocab: words,
      },
    };
    writeFileSync(join(folder, 'tiny/tokenizer.json'), JSON.stringify(tokenizer));
    writeFileSync(
      join(folder, 'tiny/tokenizer_config.json'),
      JSON.stringify({ tokenizer_class: 'BertTokenizer' }),
    );
    writeFileSync(
      join(folder, 'tiny/config.json'),
      JSON.stringify({ model_type: 'bert', architectures: ['BertModel'] }),
    );
    transformers = await import(join(installed, 'dist/transformers.node.mjs'));
    transformers.env.allowRemoteModels = false;
    transformers.env.localModelPath = folder;
  });
  afterAll(() => expect(transformers.env.useCustomCache).toBe(false));

  const outputsOf = async (): Promise<string[]> => {
    const { sessions } = await transformers.AutoModel.from_pretrained('tiny', { dtype: 'fp32' });
    return sessions.model.outputNames;
  };

  it('says what is wrong, where transformers.js would load the model without its attention', async () => {
    const attention = withAttention(transformers.env as TransformersEnv, { layers: [9] });
    await expect(outputsOf()).rejects.toThrow('options.layers: found 9');
    attention.restore();
  });

  it('twice, and restored in any order', async () => {
    const first = withAttention(transformers.env as TransformersEnv);
    const second = withAttention(transformers.env as TransformersEnv);
    first.restore();
    expect(await outputsOf()).toContain('attentions.0');
    second.restore();
    expect(transformers.env.useCustomCache).toBe(false);
    expect(await outputsOf()).not.toContain('attentions.0');
  });

  it('makes forward() give the attention, and leaves no trace of itself', async () => {
    const attention = withAttention(transformers.env as TransformersEnv);
    const model = await transformers.AutoModel.from_pretrained('tiny', { dtype: 'fp32' });
    const tokenizer = await transformers.AutoTokenizer.from_pretrained('tiny');
    attention.restore();
    const inputs = await tokenizer('the cat sat the cat');
    const result = await model(inputs);
    expect(attention.taps.map((tap) => tap.weights)).toEqual([
      'attentions.0',
      'attentions.1',
      'attentions.2',
    ]);
    const trace = createTrace({
      tokens: ['the', 'cat', 'sat', 'the', 'cat'],
      attention: attention.taps.map((tap) => result[tap.weights!]),
    });
    expect([
      trace.stream().layers.length,
      trace.stream().heads.length,
      trace.stream().matrix(2, 3).rows,
    ]).toEqual([3, 4, 5]);
    const plain = await transformers.AutoModel.from_pretrained('tiny', { dtype: 'fp32' });
    const untapped = await plain(inputs);
    expect(Object.keys(untapped)).toEqual(['last_hidden_state']);
    const [a, b] = [result.last_hidden_state.data, untapped.last_hidden_state.data];
    expect(Math.max(...a.map((value: number, i: number) => Math.abs(value - b[i])))).toBeLessThan(1e-5);
  });

  it('finds weights that lie in a file beside the model', async () => {
    const fixtures = new URL('../../../fixtures/', import.meta.url);
    cpSync(new URL('models/induction-external', fixtures), join(folder, 'external/onnx'), {
      recursive: true,
    });
    cpSync(join(folder, 'tiny/config.json'), join(folder, 'external/config.json'));
    const { tensors, metadata } = readSafetensors(readFileSync(new URL('induction.safetensors', fixtures)));
    const ids = (JSON.parse(metadata.tokens!) as string[]).map((token) =>
      token === '<s>' ? 0n : BigInt(token.slice(1)),
    );
    const attention = withAttention(transformers.env as TransformersEnv);
    const options = { dtype: 'fp32', use_external_data_format: true };
    const model = await transformers.AutoModel.from_pretrained('external', options);
    attention.restore();
    const row = new transformers.Tensor('int64', BigInt64Array.from(ids), [1, ids.length]);
    const result = await model({ input_ids: row });
    const found = attention.taps.flatMap(({ weights }) => Array.from<number>(result[weights!].data));
    const { data } = floats(tensors.attention!);
    expect(found).toHaveLength(data.length);
    expect(Math.max(...found.map((weight, i) => Math.abs(weight - data[i]!)))).toBeLessThan(1e-5);
  });

  it('takes a tapped session in the constructor of a model', async () => {
    // The same copy of onnxruntime as transformers.js uses: it knows its own tensors only.
    const ort = createRequire(join(installed, 'package.json'))('onnxruntime-node') as typeof onnxruntime;
    const { model: bytes, taps } = tapAttention(readFileSync(join(folder, 'tiny/onnx/model.onnx')));
    const session = await ort.InferenceSession.create(bytes);
    const config = await transformers.AutoConfig.from_pretrained('tiny');
    const model = new transformers.BertModel(config, { model: session }, {});
    const tokenizer = await transformers.AutoTokenizer.from_pretrained('tiny');
    const result = await model(await tokenizer('the cat sat the cat'));
    const trace = createTrace({
      tokens: ['the', 'cat', 'sat', 'the', 'cat'],
      attention: taps.map((tap) => result[tap.weights!]),
    });
    expect([trace.stream().layers, trace.stream().heads.length]).toEqual([[0, 1, 2], 4]);

    const attention = withAttention(transformers.env as TransformersEnv);
    const patched = await transformers.AutoModel.from_pretrained('tiny', { dtype: 'fp32' });
    attention.restore();
    const same = await patched(await tokenizer('the cat sat the cat'));
    for (const { weights } of taps) expect(result[weights!].data).toEqual(same[weights!].data);
    await model.dispose();
  });
});
