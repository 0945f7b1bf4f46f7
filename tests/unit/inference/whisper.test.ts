import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import { createTracer, type Encoder, type Tracer } from '../../../src/lib/inference/index.js';
import { blockWeights, type Trace } from '../../../src/lib/trace/index.js';
import { floats, readSafetensors } from './run-case.js';

const fixture = (path: string): Uint8Array =>
  readFileSync(new URL(`../../../fixtures/models/seq2seq/whisper/${path}`, import.meta.url));
const { tensors } = readSafetensors(fixture('case.safetensors'));
const features = floats(tensors.source!);
const answer = Array.from(new BigInt64Array(new Uint8Array(tensors.answer!.bytes).buffer), Number);

/** Words are their ids. */
const numbers: Encoder = {
  encode: (text) => ({ ids: text.split(' ').map(Number), tokens: text.split(' ') }),
  decode: (ids) => ids.join(' '),
  id_to_token: String,
};

describe('a model that hears (Whisper)', () => {
  const made: Tracer[] = [];
  const tracerOf = (start: number | number[]): Tracer => {
    const model = { encoder: fixture('encoder_model.onnx'), decoder: fixture('decoder_model_merged.onnx') };
    const config = { decoder_start_token_id: start, eos_token_id: 2 };
    made.push(createTracer({ ort, model, tokenizer: numbers, config }));
    return made.at(-1)!;
  };
  afterAll(() => Promise.all(made.map((tracer) => tracer.destroy())));

  const input_features = { type: 'float32', ...features };
  const expectRecorded = async (trace: Trace) => {
    for (const name of ['encoder', 'decoder', 'cross'] as const)
      for (const layer of [0, 1]) {
        const expected = floats(tensors[`${name}_attentions.${layer}`]!);
        const [, heads, rows, cols] = expected.dims as [number, number, number, number];
        for (let head = 0; head < heads; head++) {
          const block = await trace.stream(name).matrix(layer, head).block({ row: 0, col: 0, rows, cols });
          const part = expected.data.subarray(head * rows * cols, (head + 1) * rows * cols);
          const wrong = Array.from(blockWeights(block), (weight, i) => Math.abs(weight - part[i]!));
          expect(wrong).toHaveLength(part.length);
          expect(Math.max(...wrong), `${name} ${layer} ${head}`).toBeLessThan(1e-4);
        }
      }
  };

  it('writes what transformers writes and attends as it does', async () => {
    const trace = await tracerOf(3).generate({ feeds: { input_features } }, { maxTokens: answer.length - 1 });
    expect(trace.generated).toBe(answer.slice(1).join(' '));
    await expectRecorded(trace);
    // Two frames of the 40 are a position of the encoder; they have no names but their numbers.
    const heard = trace.stream('encoder').keyTokens.map((token) => token.raw);
    expect(heard).toEqual(Array.from({ length: 20 }, (_, i) => String(i)));
  });

  it('begins as it is told to, and takes names for what it hears', async () => {
    const tracer = tracerOf(answer.slice(0, 3));
    const tokens = Array.from({ length: 20 }, (_, i) => `${i * 20} ms`);
    const feeds = { input_features: new ort.Tensor('float32', features.data, features.dims) };
    const trace = await tracer.generate({ feeds, tokens }, { maxTokens: answer.length - 3 });
    expect(trace.generated).toBe(answer.slice(3).join(' '));
    expect(trace.stream('cross').keyTokens[3]!.raw).toBe('60 ms');
    await expectRecorded(trace);
  });

  it('takes an answer of yours', async () => {
    const target = answer.slice(1).join(' ');
    await expectRecorded(await tracerOf(3).trace({ feeds: { input_features } }, { target }));
  });

  it('says what to feed it in place of a text', async () => {
    await expect(tracerOf(3).trace('1 2')).rejects.toMatchObject({
      code: 'missing-input',
      place: "the model's input 'input_features'",
      fix: expect.stringContaining('trace({ feeds: { "input_features"'),
    });
  });

  it('says how many names are wanted', async () => {
    await expect(
      tracerOf(3).trace({ feeds: { input_features }, tokens: ['a'] }, { target: '5' }),
    ).rejects.toThrow(/1 .*20|20 .*1/);
  });
});
