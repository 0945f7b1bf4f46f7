import type { StoredLayer } from '../../trace/array-shape.js';
import { checkWeights } from '../../trace/check-weights.js';
import { count, describe, listed } from '../../trace/describe.js';
import { decoder, TraceError, type Segment, type WeightArray } from '../../trace/index.js';
import type { GenerateChoice, GeneratedTokens } from './generate-steps.js';
import { parseStep } from './parse-step.js';

/** One stream as `createTrace` takes it, of all tokens but padding and the last. */
export interface Stitched {
  attention: StitchedLayer[];
  tokens: readonly string[];
  segments: readonly Segment[];
}

interface StitchedLayer {
  dims: [heads: number, queries: number, keys: number];
  data: WeightArray;
}

/** A layer of a step, and what it must agree with. */
interface Part {
  layer: StoredLayer;
  place: string;
  /** The tokens after this step, padding included, and how many of them were queries before it. */
  tokens: number;
  known: number;
  /** Of cross attention: how many tokens the source has. */
  sources: number | undefined;
}

/** How much a row may differ when a step without a cache gives it again: softmax in bfloat16. */
const repeatTolerance = 2e-2;

/**
 * The rows of all steps, as one matrix a layer and head: of self attention over the same tokens, of cross attention over those
 * of the source.
 *
 * @param prefix before `steps` and `tokens` in messages, for example `decoder.`
 * @throws TraceError `steps`, `token-count`, and all that `parseStep` and `checkWeights` throw
 */
export function stitchSteps(
  kind: 'self' | 'cross',
  steps: unknown,
  given: GeneratedTokens,
  choice: GenerateChoice,
  prefix: string,
): Stitched {
  const place = `${prefix}steps`;
  if (!Array.isArray(steps) || steps.length === 0)
    throw new TraceError({
      code: 'missing-attention',
      place,
      found: describe(steps),
      expected: 'an array of steps',
      fix: 'Pass outputs.attentions; of an encoder-decoder outputs.decoder_attentions and outputs.cross_attentions.',
    });
  const sequences = sequenceInEachStep(steps.length, choice);
  const first = parseStep(steps[0], sequences[0], `${place}[0]`);
  const [heads, prompt, sources] = first[0]!.dims;
  const padding = checkPadding(choice.padding, prompt);
  const queries = prompt + sequences.length - 1 - padding;
  const keys = kind === 'self' ? queries : sources;
  const attention = first.map(({ data }): StitchedLayer => {
    const Weights = data.constructor as new (length: number) => WeightArray;
    return { dims: [heads, queries, keys], data: new Weights(heads * queries * keys) };
  });

  sequences.forEach((sequence, n) => {
    const layers = n === 0 ? first : parseStep(steps[n], sequence, `${place}[${n}]`);
    if (layers.length !== first.length)
      throw unlike(`${place}[${n}]`, count(layers.length, 'layer'), first.length);
    layers.forEach((layer, i) => {
      const at = `${place}[${n}][${i}]`;
      if (layer.dims[0] !== heads) throw unlike(at, count(layer.dims[0], 'head'), heads);
      if (layer.type !== first[0]!.type) throw unlike(at, layer.type, first[0]!.type);
      const part: Part = {
        layer,
        place: at,
        tokens: prompt + n,
        known: n === 0 ? 0 : prompt + n - 1,
        sources: kind === 'cross' ? sources : undefined,
      };
      checkAxes(part, choice.slidingWindow);
      copyRows(part, attention[i]!, padding);
    });
  });

  const ends = prompt - padding;
  const segments = [
    { name: 'prompt', start: 0, end: ends },
    { name: 'answer', start: ends, end: queries },
  ];
  return {
    attention,
    tokens: tokensOf(given, prompt + (choice.beamIndices ?? sequences).length, padding, queries, prefix),
    segments: given.segments ?? segments.filter(({ start, end }) => start < end),
  };
}

/** The sequence's index on the batch axis, in each step that it has a part in. */
function sequenceInEachStep(steps: number, { batch, beamIndices }: GenerateChoice): (number | undefined)[] {
  if (batch !== undefined && !(Number.isInteger(batch) && batch >= 0))
    throw wrong(
      'batch',
      describe(batch),
      'a whole number from 0',
      'It is the place among outputs.sequences.',
    );
  if (beamIndices === undefined) return Array.from({ length: steps }, () => batch);
  const sound = Array.isArray(beamIndices) && beamIndices.every((n) => Number.isInteger(n) && n >= -1);
  const ended = sound ? beamIndices.indexOf(-1) : 0;
  const beams = sound ? beamIndices.slice(0, ended < 0 ? undefined : ended) : [];
  const rest = sound ? beamIndices.slice(beams.length) : [];
  if (beams.length > 0 && beams.length <= steps && rest.every((n) => n === -1)) return beams;
  throw wrong(
    'beamIndices',
    listed(beamIndices),
    `at most ${count(steps, 'whole number')}, one a step until the sequence ends, then −1`,
    'Pass those of one sequence: outputs.beam_indices[0].tolist().',
  );
}

function checkPadding(padding = 0, prompt: number): number {
  if (Number.isInteger(padding) && padding >= 0 && padding < prompt) return padding;
  throw wrong(
    'padding',
    describe(padding),
    `a whole number from 0 to ${prompt - 1}, as the first step has ${prompt} queries`,
    'Pass how many padding tokens stand before the prompt.',
  );
}

function checkAxes({ layer, place, tokens, known, sources }: Part, slidingWindow: number | undefined): void {
  const [, queries, keys] = layer.dims;
  if (queries !== tokens - known && queries !== tokens)
    throw wrong(
      place,
      `${queries} queries`,
      `${tokens - known}, or ${tokens} without a cache`,
      'Each step after the first adds one token: pass every step, in order.',
    );
  if (sources === undefined ? keys < tokens && keys !== slidingWindow : keys !== sources)
    throw wrong(
      place,
      count(keys, 'key'),
      sources === undefined ? `${tokens}, the tokens so far` : `${sources}, as in step 0`,
      sources === undefined
        ? 'Pass every step, in order; where the cache keeps only the last keys, slidingWindow: model.config.sliding_window.'
        : 'All steps look at the same source.',
    );
}

/** Copies the rows that are new, and compares those that are not. */
function copyRows({ layer, place, tokens, known, sources }: Part, out: StitchedLayer, padding: number): void {
  const { data, type, offset, dims } = layer;
  const [heads, queries, keys] = dims;
  const [, outQueries, outKeys] = out.dims;
  const decode = decoder(type);
  const firstQuery = tokens - queries;
  // Where the row's first key is among the tokens that are kept, and which of its keys these are.
  const shift = sources === undefined ? Math.max(0, tokens - keys) - padding : 0;
  const from = Math.max(0, -shift);
  const to = sources ?? Math.min(keys, tokens - padding - shift);
  for (let head = 0; head < heads; head++) {
    const at = `${place}[${head}]`;
    const start = offset + head * queries * keys;
    checkWeights({ data, type, offset: start, rows: queries, cols: keys, rules: { place: at } });
    for (let row = Math.max(0, padding - firstQuery); row < queries; row++) {
      const weights = data.subarray(start + row * keys, start + (row + 1) * keys);
      weights.forEach((stored, key) => {
        if (decode(stored) !== 0 && (key < from || key >= to))
          throw outside(`${at}[${row}][${key}]`, decode(stored), key < from);
      });
      const position = firstQuery + row;
      const target = (head * outQueries + position - padding) * outKeys + shift;
      if (position >= known) out.data.set(weights.subarray(from, to), target + from);
      else
        for (let key = from; key < to; key++) {
          const before = decode(out.data[target + key]!);
          if (Math.abs(decode(weights[key]!) - before) > repeatTolerance)
            throw changed(`${at}[${row}][${key}]`, decode(weights[key]!), before);
        }
    }
  }
}

/** Raw tokens without padding and the last; what is no array is left for `createTrace` to refuse. */
function tokensOf(
  { tokens }: GeneratedTokens,
  expected: number,
  padding: number,
  queries: number,
  prefix: string,
): readonly string[] {
  if (!Array.isArray(tokens)) return tokens;
  if (tokens.length === expected) return tokens.slice(padding, padding + queries);
  throw new TraceError({
    code: 'token-count',
    place: prefix === '' ? 'tokens' : 'decoder.tokens',
    found: count(tokens.length, 'token'),
    expected: `${expected}: the queries of step 0 and one token a step`,
    fix: 'Pass all of outputs.sequences[i]: padding and special tokens, prompt, answer and the last token.',
  });
}

function outside(place: string, weight: number, isPadding: boolean): TraceError {
  return wrong(
    place,
    `a weight of ${+weight.toPrecision(4)}`,
    isPadding ? '0, as this key is padding' : '0, as this position comes after the tokens so far',
    isPadding
      ? 'Check padding: it counts the tokens before the first that has attention_mask 1.'
      : 'Pass every step, in order; of a conversation with a cache from before pass all turns.',
  );
}

function changed(place: string, now: number, before: number): TraceError {
  return wrong(
    place,
    String(+now.toPrecision(4)),
    `${+before.toPrecision(4)}, as in the step before`,
    'Steps without a cache repeat the rows before: pass those of one sequence, after beam search with beamIndices.',
  );
}

function unlike(place: string, found: string, expected: string | number): TraceError {
  return wrong(
    place,
    found,
    `${expected}, as in step 0`,
    'Pass the same layers and heads of every step, in one type.',
  );
}

function wrong(place: string, found: string, expected: string, fix: string): TraceError {
  return new TraceError({ code: 'steps', place, found, expected, fix });
}
