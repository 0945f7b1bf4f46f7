import { refusePromise } from './array-shape.js';
import { describe, isRecord } from './describe.js';
import { TraceError } from './errors.js';
import { toSide } from './side.js';
import { toStream } from './stream.js';
import { sublayerPartNames } from './sublayer.js';
import { heldStreams } from './trace-of.js';
import type {
  EncoderDecoderInput,
  SelfStreamInput,
  Stream,
  StreamInput,
  Trace,
  TraceInput,
} from './types.js';

/**
 * Makes a trace from attention in memory. Typed arrays are viewed, not copied, and keep their type; nothing is clipped,
 * reshaped or dropped, except a batch axis of 1.
 *
 * Attention is `[layer, head, query, key]`, row-major, weights in [0, 1] whose rows sum to at most 1 (± 0.02), as nested
 * arrays, one `{ dims, data }`, or one of either a layer. Up to 8 million weights are checked here; of the heads of a larger
 * trace the first row, and the rest when they are first read.
 *
 * @throws TraceError for every input that cannot be drawn truthfully; docs/errors.md lists them
 * @example
 * const trace = createTrace({
 *   tokens: ['The', 'cat', 'sat'],
 *   attention: [[[[1, 0, 0], [0.4, 0.6, 0], [0.1, 0.7, 0.2]]]],
 * });
 * trace.stream().matrix(0, 0).block({ row: 2, col: 0, rows: 1, cols: 3 });
 */
export function createTrace(input: TraceInput): Trace {
  try {
    return readTrace(input);
  } catch (cause) {
    if (cause instanceof TraceError) throw cause;
    // A getter or proxy of the caller's that throws, or an array too large for memory.
    throw new TraceError({
      code: 'unreadable',
      place: 'createTrace',
      found: `an error on reading the input (${cause instanceof Error ? cause.message : describe(cause)})`,
      expected: 'arrays in memory',
      fix: 'The cause of this error says where it comes from.',
      cause,
    });
  }
}

function readTrace(input: TraceInput): Trace {
  refusePromise(input, 'createTrace');
  if (!isRecord(input)) throw missingAttention(describe(input));
  const streams = isEncoderDecoder(input) ? encoderDecoderStreams(input) : [selfStream(input)];
  return heldStreams(streams, input);
}

function isEncoderDecoder(input: TraceInput): input is EncoderDecoderInput {
  const { encoder, decoder, cross } = input as EncoderDecoderInput;
  return Boolean(encoder ?? decoder ?? cross);
}

function selfStream(input: SelfStreamInput): Stream {
  const count = input.tokens === undefined ? keyCount(input.attention) : undefined;
  const side = toSide(input, '', count);
  return toStream('self', input, side, side, '');
}

/** More keys than this are not counted: attention that claims them is refused when it is read. */
const mostKeys = 2 ** 24;
const mostAxes = 6;

/** The length of attention's last axis; undefined if it cannot be told. */
function keyCount(attention: unknown, depth = 0): number | undefined {
  if (depth > mostAxes || typeof attention !== 'object' || attention === null) return undefined;
  const { dims } = attention as { dims?: ArrayLike<unknown> };
  if (Array.isArray(dims) || ArrayBuffer.isView(dims)) {
    const end: unknown = dims[dims.length - 1];
    const last = typeof end === 'number' || typeof end === 'bigint' ? Number(end) : NaN;
    return Number.isInteger(last) && last >= 0 && last <= mostKeys ? last : undefined;
  }
  if (ArrayBuffer.isView(attention)) return (attention as unknown as ArrayLike<number>).length;
  if (!Array.isArray(attention)) return undefined;
  const first: unknown = attention.find((part) => part != null);
  return typeof first === 'object' ? keyCount(first, depth + 1) : attention.length;
}

/** The parts of an input that only a stream with attention has. */
const streamParts = [
  'attention',
  'queries',
  'keys',
  'values',
  ...sublayerPartNames,
  'layers',
  'heads',
  'causal',
  'quantity',
  'queryPositions',
] as const;

/** The parts of an input that belong to a sequence of tokens. */
const sideParts = ['tokens', 'segments', 'present', 'specialTokens'] as const;

function encoderDecoderStreams(input: EncoderDecoderInput): Stream[] {
  const { encoder, decoder, cross } = input;
  for (const part of [...streamParts, ...sideParts] as const)
    if (part in input && (input as Partial<SelfStreamInput>)[part] !== undefined)
      throw new TraceError({
        code: 'two-forms',
        place: part,
        found: `${part} beside encoder, decoder or cross`,
        expected: 'one form or the other',
        fix: `Put ${part} inside the stream it belongs to.`,
      });
  const encoderSide = encoder?.tokens === undefined ? undefined : toSide(encoder, 'encoder.');
  const decoderSide = decoder?.tokens === undefined ? undefined : toSide(decoder, 'decoder.');
  const queries = () => decoderSide ?? toSide({}, 'decoder.');
  const keys = () => encoderSide ?? toSide({}, 'encoder.');
  const streams: Stream[] = [];
  if (isStream(encoder)) streams.push(toStream('encoder', encoder, keys(), keys(), 'encoder.'));
  if (isStream(decoder)) streams.push(toStream('decoder', decoder, queries(), queries(), 'decoder.'));
  if (isStream(cross)) streams.push(toStream('cross', cross, queries(), keys(), 'cross.'));
  if (streams.length === 0) throw missingAttention('no attention in encoder, decoder or cross');
  return streams;
}

function isStream(part: Partial<StreamInput> | undefined): part is Partial<StreamInput> {
  return streamParts.some((name) => part?.[name] !== undefined);
}

function missingAttention(found: string): TraceError {
  return new TraceError({
    code: 'missing-attention',
    place: 'createTrace',
    found,
    expected: '{ tokens, attention } or { encoder, decoder, cross }',
    fix: 'Pass the attention the model returned, and its tokens.',
  });
}
