import type { StreamKind } from '../../trace/types.js';
import type { InferenceError } from '../errors.js';
import type { Tap } from '../taps/types.js';
import { cannotAblate, type Silencing } from './ablate.js';
import {
  makeTensor,
  numbersOf,
  type Feeds,
  type OnnxRuntime,
  type OnnxTensor,
  type Results,
} from './runtime.js';
import type { Part } from './session.js';

/** Interventions that change nothing: 1 for all heads and all keys, however many there are. */
export function neutral(ort: OnnxRuntime, part: Part): Feeds {
  const feeds: Feeds = {};
  for (const { gain, keep } of part.recorded) {
    if (gain) feeds[gain] = factors(ort, [1], [1, 1, 1]);
    if (keep) feeds[keep] = factors(ort, [1], [1]);
  }
  return feeds;
}

function factors(ort: OnnxRuntime, mask: readonly number[], dims: readonly number[]): OnnxTensor {
  return makeTensor(ort, 'float32', Float32Array.from(mask), dims);
}

/**
 * The attentions whose heads can be silenced; how many heads they have is read from weights, as graphs do not always say. Where the
 * weights themselves are multiplied, those on one key times 0 are the value of that key set to 0.
 *
 * @param position the query looked at, where it is one of theirs
 */
export function silencing(
  ort: OnnxRuntime,
  taps: readonly Tap[],
  results: Results,
  run: (feeds: Feeds) => Promise<ArrayLike<number>>,
  position?: number,
): Silencing[] {
  return taps.flatMap((tap) => {
    const { gain, keep, layer, stream } = tap;
    if (!gain) return [];
    const { dims } = results[tap.weights!]!;
    const [heads, keys] = [dims[1]!, dims.at(-1)!];
    return {
      ...{ stream, layer, heads, keys },
      attention: position === undefined ? undefined : meanRow([tap], results, position),
      // One head's weights, or their product with the values, times 0.
      silence: (head) => run({ [gain]: factors(ort, maskOf(heads, [head]), [heads, 1, 1]) }),
      zeroValue:
        keep === undefined
          ? undefined
          : (key) => run({ [gain]: factors(ort, maskOf(keys, [key]), [1, 1, keys]) }),
    };
  });
}

/** How a part can hide tokens: by a mask it has as an input, or by weights given to the other keys in every layer. */
export interface Hiding {
  readonly byMask: boolean;
  /** What to feed beside the mask. */
  feeds(hidden: readonly number[]): Feeds;
}

/**
 * @param stream The attentions that look at the tokens.
 * @throws InferenceError `cannot-ablate`
 */
export function hidingIn(
  ort: OnnxRuntime,
  part: Part,
  { mask, stream, tokens }: { mask: string; stream: StreamKind; tokens: number },
): Hiding {
  const taps = part.recorded.filter((tap) => tap.stream === stream);
  if (part.tapped.inputs.some((input) => input.name === mask)) {
    if (taps.some((tap) => tap.operator === 'com.microsoft.GroupQueryAttention'))
      throw onlyCounts('a mask read by GroupQueryAttention');
    return { byMask: true, feeds: () => ({}) };
  }
  const keep = taps[0]?.keep;
  if (keep === undefined || taps.some((tap) => !tap.keep))
    throw cannotAblate(
      `a model without an ${mask}, whose attention is ${taps[0]?.operator ?? 'not recorded'}`,
      `an ${mask}, or attention written out`,
      'Use a form of the model that is not fused, or take a head away instead.',
    );
  return { byMask: false, feeds: (hidden) => ({ [keep]: factors(ort, maskOf(tokens, hidden), [tokens]) }) };
}

/** A mask over tokens, some of them hidden. */
export function maskOf(tokens: number, hidden: readonly number[] = []): number[] {
  const mask = Array<number>(tokens).fill(1);
  for (const token of hidden) mask[token] = 0;
  return mask;
}

/**
 * Some optimised models only count the tokens of a mask: hiding one in the middle hides the last instead. A hidden token's own row
 * is not asked: where a mask is laid over queries too, as DeBERTa's, that row sees nothing and spreads over all.
 *
 * @param own The rows of the hidden tokens themselves, where the queries are the same tokens.
 */
export function checkHidden(
  weights: OnnxTensor,
  hidden: readonly number[],
  own: readonly number[] = [],
): void {
  const numbers = numbersOf(weights);
  const [queries, keys] = weights.dims.slice(-2) as [number, number];
  const unasked = new Set(own);
  for (let row = 0; row * keys < numbers.length; row++) {
    if (unasked.has(row % queries)) continue;
    for (const token of hidden) {
      const weight = numbers[row * keys + token]!;
      if (weight > 1e-3) throw onlyCounts(`a weight of ${weight.toFixed(3)} on the hidden token ${token}`);
    }
  }
}

function onlyCounts(found: string): InferenceError {
  return cannotAblate(
    found,
    'a mask that hides single tokens',
    'This form of the model takes a mask for the number of tokens; use one that is not optimised.',
  );
}

/** The mean over layers and heads of what a query puts on each key. */
export function meanRow(taps: readonly Tap[], results: Results, query: number): number[] {
  const layers = taps.map((tap) => results[tap.weights!]!);
  const mean = Array<number>(layers[0]!.dims.at(-1)!).fill(0);
  const count = layers.reduce((sum, { dims }) => sum + dims[1]!, 0);
  for (const layer of layers) {
    const [, heads, queries, keys] = layer.dims as [number, number, number, number];
    const numbers = numbersOf(layer);
    for (let head = 0; head < heads; head++)
      for (let key = 0; key < keys; key++)
        mean[key]! += numbers[(head * queries + query) * keys + key]! / count;
  }
  return mean;
}

/** What a model says after a position: a row of `[batch, position, width]`, or the one of `[batch, width]`. */
export function rowAt(output: OnnxTensor, position: number): ArrayLike<number> {
  const numbers = numbersOf(output);
  const width = output.dims.at(-1)!;
  const from = output.dims.length === 3 ? position * width : 0;
  return Array.from({ length: width }, (_, i) => numbers[from + i]!);
}
