import { InferenceError } from '../errors.js';
import { encoderDecoderTrace } from './assemble.js';
import { isCache } from './feeds.js';
import { maskOf } from './interventions.js';
import type { OnnxTensor, Results } from './runtime.js';
import type { Part } from './session.js';
import { cachesFrom, endsWriting, writeOn, type Single, type Traced } from './single.js';
import { decodeIds, encodeText, numbered, piecesOf, readInput, textOf, type TokenInput } from './tokenize.js';
import type { GenerateOptions, TraceOptions } from './types.js';

/** Models of an encoder that reads and a decoder that writes. */
export interface EncoderDecoder extends Omit<Single, 'part'> {
  readonly encoder: Part;
  readonly decoder: Part;
  /** The decoder that reads one token beside a cache, where that is a file of its own. */
  readonly decoderWithPast: Part | undefined;
  /** What its answer begins with; empty where that is not known. */
  readonly start: readonly number[];
}

/** Runs the encoder, and the decoder over its whole answer, so that every row of every stream comes from one pass. */
export async function traceEncoderDecoder(
  model: EncoderDecoder,
  input: string | TokenInput,
  options: TraceOptions & GenerateOptions,
): Promise<Traced & { generated: string }> {
  const { encoder, decoder, tokenizer, about } = model;
  const source = readInput(tokenizer, input, options.pair);
  const encoded = await encoder.run(
    { ids: source.ids, typeIds: source.typeIds, given: source.feeds },
    { signal: options.signal },
  );
  const hidden = hiddenStates(encoded);
  const { tokens = numbered(hidden.dims[1]!), segments } = source;
  let { ids, failure } = await writeAnswer(model, hidden, options);
  const read = (): Promise<Results> => decoder.run({ ids, ...seenFrom(hidden) }, { signal: options.signal });
  const results = await read().catch((error: unknown) => {
    const written = options.target === undefined && ids.length > model.start.length;
    if (!written || failure || !endsWriting(error)) throw error;
    // What was written last has not been read before.
    ids = ids.slice(0, -1);
    failure = error;
    return read();
  });
  const trace = await encoderDecoderTrace(
    { taps: encoder.recorded, results: encoded, side: { tokens, segments } },
    { taps: decoder.recorded, results, side: { tokens: piecesOf(tokenizer, ids) } },
    { ...about, text: textOf(input, options.pair) },
  );
  const generated = decodeIds(tokenizer, ids.slice(model.start.length));
  return { trace, ids: source.ids, generated, failure };
}

/** What a decoder looks at. */
export function hiddenStates(encoded: Results): OnnxTensor {
  return encoded.last_hidden_state ?? Object.values(encoded)[0]!;
}

/** The target's ids, the start token first; without a target what the model writes, a token at a time. */
export async function writeAnswer(
  model: EncoderDecoder,
  hidden: OnnxTensor,
  options: Pick<TraceOptions, 'target' | 'maxTokens' | 'signal'> & GenerateOptions,
): Promise<{ ids: readonly number[]; failure?: InferenceError }> {
  const { decoder, decoderWithPast, tokenizer, start } = model;
  if (options.target !== undefined) return { ids: begin(model, encodeText(tokenizer, options.target).ids) };
  if (start.length === 0) throw noStart();
  const step = decoderWithPast ?? decoder;
  const caches = step.tapped.inputs.map(({ name }) => name).filter(isCache);
  const ids = [...start];
  let cache: Results = {};
  const seen = seenFrom(hidden);
  const { signal } = options;
  const read = async (begun: boolean): Promise<Results> => {
    const [part, input] =
      begun && caches.length > 0
        ? [
            step,
            { ids: ids.slice(-1), past: ids.length - 1, given: { ...seen.given, ...cache }, useCache: true },
          ]
        : [decoder, { ids }];
    const results = await part.run({ ...seen, ...input }, { only: forWriting(part, caches), signal });
    cache = cachesFrom(caches, results, cache);
    return results;
  };
  const failure = await writeOn(ids, read, model, options);
  return { ids, failure };
}

function seenFrom(hidden: OnnxTensor): {
  given: { encoder_hidden_states: OnnxTensor };
  sourceMask: readonly number[];
} {
  return { given: { encoder_hidden_states: hidden }, sourceMask: maskOf(hidden.dims[1] ?? 0) };
}

/** The outputs that writing needs; weights come from one pass at the end. */
function forWriting({ tapped }: Part, caches: readonly string[]): readonly string[] {
  const presents = tapped.outputs.map(({ name }) => name).filter((name) => name.startsWith('present'));
  return ['logits', ...(caches.length > 0 ? presents : [])];
}

/** A given answer begins with the tokens that decoders begin with. */
function begin({ start }: EncoderDecoder, ids: readonly number[]): readonly number[] {
  return start.every((id, i) => ids[i] === id) ? ids : [...start, ...ids];
}

function noStart(): InferenceError {
  return new InferenceError({
    code: 'option',
    place: 'createTracer config',
    found: 'no decoder_start_token_id',
    expected: "the model's generation_config.json",
    fix: 'Pass config: { decoder_start_token_id, eos_token_id }, or the answer as trace(text, { target }).',
  });
}
