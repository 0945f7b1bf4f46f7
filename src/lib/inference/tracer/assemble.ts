import { createTrace } from '../../trace/create-trace.js';
import type { Segment, StreamInput, StreamKind, Tensor, Trace } from '../../trace/types.js';
import { InferenceError, shorten } from '../errors.js';
import type { Tap } from '../taps/types.js';
import { holdAgainstModel } from './rebuild.js';
import { sublayerOf } from './recorded.js';
import type { Results } from './runtime.js';
import { numbered } from './tokenize.js';

/** One side of a trace: what its tokens are. */
export interface SequenceSide {
  readonly tokens: readonly string[];
  readonly segments?: readonly Segment[];
}

/** What a run recorded of one side. */
interface RecordedSide {
  readonly taps: readonly Tap[];
  readonly results: Results;
  readonly side: SequenceSide;
}

/** What a run recorded of one stream, layer by layer. */
function recordedStream(
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
    ...sublayerOf(taps, results),
    layers,
    heads,
  };
}

/**
 * A trace of one file's attention: of an encoder and a decoder where it holds both, else of one sequence to itself.
 *
 * @param side Without tokens, they are numbered.
 */
export async function singleTrace(
  taps: readonly Tap[],
  results: Results,
  side: Partial<SequenceSide>,
  about: AboutRun,
): Promise<Trace> {
  const encoder = taps.filter((tap) => tap.stream === 'encoder');
  const decoder = taps.filter((tap) => tap.stream !== 'encoder');
  if (encoder.length > 0 && decoder.some((tap) => tap.stream === 'decoder'))
    return encoderDecoderTrace(
      sideOf(encoder, results, side),
      // What a decoder reads beside is no text of the caller's: its own answer moved by one, a detector's queries.
      sideOf(decoder, results, {}),
      about,
    );
  const own = ofTheTokens(
    taps.filter((tap) => tap.stream === 'self'),
    results,
    side.tokens?.length,
  );
  if (own.length === 0) throw otherStreams(taps);
  const left = taps.filter((tap) => tap.stream === 'self' && !own.includes(tap));
  if (left.length > 0) about.notice?.(leftOut(left, results));
  const { tokens = numbered(shapeOf(own[0]!, results).keys), segments } = side;
  const trace = createTrace({
    ...recordedStream(own, results, about.heads),
    tokens,
    segments,
    text: about.text,
    model: about.model,
  });
  await holdAgainstModel(trace.stream(), own, results);
  return trace;
}

function sideOf(
  taps: readonly Tap[],
  results: Results,
  { tokens, segments }: Partial<SequenceSide>,
): RecordedSide {
  const whole = taps.filter((tap) => tap.stream !== 'cross');
  const own = ofTheTokens(whole, results, tokens?.length);
  const crossing = taps.filter((tap) => tap.stream === 'cross');
  return {
    taps: [...own, ...crossing],
    results,
    side: { tokens: tokens ?? numbered(shapeOf(own[0]!, results).keys), segments },
  };
}

/** The lengths of a tap's weights in a run. */
function shapeOf(tap: Tap, results: Results): { batch: number; queries: number; keys: number } {
  const [batch, , queries, keys] = results[tap.weights!]!.dims as [number, number, number, number];
  return { batch, queries, keys };
}

/**
 * The attentions of one sequence: a file may hold several, of text and of images, and a pyramid's layers have ever fewer tokens, in
 * windows or from all of them to a few. Those that are square matrices of the tokens given, or of as many as the first has, are it.
 */
function ofTheTokens(taps: readonly Tap[], results: Results, tokens: number | undefined): readonly Tap[] {
  if (taps.length === 0) return [];
  const square = taps.filter((tap) => {
    const { batch, queries, keys } = shapeOf(tap, results);
    return batch === 1 && queries === keys;
  });
  const count = tokens ?? (square[0] && shapeOf(square[0], results).keys);
  const fitting = square.filter((tap) => shapeOf(tap, results).keys === count);
  // Windows folded into the heads, whose number then falls from layer to layer.
  const heads = new Set(fitting.map((tap) => `${tap.tower} ${results[tap.weights!]!.dims[1]}`));
  if (heads.size > new Set(fitting.map((tap) => tap.tower)).size) throw unevenHeads(fitting, results);
  if (fitting.length === 0) {
    // All of one sequence and of one shape: what is wrong with it createTrace says better.
    const shapes = new Set(taps.map((tap) => JSON.stringify(shapeOf(tap, results))));
    if (
      square.length === taps.length &&
      shapes.size === 1 &&
      new Set(taps.map(({ tower }) => tower)).size === 1
    )
      return taps;
    throw otherTokens(taps, results, tokens);
  }
  // Where text and image have as many tokens, the text is meant.
  const text = fitting.find((tap) => tap.querySources.includes('input_ids')) ?? fitting[0]!;
  return fitting.filter((tap) => tap.tower === text.tower);
}

function describeShape(tap: Tap, results: Results): string {
  const { batch, queries, keys } = shapeOf(tap, results);
  const matrix = queries === keys ? `${keys} tokens` : `${queries} tokens that look at ${keys}`;
  return batch === 1 ? matrix : `${batch} windows of ${matrix}`;
}

function leftOut(taps: readonly Tap[], results: Results): string {
  const shapes = new Set(taps.map((tap) => describeShape(tap, results)));
  return `A trace has one sequence of tokens: left out are ${taps.length} attentions of ${shorten([...shapes].join(', '), 200)}. Pass as many tokens as those have to trace them.`;
}

/** A trace of an encoder and a decoder, each with its taps and results. */
export async function encoderDecoderTrace(
  encoder: RecordedSide,
  decoder: RecordedSide,
  about: AboutRun,
): Promise<Trace> {
  const from = ({ taps, results }: RecordedSide, ...streams: StreamKind[]) => ({
    taps: taps.filter((tap) => streams.includes(tap.stream)),
    results,
  });
  const parts = {
    encoder: from(encoder, 'self', 'encoder'),
    decoder: from(decoder, 'decoder', 'self'),
    cross: from(decoder, 'cross'),
  };
  const of = ({ taps, results }: typeof parts.cross): StreamInput | undefined =>
    taps.length > 0 ? recordedStream(taps, results, about.heads) : undefined;
  const trace = createTrace({
    encoder: { ...of(parts.encoder), ...encoder.side },
    decoder: { ...of(parts.decoder), ...decoder.side },
    cross: of(parts.cross),
    text: about.text,
    model: about.model,
  });
  for (const stream of trace.streams) {
    const { taps, results } = parts[stream.kind as keyof typeof parts];
    await holdAgainstModel(stream, taps, results);
  }
  return trace;
}

export interface AboutRun {
  /** Tells what a trace leaves out. */
  readonly notice?: (text: string) => void;
  readonly text?: string;
  readonly model?: string;
  readonly heads?: readonly number[];
}

function otherTokens(taps: readonly Tap[], results: Results, tokens: number | undefined): InferenceError {
  const shapes = new Set(taps.map((tap) => describeShape(tap, results)));
  return noAttention(
    `${tokens === undefined ? '' : `${tokens} tokens, and `}attention of ${[...shapes].join(' and ')}`,
    'a sequence that looks at itself, with a token for each of its rows',
    'Pass a token for each word, or for each patch of the image and one for what stands before them. Of windows, or of fewer keys than queries, make a trace of what tapAttention gives: createTrace({ attention: [oneWindow], tokens }).',
  );
}

function unevenHeads(taps: readonly Tap[], results: Results): InferenceError {
  const heads = new Set(taps.map((tap) => results[tap.weights!]!.dims[1]!));
  return noAttention(
    `layers of ${[...heads].join(' and ')} heads, among which may be windows of an image`,
    'as many heads in each layer',
    'Choose layers that have as many: createTracer({ layers }). Of windows make a trace of what tapAttention gives: createTrace({ attention: [oneWindow], tokens }).',
  );
}

function otherStreams(taps: readonly Tap[]): InferenceError {
  const streams = new Set(taps.map((tap) => tap.stream));
  return noAttention(
    streams.size === 0 ? 'no attention' : `attention of ${[...streams].join(' and ')} only`,
    'attention of a sequence to itself',
    streams.has('cross') || streams.has('decoder')
      ? 'Of an encoder-decoder in two files pass both: model: { encoder, decoder }.'
      : 'See tracer.taps for what was found.',
  );
}

function noAttention(found: string, expected: string, fix: string): InferenceError {
  return new InferenceError({ code: 'no-attention', place: 'the model', found, expected, fix });
}
