import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import {
  createTracer,
  tapAttention,
  type Encoder,
  type Tracer,
  type TracerOptions,
} from '../../../src/lib/inference/index.js';
import { blockWeights, type StreamKind } from '../../../src/lib/trace/index.js';
import { floats, readSafetensors } from './run-case.js';

const fixture = (path: string): Uint8Array =>
  readFileSync(new URL(`../../../fixtures/models/seq2seq/${path}`, import.meta.url));

/** Words are their ids. */
const numbers: Encoder = {
  encode: (text) => ({ ids: text.split(' ').map(Number), tokens: text.split(' ') }),
  decode: (ids) => ids.join(' '),
  id_to_token: String,
};

const MODELS = {
  't5, merged': {
    folder: 't5',
    files: { encoder: 'encoder_model', decoder: 'decoder_model_merged' },
    config: { decoder_start_token_id: 0, eos_token_id: 1 },
  },
  'bart, a decoder with past beside': {
    folder: 'bart',
    files: { encoder: 'encoder_model', decoder: 'decoder_model', decoderWithPast: 'decoder_with_past_model' },
    config: { decoder_start_token_id: 2, eos_token_id: 2 },
  },
  'bart, without a cache': {
    folder: 'bart',
    files: { encoder: 'encoder_model', decoder: 'decoder_model' },
    config: { decoder_start_token_id: 2, eos_token_id: 2 },
  },
};

describe.each(Object.entries(MODELS))('%s', (_, { folder, files, config }) => {
  const { tensors } = readSafetensors(fixture(`${folder}/case.safetensors`));
  const ids = (name: string): number[] =>
    Array.from(new BigInt64Array(new Uint8Array(tensors[name]!.bytes).buffer), Number);
  const [source, answer] = [ids('source'), ids('answer')];
  const text = source.join(' ');
  const runs: { session: string; tokens: number }[] = [];
  const made: Tracer[] = [];
  const tracerOf = (options: Partial<TracerOptions> = {}): Tracer => {
    const model = Object.fromEntries(
      Object.entries(files).map(([part, file]) => [part, fixture(`${folder}/${file}.onnx`)]),
    ) as unknown as TracerOptions['model'];
    made.push(createTracer({ ort: counting(runs), model, tokenizer: numbers, config, ...options }));
    return made.at(-1)!;
  };
  afterAll(() => Promise.all(made.map((tracer) => tracer.destroy())));

  it('writes what transformers writes and attends as it does', async () => {
    const trace = await tracerOf().generate(text, { maxTokens: answer.length - 1 });
    expect(trace.generated).toBe(answer.slice(1).join(' '));
    for (const name of ['encoder', 'decoder', 'cross'] as const)
      for (const layer of [0, 1]) {
        const expected = floats(tensors[`${name}_attentions.${layer}`]!);
        const [, heads, rows, cols] = expected.dims as [number, number, number, number];
        const stream = trace.stream(name);
        expect([stream.heads.length, stream.queryTokens.length, stream.keyTokens.length]).toEqual([
          heads,
          rows,
          cols,
        ]);
        for (let head = 0; head < heads; head++) {
          const block = await stream.matrix(layer, head).block({ row: 0, col: 0, rows, cols });
          const part = expected.data.subarray(head * rows * cols, (head + 1) * rows * cols);
          expect(largest(blockWeights(block), part), `${name} ${layer} ${head}`).toBeLessThan(1e-4);
        }
      }
  });

  it.runIf(folder === 'bart').each([32, 60])(
    'past the longest answer, gives what it wrote and says why it ended: %i tokens',
    async (maxTokens) => {
      const endless = { ...config, eos_token_id: undefined };
      const trace = await tracerOf({ config: endless }).generate(text, { maxTokens });
      expect(trace.failure).toMatchObject({ code: 'run' });
      // It has 32 positions, the first for the token that answers begin with.
      expect(trace.generated.split(' ')).toHaveLength(31);
      expect(trace.stream('decoder').queryTokens).toHaveLength(32);
    },
  );

  it.runIf('decoderWithPast' in files || folder === 't5')(
    'reads one token a step while it writes',
    async () => {
      const tracer = tracerOf();
      runs.length = 0;
      await tracer.generate(text, { maxTokens: 5 });
      const decoderRuns = runs.filter(({ session }) => session !== 'encoder').map(({ tokens }) => tokens);
      expect(decoderRuns).toEqual([1, 1, 1, 1, 1, 6]);
    },
  );

  it('without a token of the text, says what transformers says', async () => {
    const tracer = tracerOf();
    const changes = floats(tensors['changes.token']!);
    for (const position of [0, 3]) {
      const result = await tracer.ablate(text, { token: 'each' }, { position, maxTokens: answer.length - 1 });
      expect(result).toMatchObject({ position, measure: 'total-variation', method: 'attention-mask' });
      const expected = changes.data.subarray(position * source.length, (position + 1) * source.length);
      expect(Math.max(...expected)).toBeGreaterThan(0.2);
      expect(
        largest(
          result.changes.map(({ change }) => change),
          expected,
        ),
      ).toBeLessThan(1e-4);
      // The attention beside it: the row of the cross attention, mean over two layers of four heads.
      const mean = source.map((_, key) =>
        [0, 1]
          .flatMap((layer) => {
            const { data } = floats(tensors[`cross_attentions.${layer}`]!);
            return [0, 1, 2, 3].map(
              (head) => data[(head * answer.length + position) * source.length + key]! / 8,
            );
          })
          .reduce((a, b) => a + b),
      );
      expect(largest(result.attention!, mean)).toBeLessThan(1e-4);
      expect(Math.abs(result.correlation!)).toBeLessThanOrEqual(1);
    }
  });

  it('without a token of its answer too', async () => {
    const tracer = tracerOf();
    const { data } = floats(tensors['changes.answer']!);
    for (const position of [1, 4]) {
      const what = { token: 'each', stream: 'decoder' } as const;
      const result = await tracer.ablate(text, what, { position, maxTokens: answer.length - 1 });
      expect(result.method).toBe('hidden-keys');
      const expected = data.subarray(position * answer.length, (position + 1) * answer.length);
      expect(Math.max(...expected)).toBeGreaterThan(0.05);
      expect(
        largest(
          result.changes.map(({ change }) => change),
          expected,
        ),
      ).toBeLessThan(1e-4);
      const mean = answer.map((_, key) =>
        [0, 1].reduce((sum, layer) => {
          const { data } = floats(tensors[`decoder_attentions.${layer}`]!);
          const at = (head: number) => data[(head * answer.length + position) * answer.length + key]!;
          return sum + (at(0) + at(1) + at(2) + at(3)) / 8;
        }, 0),
      );
      expect(largest(result.attention!, mean)).toBeLessThan(1e-4);
    }
  });

  it.each(['encoder', 'decoder', 'cross'] as const)('without a head of the stream %s too', async (stream) => {
    const tracer = tracerOf();
    const { data, dims } = floats(tensors[`changes.${stream}`]!);
    const [layers, heads, positions] = dims as [number, number, number];
    for (let layer = 0; layer < layers; layer++)
      for (let head = 0; head < heads; head++) {
        const what = { head: { stream, layer, head } };
        const result = await tracer.ablate(text, what, { position: 2, maxTokens: answer.length - 1 });
        expect(result.method).toBe('silenced-head');
        expect(result.changes[0]!.change).toBeCloseTo(data[(layer * heads + head) * positions + 2]!, 4);
      }
    expect(Math.max(...data)).toBeGreaterThan(0.1);
  });

  it('takes the answer it is given, and refuses what is not there', async () => {
    const tracer = tracerOf();
    const target = answer.slice(1).join(' ');
    const [given] = (await tracer.ablate(text, { token: 1 }, { target, position: 3 })).changes;
    expect(given!.change).toBeCloseTo(floats(tensors['changes.token']!).data[3 * source.length + 1]!, 4);
    const refused = (what: Parameters<Tracer['ablate']>[1], position = 0) =>
      expect(tracer.ablate(text, what, { target, position })).rejects;
    await refused({ token: source.length }).toThrow(`expected 0 to ${source.length - 1}`);
    await refused({ token: 0 }, answer.length).toThrow(`expected 0 to ${answer.length - 1}`);
    await refused({ head: { stream: 'cross', layer: 2, head: 0 } }).toThrow('cross layer 1 with 4 heads');
    await refused({ head: { stream: 'self' as StreamKind, layer: 0, head: 0 } }).toThrow(
      'found self layer 0',
    );
  });
});

it('a decoder that does not look at the text cannot be taken apart so, and that is said', async () => {
  const decoder = readFileSync(
    new URL('../../../fixtures/models/exports/llama-step/model.onnx', import.meta.url),
  );
  const model = { encoder: fixture('bart/encoder_model.onnx'), decoder };
  const tracer = createTracer({ ort, model, tokenizer: numbers, config: { decoder_start_token_id: 2 } });
  await expect(tracer.ablate('3 4', { token: 1 }, { target: '5' })).rejects.toMatchObject({
    code: 'cannot-ablate',
    found: 'self layer 0, self layer 1, self layer 2',
  });
  await tracer.destroy();
});

it('a token hidden by its weights, where a model has no mask, is hidden as by a mask', async () => {
  const { model } = tapAttention(fixture('bart/decoder_model.onnx'), { interventions: true });
  const session = await ort.InferenceSession.create(model, { logSeverityLevel: 3 });
  const row = (values: number[]) =>
    new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);
  const run = async (mask: number[], keep: number[]) => {
    const feeds: Record<string, ort.Tensor> = {
      input_ids: row([2, 7, 9]),
      encoder_attention_mask: row(mask),
      encoder_hidden_states: new ort.Tensor(
        'float32',
        Float32Array.from({ length: 64 }, (_, i) => Math.sin(i)),
        [1, 4, 16],
      ),
    };
    for (const name of session.inputNames.filter((input) => input.startsWith('attentrace.gain')))
      feeds[name] = new ort.Tensor('float32', [1], [1, 1, 1]);
    feeds['attentrace.keep.cross'] = new ort.Tensor('float32', keep, [4]);
    feeds['attentrace.keep.decoder'] = new ort.Tensor('float32', [1, 1, 1], [3]);
    return (await session.run(feeds)).logits!.data as Float32Array;
  };
  const masked = await run([1, 0, 1, 1], [1, 1, 1, 1]);
  expect(largest(await run([1, 1, 1, 1], [1, 0, 1, 1]), masked)).toBeLessThan(1e-4);
  expect(largest(await run([1, 1, 1, 1], [1, 1, 1, 1]), masked)).toBeGreaterThan(1e-2);
  await session.release();
});

function largest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Math.max(...Array.from(b, (value, i) => Math.abs(a[i]! - value)));
}

/** onnxruntime, with a note of each run: which model, by its inputs, and how many tokens it was given. */
function counting(runs: { session: string; tokens: number }[]): TracerOptions['ort'] {
  const InferenceSession = {
    async create(model: Uint8Array, options?: Record<string, unknown>) {
      const session = await ort.InferenceSession.create(model, options);
      const run = session.run.bind(session) as (...rest: unknown[]) => Promise<unknown>;
      const isEncoder = session.inputNames.includes('attention_mask');
      return Object.assign(session, {
        run(feeds: Record<string, ort.Tensor>, ...rest: unknown[]) {
          runs.push({ session: isEncoder ? 'encoder' : 'decoder', tokens: feeds.input_ids!.dims[1]! });
          return run(feeds, ...rest);
        },
      });
    },
  };
  return { ...ort, InferenceSession } as unknown as TracerOptions['ort'];
}
