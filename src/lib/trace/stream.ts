import { count, describe, either, listed } from './describe.js';
import { TraceError } from './errors.js';
import { HeldAttention } from './held-attention.js';
import { parseQuantity } from './parse-quantity.js';
import { checkSameDim, parseVectors, sharedHeads } from './vectors.js';
import type { AttentionSource, Segment, Stream, StreamInput, StreamName, Token } from './types.js';

/** The tokens and segments on one side of a stream, and what to call them in messages. */
export interface Side {
  tokens: readonly Token[];
  segments: readonly Segment[];
  place: string;
}

/**
 * Builds one stream of a trace.
 *
 * @param place how the input is called in messages: `` for a self stream, `encoder.` and so on for others
 * @throws TraceError for every input that cannot be drawn truthfully
 */
export function toStream(
  name: StreamName,
  input: Partial<StreamInput>,
  queries: Side,
  keys: Side,
  place: string,
): Stream {
  const { attention } = input;
  const source = isSource(attention) ? attention : undefined;
  const quantity = parseQuantity(input.quantity ?? source?.quantity, `${place}quantity`);
  const read: AttentionSource =
    source ?? new HeldAttention(input, `${place}attention`, name === 'self' || name === 'decoder', quantity);
  const [layerCount, headCount, rows, cols] = read.dims;
  const square = name === 'cross' || rows === cols;
  checkTokenCount(queries, rows, 'queries', `${place}attention`, square);
  checkTokenCount(keys, cols, 'keys', `${place}attention`, square);
  const layers = modelNumbers(input.layers, layerCount, `${place}layers`, 'layer-numbers');
  const heads = modelNumbers(input.heads, headCount, `${place}heads`, 'head-numbers');
  if (read instanceof HeldAttention) read.check();

  function indexOf(numbers: readonly number[], number: number, what: 'layer' | 'head'): number {
    const index = numbers.indexOf(number);
    if (index >= 0) return index;
    throw new TraceError({
      code: what === 'layer' ? 'unknown-layer' : 'unknown-head',
      place: what,
      found: describe(number),
      expected: summary(numbers),
      fix: `The ${name} stream holds no other; layers and heads go by the model's numbers, from 0.`,
    });
  }

  const vectors = (kind: 'queries' | 'keys' | 'values', tokens: number, heads: readonly number[]) =>
    parseVectors(input[kind] ?? (kind === 'values' ? undefined : read[kind]), `${place}${kind}`, {
      layers: layerCount,
      heads,
      tokens,
    });
  const recorded = {
    queries: vectors('queries', rows, [headCount]),
    keys: vectors('keys', cols, sharedHeads(heads)),
    values: vectors('values', cols, sharedHeads(heads)),
  };
  checkSameDim(recorded.queries, recorded.keys, place);

  return {
    name,
    quantity,
    layers,
    heads,
    queryTokens: queries.tokens,
    keyTokens: keys.tokens,
    querySegments: queries.segments,
    keySegments: keys.segments,
    get causal() {
      return input.causal ?? read.causal ?? false;
    },
    matrix: (layer, head) => read.matrix(indexOf(layers, layer, 'layer'), indexOf(heads, head, 'head')),
    ...recorded,
  };
}

function isSource(attention: StreamInput['attention'] | undefined): attention is AttentionSource {
  return typeof (attention as AttentionSource | null | undefined)?.matrix === 'function';
}

function checkTokenCount(
  side: Side,
  expected: number,
  axis: 'queries' | 'keys',
  attention: string,
  square: boolean,
): void {
  const missing = expected - side.tokens.length;
  if (missing === 0) return;
  const special = count(Math.abs(missing), 'special token');
  throw new TraceError({
    code: 'token-count',
    place: side.place,
    found: count(side.tokens.length, 'token'),
    expected: `${expected}, the number of ${axis} in ${attention}`,
    fix: !square
      ? 'Within one sequence queries and keys are the same tokens; a step of generate() with a cache holds its last query only.'
      : Math.abs(missing) > 2
        ? 'Pass one token for each position, special tokens and padding included, from the same forward pass.'
        : `Pass the tokens as the model saw them: ${special} such as [CLS] or <s> may be ${missing > 0 ? 'missing' : 'too many'}.`,
  });
}

function modelNumbers(
  given: readonly number[] | undefined,
  held: number,
  place: string,
  code: 'layer-numbers' | 'head-numbers',
): readonly number[] {
  if (given === undefined) return Array.from({ length: held }, (_, i) => i);
  const sound =
    Array.isArray(given) &&
    given.length === held &&
    Array.from(given).every((n, i) => Number.isInteger(n) && n >= 0 && (i === 0 || n > given[i - 1]!));
  if (!sound)
    throw new TraceError({
      code,
      place,
      found: listed(given),
      expected: `${count(held, 'whole number')}, ascending, one for each that attention holds`,
      fix: 'Give the numbers the model has for them, from 0.',
    });
  return [...given];
}

/** `4`, `4 or 7`, or `0–11` for a run. */
function summary(numbers: readonly number[]): string {
  const last = numbers.at(-1)!;
  return numbers.length > 2 && last - numbers[0]! === numbers.length - 1
    ? `one of ${numbers[0]}–${last}`
    : either(numbers);
}
