import { createTrace } from '../../trace/create-trace.js';
import type { Segment, StreamInput, StreamName, Tensor, Trace, TraceInput } from '../../trace/types.js';
import { InferenceError } from '../errors.js';
import type { Tap } from '../taps/types.js';
import type { Results } from './runtime.js';

/** One side of a trace: what its tokens are. */
export interface Side {
  readonly tokens: readonly string[];
  readonly segments?: readonly Segment[];
}

/** What a run recorded of one stream, layer by layer. */
export function recordedStream(
  taps: readonly Tap[],
  results: Results,
  heads: readonly number[] | undefined,
): StreamInput {
  const layers = taps.map((tap) => tap.layer);
  const pick = (which: 'weights' | 'queries' | 'keys' | 'values'): Tensor[] | undefined => {
    const tensors = taps.map((tap) => results[tap[which] ?? '']);
    return tensors.every((tensor) => tensor !== undefined)
      ? tensors.map(({ dims, data }) => ({ dims, data: data as Tensor['data'] }))
      : undefined;
  };
  return {
    attention: pick('weights') ?? [],
    queries: pick('queries'),
    keys: pick('keys'),
    values: pick('values'),
    layers,
    heads,
  };
}

/** A trace of a model with one sequence. */
export function selfTrace(taps: readonly Tap[], results: Results, side: Side, about: About): Trace {
  const own = ofTheTokens(
    taps.filter((tap) => tap.stream === 'self'),
    results,
    side.tokens.length,
  );
  if (own.length === 0) throw noAttention(taps);
  return createTrace({ ...recordedStream(own, results, about.heads), ...side, ...texts(about) });
}

/** A file with two encoders, of text and of images, has two attentions a layer: the tokens given are of one of them. */
function ofTheTokens(taps: readonly Tap[], results: Results, tokens: number): readonly Tap[] {
  if (new Set(taps.map((tap) => tap.layer)).size === taps.length) return taps;
  const lengths = taps.map((tap) => results[tap.weights!]!.dims.at(-1)!);
  if (!lengths.includes(tokens)) throw otherTokens(new Set(lengths), tokens);
  return taps.filter((_, i) => lengths[i] === tokens);
}

/** A trace of an encoder and a decoder, each with its taps and results. */
export function encoderDecoderTrace(
  encoder: { taps: readonly Tap[]; results: Results; side: Side },
  decoder: { taps: readonly Tap[]; results: Results; side: Side },
  about: About,
): Trace {
  const of = (part: typeof encoder, ...streams: StreamName[]): StreamInput | undefined => {
    const taps = part.taps.filter((tap) => streams.includes(tap.stream));
    return taps.length > 0 ? recordedStream(taps, part.results, about.heads) : undefined;
  };
  const cross = of(decoder, 'cross');
  const input: TraceInput = {
    encoder: { ...of(encoder, 'self', 'encoder'), ...encoder.side },
    decoder: { ...of(decoder, 'decoder', 'self'), ...decoder.side },
    ...(cross ? { cross } : {}),
    ...texts(about),
  };
  return createTrace(input);
}

export interface About {
  readonly text?: string;
  readonly model?: string;
  readonly heads?: readonly number[];
}

function texts({ text, model }: About): { text?: string; model?: string } {
  return { ...(text === undefined ? {} : { text }), ...(model === undefined ? {} : { model }) };
}

function otherTokens(lengths: ReadonlySet<number>, tokens: number): InferenceError {
  return new InferenceError({
    code: 'no-attention',
    place: 'the model',
    found: `${tokens} tokens, and attention of ${[...lengths].join(' and ')}`,
    expected: 'tokens of one of the sequences the model reads',
    fix: 'Pass a token for each word, or for each patch of the image and one for what stands before them.',
  });
}

function noAttention(taps: readonly Tap[]): InferenceError {
  return new InferenceError({
    code: 'no-attention',
    place: 'the model',
    found:
      taps.length === 0
        ? 'no attention'
        : `attention of ${[...new Set(taps.map((tap) => tap.stream))].join(' and ')} only`,
    expected: 'attention of a sequence to itself',
    fix: 'For an encoder-decoder pass both files: model: { encoder, decoder }. See tracer.taps for what was found.',
  });
}
