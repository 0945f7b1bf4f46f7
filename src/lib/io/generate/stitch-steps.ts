import type { StoredLayer } from '../../trace/array-shape.js';
import { checkWeights } from '../../trace/check-weights.js';
import { count, describe, listed } from '../../trace/describe.js';
import { errorsOf } from '../../trace/errors.js';
import { decoder, TraceError, type Segment, type WeightArray, type WeightType } from '../../trace/index.js';
import { newWeights } from '../../trace/weights.js';
import { parseStep, type StepLayer } from './parse-step.js';
import type { GenerateChoice, GeneratedStream, GeneratedTokens } from './types.js';

const wrong = errorsOf('steps');

interface StitchedLayer {
  dims: [heads: number, queries: number, keys: number];
  data: WeightArray;
}

/** A layer of a step, and what its shape is checked against. */
interface LayerOfStep {
  layer: StoredLayer;
  place: string;
  /** The tokens after this step, padding included, and how many of them were queries before it. */
  tokens: number;
  known: number;
  /** For cross attention: how many tokens the source has. */
  sources: number | undefined;
}

/** How much a row may differ when a step without a cache repeats it: the error of a softmax in bfloat16. */
const repeatTolerance = 2e-2;

/**
 * Joins the rows of all steps into one matrix for each layer and head. Its columns are the same tokens for self attention, the source's for
 * cross attention.
 *
 * @returns a stream as `createTrace` takes it, with all tokens but padding and the last; `queryPositions` if step 0 continues from a cache
 * @param prefix before `steps` and `tokens` in messages, for example `decoder.`
 * @throws TraceError `steps`, `token-count`, and all that `parseStep` and `checkWeights` throw
 */
export function stitchSteps(
  kind: 'self' | 'cross',
  stream: Partial<GeneratedStream>,
  given: GeneratedTokens,
  choice: GenerateChoice,
  prefix: string,
) {
  const place = `${prefix}steps`;
  const steps: unknown = stream.steps;
  if (!Array.isArray(steps) || steps.length === 0)
    throw new TraceError({
      code: 'missing-attention',
      place,
      found: describe(steps),
      expected: 'an array of steps',
      fix: 'Pass outputs.attentions; of an encoder-decoder outputs.decoder_attentions and outputs.cross_attentions.',
    });
  checkChoice(choice);
  const beams = beamInEachStep(steps.length, choice.beamIndices);
  const ofStep = (n: number) => parseStep(steps[n], beams ? beams[n] : choice.batch, `${place}[${n}]`);
  const first = ofStep(0);
  // Holes are found first, before anything is allocated for the steps.
  const missing = steps.findIndex((step) => step === undefined || step === null);
  if (missing > 0) ofStep(missing);
  const used = beams?.length ?? steps.length;
  const [, rows, sources] = first[0]!.dims;
  const generated = choice.beamIndices?.length ?? steps.length;
  const past = kind === 'self' ? cached(first[0]!, given, generated) : 0;
  const prompt = past + rows;
  const padding = checkPadding(choice.padding, prompt);
  // Positions in `tokens`, padding included.
  const firstRow = Math.max(past, padding);
  const positions = prompt + used - 1;
  const queries = positions - firstRow;
  const known = positions - padding;
  const keys = kind === 'self' ? known : sources;
  const all = prompt + generated;
  const ownTokens = () => tokensOf(given, all, padding, known, prefix);
  // Checked first, as each step takes memory for a row.
  if (Array.isArray(given.tokens) && given.tokens.length < used) ownTokens();
  const attention = first.map(({ type, dims: [heads] }): StitchedLayer => {
    return { dims: [heads, queries, keys], data: noWeights(type, heads * queries * keys, place) };
  });

  for (let n = 0; n < used; n++) {
    const layers = n === 0 ? first : ofStep(n);
    checkSameLayers(layers, first, `${place}[${n}]`);
    layers.forEach((layer, i) => {
      const { dims, type } = first[i]!;
      const at = `${place}[${n}][${layer.index}]`;
      if (layer.dims[0] !== dims[0]) throw unlike(at, count(layer.dims[0], 'head'), dims[0]);
      if (layer.type !== type) throw unlike(at, layer.type, type);
      const part: LayerOfStep = {
        layer,
        place: at,
        tokens: prompt + n,
        known: n === 0 ? past : prompt + n - 1,
        sources: kind === 'cross' ? sources : undefined,
      };
      checkAxes(part, choice.slidingWindow);
      copyRows(part, attention[i]!, padding, firstRow);
    });
  }

  const ends = prompt - padding;
  const segments = [
    { name: 'prompt', start: 0, end: ends },
    { name: 'answer', start: ends, end: known },
  ];
  return {
    attention,
    layers: layerNumbers(first, stream.layers),
    tokens: ownTokens(),
    segments: given.segments
      ? toTheEnd(given.segments, given.tokens, known)
      : segments.filter(({ start, end }) => start < end),
    queryPositions:
      firstRow > padding ? Array.from({ length: queries }, (_, i) => firstRow - padding + i) : undefined,
  };
}

/**
 * How many tokens were in the cache before step 0, as in a conversation that continues: the keys are then all tokens so far, and the
 * queries the last of them.
 */
function cached({ dims }: StepLayer, { tokens }: GeneratedTokens, generated: number): number {
  const [, rows, keys] = dims;
  return Array.isArray(tokens) && keys > rows && keys === tokens.length - generated ? keys - rows : 0;
}

/** Moves the ends of segments at the end of `tokens` to the last token in the trace. */
function toTheEnd(
  segments: readonly Segment[],
  tokens: readonly string[],
  known: number,
): readonly Segment[] {
  if (!Array.isArray(segments)) return segments;
  return segments.map((segment: Segment) =>
    segment?.end === tokens?.length && segment.start < known ? { ...segment, end: known } : segment,
  );
}

function noWeights(type: WeightType, length: number, place: string): WeightArray {
  try {
    return newWeights(type, length);
  } catch (cause) {
    throw wrong(place, `${length} weights a layer`, 'what memory holds', 'Pass fewer steps or heads.', cause);
  }
}

/** Checks that the same layers have attention in every step. */
function checkSameLayers(layers: readonly StepLayer[], first: readonly StepLayer[], place: string): void {
  if (layers.length !== first.length) throw unlike(place, count(layers.length, 'layer'), first.length);
  layers.forEach(({ index }, i) => {
    if (index !== first[i]!.index)
      throw unlike(place, `attention in layer ${index}`, `in layer ${first[i]!.index}`);
  });
}

/** The model's numbers of the layers with attention. Numbers may be given for these, or for all layers of a step. */
function layerNumbers(
  first: readonly StepLayer[],
  given: readonly number[] | undefined,
): readonly number[] | undefined {
  if (first.every(({ index }, i) => index === i)) return given;
  const isOfAll = Array.isArray(given) && given.length > first.length;
  return given && !isOfAll ? given : first.map(({ index }) => (given ? given[index]! : index));
}

function checkChoice({ batch, slidingWindow }: GenerateChoice): void {
  if (batch !== undefined && !(Number.isInteger(batch) && batch >= 0))
    throw wrong(
      'batch',
      describe(batch),
      'a whole number from 0',
      'It is the place among outputs.sequences.',
    );
  const isWindow = Number.isInteger(slidingWindow) && slidingWindow! > 0;
  if (slidingWindow !== undefined && slidingWindow !== null && !isWindow)
    throw wrong(
      'slidingWindow',
      describe(slidingWindow),
      'a whole number over 0',
      'It is model.config.sliding_window; leave it out where that is None.',
    );
}

/** The sequence's index on the batch axis in each of its steps; undefined without beam search. */
function beamInEachStep(steps: number, beamIndices: unknown): readonly number[] | undefined {
  if (beamIndices === undefined || beamIndices === null) return undefined;
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
    `a whole number from 0 to ${prompt - 1}, as ${count(prompt, 'token')} were known at step 0`,
    'Pass how many padding tokens stand before the prompt.',
  );
}

function checkAxes(
  { layer, place, tokens, known, sources }: LayerOfStep,
  slidingWindow: number | undefined,
): void {
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

/** Copies new rows, and compares repeated ones with what is known. */
function copyRows(
  { layer, place, tokens, known, sources }: LayerOfStep,
  out: StitchedLayer,
  padding: number,
  firstRow: number,
): void {
  const { data, type, offset, dims } = layer;
  const [heads, queries, keys] = dims;
  const [, outQueries, outKeys] = out.dims;
  const decode = decoder(type);
  const firstQuery = tokens - queries;
  // The place of the row's first key among the tokens kept, and which of its keys are kept.
  const shift = sources === undefined ? Math.max(0, tokens - keys) - padding : 0;
  const from = Math.max(0, -shift);
  const to = sources ?? Math.min(keys, tokens - padding - shift);
  for (let head = 0; head < heads; head++) {
    const at = `${place}[${head}]`;
    const start = offset + head * queries * keys;
    checkWeights({ data, type, offset: start, rows: queries, cols: keys, rules: { place: at } });
    for (let row = Math.max(0, firstRow - firstQuery); row < queries; row++) {
      const weights = data.subarray(start + row * keys, start + (row + 1) * keys);
      weights.forEach((stored, key) => {
        if (decode(stored) !== 0 && (key < from || key >= to))
          throw outside(`${at}[${row}][${key}]`, decode(stored), key < from);
      });
      const position = firstQuery + row;
      const target = (head * outQueries + position - firstRow) * outKeys + shift;
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
  known: number,
  prefix: string,
): readonly string[] {
  if (!Array.isArray(tokens)) return tokens;
  if (tokens.length === expected) return tokens.slice(padding, padding + known);
  throw new TraceError({
    code: 'token-count',
    place: prefix === '' ? 'tokens' : 'decoder.tokens',
    found: count(tokens.length, 'token'),
    expected: `${expected}: the queries of step 0 and one token a step; where a cache was filled before, all its tokens too`,
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
