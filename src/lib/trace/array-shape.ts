import { describe, listed } from './describe.js';
import { TraceError } from './errors.js';
import type { WeightArray, WeightType } from './types.js';

/** The axes of a layer of attention, or of vectors, as messages name them. */
export type Axes = 'head, query, key' | 'head, token, dim';

/** The lengths of a layer's axes. */
export type LayerDims = [heads: number, rows: number, cols: number];

/** One layer as stored: an array of `heads × rows × cols` elements from `offset`. */
export interface StoredLayer {
  dims: LayerDims;
  type: WeightType;
  data: WeightArray;
  offset: number;
}

/**
 * A layer's dims, without the batch axis of 1 that may come before its heads.
 *
 * @throws TraceError `batch`, `dims`, `empty`
 */
export function layerDims(given: readonly number[], place: string, axes: Axes): LayerDims {
  const hasBatch = given.length === 4;
  if (hasBatch && given[0] !== 1) throw batchError(given, given[0]!, place);
  return sound(hasBatch ? given.slice(1) : given, given, 3, place, `[${axes}]`) as LayerDims;
}

/**
 * The dims of an array of all layers, without a batch axis of 1. That is its second axis; or its first, if the number of layers is
 * known, as a batch of a model with one layer has the same shape.
 *
 * @throws TraceError `batch`, `dims`, `empty`
 */
export function wholeDims(
  given: readonly number[],
  place: string,
  axes: Axes,
  layers?: number,
): [layers: number, ...LayerDims] {
  const hasBatch = given.length === 5;
  const batchAxis = given[1] === 1 ? 1 : 0;
  if (hasBatch && given[batchAxis] !== 1) throw batchError(given, given[1]!, place);
  if (hasBatch && batchAxis === 0) checkBatchFirst(given, place, layers);
  const dims = hasBatch ? given.filter((_, axis) => axis !== batchAxis) : given;
  return sound(dims, given, 4, place, `[layer, ${axes}]`) as [number, ...LayerDims];
}

function sound(
  dims: readonly number[],
  given: readonly number[],
  wanted: number,
  place: string,
  expected: string,
): readonly number[] {
  if (dims.length !== wanted)
    throw new TraceError({
      code: 'dims',
      place,
      found: `${dims.length} axes, dims ${listed(given)}`,
      expected: `${wanted}: ${expected}`,
      fix:
        dims.length < wanted
          ? 'Wrap a single layer in an array, and add an axis of 1 for a single head.'
          : 'Take away the axes that do not belong; only a batch axis of 1 is dropped for you.',
    });
  if (dims.includes(0)) throw emptyError(place, `dims ${listed(given)}`);
  const heads = dims.at(-3)!;
  if (heads > mostHeads) throw tooMany(place, heads, 'heads', mostHeads);
  return dims;
}

function batchError(given: readonly number[], batch: number, place: string): TraceError {
  return new TraceError({
    code: 'batch',
    place,
    found: `a batch of ${batch} in dims ${listed(given)}`,
    expected: 'a batch of 1',
    fix: 'Pass one example of the batch, or one window of Swin: in Python [layer[0] for layer in outputs.attentions]; its padding is told with present.',
  });
}

/** @throws TraceError `batch` where the second of five axes could be the layers or the batch */
export function checkBatchFirst(given: readonly number[], place: string, layers: number | undefined): void {
  const [, second] = given;
  if (layers === second) return;
  throw new TraceError({
    code: 'batch',
    place,
    found: `dims ${listed(given)}: ${second} layers of a batch of 1, or 1 layer of a batch of ${second}`,
    expected: 'four axes, without the batch',
    fix: `Of ${second} layers pass attention[0], or their numbers as layers beside it; of a batch pass one example, attention[:, 0].`,
  });
}

/** No model has more: a longer axis is not that of layers or heads. */
const mostLayers = 4096;
const mostHeads = 65_536;

/** @throws TraceError `dims` where there are more layers than a model has */
export function checkLayerCount(layers: number, place: string): void {
  if (layers > mostLayers) throw tooMany(place, layers, 'layers', mostLayers);
}

function tooMany(place: string, found: number, axis: 'layers' | 'heads', most: number): TraceError {
  return new TraceError({
    code: 'dims',
    place,
    found: `${found} ${axis}`,
    expected: `at most ${most}`,
    fix: 'The axes are [layer, head, query, key], in this order.',
  });
}

/** The error for attention without a layer, head, query or key. */
export function emptyError(place: string, found: string): TraceError {
  return new TraceError({
    code: 'empty',
    place,
    found,
    expected: 'at least one layer, head, query and key',
    fix: 'Check that the model ran and that the slice you took is not empty.',
  });
}

/** @throws TraceError `promise` where a promise was passed for its result. */
export function refusePromise(value: unknown, place: string): void {
  if (typeof (value as PromiseLike<unknown> | null | undefined)?.then !== 'function') return;
  throw new TraceError({
    code: 'promise',
    place,
    found: describe(value),
    expected: 'its result',
    fix: 'Await it first.',
  });
}
