import { InferenceError } from '../errors.js';
import type { Tap, TapOptions } from '../taps/types.js';
import { ablate, type Subject } from './ablate.js';
import { traceEncoderDecoder, type EncoderDecoder } from './encoder-decoder.js';
import type { HubModel, ModelSource } from './load-model.js';
import { loadPart, type Part } from './session.js';
import { generateSingle, traceSingle, type Single, type Traced } from './single.js';
import { encoderDecoderSubject } from './subject-encoder-decoder.js';
import { singleSubject } from './subject-single.js';
import { checkTokenizer, findOffsets } from './tokenize.js';
import type { TextTrace, Tracer, TracerOptions } from './types.js';

/**
 * Text in, trace out: downloads a model as it is published, taps its attention, and runs it with the onnxruntime passed.
 * Loading begins at once; `ready` tells its end, and every method waits for it. Runs wait for each other.
 *
 * @throws InferenceError from its methods and `ready`, for whatever the network, the model or the runtime refuses
 * @example
 * import { Tokenizer } from '@huggingface/tokenizers';
 * const ort = await import('onnxruntime-web/wasm');
 * const tracer = createTracer({ ort, model: { repo: 'Xenova/all-MiniLM-L6-v2' }, tokenizer: new Tokenizer(json, config) });
 * const trace = await tracer.trace('The cat sat on the mat.');
 * await tracer.destroy();
 */
export function createTracer(options: TracerOptions): Tracer {
  if (!options?.ort?.InferenceSession) throw missingParts('no onnxruntime');
  const { ort, model, tokenizer, config = {}, layers, vectors, quantise, record } = options;
  for (const source of isPair(model) ? [model.encoder, model.decoder] : [model])
    if (!isSource(source)) throw missingParts('no model');
  checkTokenizer(tokenizer);
  // A trace has its heads in the model's order.
  const heads = options.heads && [...new Set(options.heads)].sort((a, b) => a - b);
  const taps: TapOptions = { layers, heads, vectors, quantise, record };
  const notices: string[] = [];
  const found: Tap[] = [];
  const notice = (text: string): void => {
    if (!notices.includes(text)) notices.push(text);
  };
  const about = { heads, model: nameOf(model), notice };
  const ends = new Set([config.eos_token_id ?? []].flat());
  let destroyed = false;

  // Loading ends with the caller's signal, or with the tracer.
  const gone = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, gone.signal]) : gone.signal;
  const held: Part[] = [];
  const hold = async (source: ModelSource, what: TapOptions): Promise<Part> => {
    held.push(await loadPart(source, what, { ...options, signal }, notices));
    return held.at(-1)!;
  };

  const load = async (): Promise<Single | EncoderDecoder> => {
    if (!isPair(model)) {
      const part = await hold(model, taps);
      found.push(...part.tapped.taps);
      const streams = new Set(part.recorded.map((tap) => tap.stream));
      if (streams.has('encoder') && streams.has('decoder'))
        notice(
          "Encoder and decoder are in one file: the decoder's tokens are not known by name, and are numbered.",
        );
      else if (streams.delete('self') && streams.size > 0)
        notice(`A trace of one sequence leaves out attention of the kind ${[...streams].join(', ')}.`);
      return { part, tokenizer, ends, about };
    }
    const encoder = await hold(model.encoder, taps);
    const decoder = await hold(model.decoder, taps);
    const start = config.decoder_start_token_id ?? [config.bos_token_id ?? []].flat().slice(0, 1);
    found.push(
      ...encoder.tapped.taps.map((tap) => ({ ...tap, stream: 'encoder' as const })),
      ...decoder.tapped.taps,
    );
    const { decoderWithPast: stepSource } = model;
    // It only writes: the weights come from the decoder.
    const decoderWithPast = stepSource === undefined ? undefined : await hold(stepSource, { layers: [] });
    return { encoder, decoder, decoderWithPast, tokenizer, start: [start].flat(), ends, about };
  };
  const loading = load().then((loaded) => {
    options.onProgress?.({ stage: 'ready' });
    return loaded;
  });
  // What was loaded before a later file failed would be held for good.
  loading.catch(() => Promise.allSettled(held.splice(0).map((part) => part.release())));
  const ready = loading.then(() => undefined);
  // Whoever awaits a method or `ready` is told; nobody awaiting is no unhandled rejection.
  ready.catch(() => undefined);

  // A model that can be changed inside is another file: made when first asked for.
  const changeable = new Map<ModelSource, Promise<Part>>();
  const changeablePart = (source: ModelSource): Promise<Part> => {
    const part =
      changeable.get(source) ??
      loadPart(
        source,
        { interventions: true },
        { ...options, signal: gone.signal, onProgress: undefined, layerByLayer: false },
        [],
      );
    changeable.set(source, part);
    // What failed may go well the next time.
    part.catch(() => changeable.delete(source));
    return part;
  };

  let queue: Promise<unknown> = Promise.resolve();
  const enqueue = <T>(work: (loaded: Single | EncoderDecoder) => Promise<T>): Promise<T> => {
    if (destroyed) return Promise.reject(destroyedError());
    const result = queue.then(async () => work(await loading));
    queue = result.catch(() => undefined);
    return result;
  };

  return {
    ready,
    taps: found,
    notices,
    trace: (input, traceOptions) =>
      enqueue(async (loaded) => {
        return withText(
          'part' in loaded
            ? await traceSingle(loaded, input, traceOptions ?? {})
            : await traceEncoderDecoder(loaded, input, traceOptions ?? {}),
        );
      }),
    generate: (input, generateOptions) =>
      enqueue(async (loaded) => {
        const traced =
          'part' in loaded
            ? await generateSingle(loaded, input, generateOptions ?? {})
            : await traceEncoderDecoder(loaded, input, generateOptions ?? {});
        return { ...withText(traced), generated: traced.generated };
      }),
    ablate: (text, what, givenOptions) =>
      enqueue(async (loaded) => {
        const ablateOptions = givenOptions ?? {};
        const subject = async (): Promise<Subject> => {
          if ('part' in loaded || !isPair(model)) {
            const part = await changeablePart(model as ModelSource);
            return singleSubject({ ort, part, tokenizer }, text, ablateOptions);
          }
          const encoder = await changeablePart(model.encoder);
          const decoder = await changeablePart(model.decoder);
          return encoderDecoderSubject(loaded, { ort, encoder, decoder }, text, ablateOptions);
        };
        return ablate(await subject(), what, ablateOptions);
      }),
    async destroy() {
      if (destroyed) return;
      destroyed = true;
      gone.abort(destroyedError());
      await queue;
      await loading.catch(() => undefined);
      const changed = await Promise.allSettled(changeable.values());
      held.push(...changed.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])));
      await Promise.all(held.splice(0).map((part) => part.release()));
    },
  };
}

function withText({ trace, ids, failure }: Traced): TextTrace {
  const { text } = trace;
  const tokens = trace.streams[0]!.keyTokens.map((token) => token.raw);
  const offsets = text === undefined ? tokens.map(() => null) : findOffsets(text, tokens);
  return { ...trace, ids, offsets, failure };
}

function isPair(
  model: TracerOptions['model'],
): model is Extract<TracerOptions['model'], { decoder: ModelSource }> {
  return model !== null && typeof model === 'object' && 'encoder' in model && 'decoder' in model;
}

function isSource(source: unknown): boolean {
  if (typeof source === 'string') return source !== '';
  const kinds = [Uint8Array, ArrayBuffer, Blob, URL];
  return (
    kinds.some((kind) => source instanceof kind) || typeof (source as HubModel | null)?.repo === 'string'
  );
}

function nameOf(model: TracerOptions['model']): string | undefined {
  if (isPair(model)) return nameOf(model.encoder);
  if (typeof model === 'string') return model;
  if (model instanceof URL) return model.href;
  return 'repo' in model ? model.repo : undefined;
}

function missingParts(found: string): InferenceError {
  return new InferenceError({
    code: 'missing-model',
    place: 'createTracer',
    found,
    expected: '{ ort, model, tokenizer }',
    fix: "const ort = await import('onnxruntime-web/wasm'); as model pass bytes, a file, an address, { repo } or { encoder, decoder }.",
  });
}

function destroyedError(): InferenceError {
  return new InferenceError({
    code: 'destroyed',
    place: 'tracer',
    found: 'a tracer that has been destroyed',
    expected: 'a living one',
    fix: 'Make a new one with createTracer.',
  });
}
