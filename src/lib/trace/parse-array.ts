import {
  checkBatchFirst,
  checkLayerCount,
  emptyError,
  layerDims,
  refusePromise,
  wholeDims,
  type Axes,
  type LayerDims,
  type StoredLayer,
} from './array-shape.js';
import { count, describe, listed } from './describe.js';
import { TraceError } from './errors.js';
import { isList, nestedDims, parseNested } from './parse-nested.js';
import { isTensor, parseTensor } from './parse-tensor.js';
import type { Tensor, WeightArray, WeightType } from './types.js';

/**
 * A four-dimensional array as stored: one flat array a layer, of `heads × dims[2] × dims[3]` elements from `offset`. `dims[1]` is the
 * largest number of heads.
 */
export interface StoredArray {
  dims: [layers: number, ...LayerDims];
  type: WeightType;
  layers: { data: WeightArray; offset: number; heads: number }[];
  /** How many layers were passed, and which of them are not null. */
  passed: number;
  held: readonly number[];
}

/**
 * Reads any of the in-memory forms of `AttentionInput` into one flat array a layer. Typed arrays are viewed, not copied;
 * nested arrays and Float64Array become Float32Array.
 *
 * @param gaps whether layers may be `null`, as long as one is not, and differ in their number of heads
 * @param layerCount how many layers there are, where that is known
 * @throws TraceError `missing-attention`, `promise`, `null-attention`, `empty`, `not-an-array`, `unreadable`, `ragged`, `dtype`,
 * `dims`, `data-length`, `batch`, `head-count`
 */
export function parseArray(
  input: unknown,
  place: string,
  axes: Axes,
  gaps = false,
  layerCount?: number,
): StoredArray {
  if (input === null || input === undefined)
    throw new TraceError({
      code: 'missing-attention',
      place,
      found: describe(input),
      expected: `an array [layer, ${axes}]`,
      fix: 'Pass what the model returned; with transformers, call it with output_attentions=True.',
    });
  refusePromise(input, place);
  if (isTensor(input)) return splitLayers(input, place, axes, layerCount);
  if (!Array.isArray(input)) throw notAnArray(input, place, `[layer, ${axes}]`);
  if (input.length === 0) throw emptyError(place, 'no layers');
  const layers = layersOf(input, place, layerCount);
  checkLayerCount(layers.length, place);
  const numbers = Array.from(layers, (_, i) => i);
  const held = numbers.filter((i) => !gaps || (layers[i] !== null && layers[i] !== undefined));
  if (held.length === 0) parseLayer(layers[0], `${place}[0]`, axes);
  const parsed = held.map((i) => ({
    ...parseLayer(layers[i], `${place}[${i}]`, axes),
    place: `${place}[${i}]`,
  }));
  return { ...joinLayers(parsed, gaps), passed: layers.length, held };
}

/**
 * Nested arrays may have a batch axis of 1 around the layers, as a tensor of five axes may; so may tensors a layer, which is how
 * the first step of generate() comes.
 */
function layersOf(
  input: readonly unknown[],
  place: string,
  layerCount: number | undefined,
): readonly unknown[] {
  const [first] = input;
  if (input.length !== 1 || !Array.isArray(first)) return input;
  const dims = nestedDims(input);
  const whole = first.length > 1 && dims.length === 5;
  if (whole) checkBatchFirst(dims, place, layerCount);
  return whole || (first.length > 0 && first.every(isLayerTensor)) ? first : input;
}

function isLayerTensor(value: unknown): boolean {
  return isTensor(value) && (value.dims as ArrayLike<unknown> | undefined)?.length !== 2;
}

/** One layer `[head, query, key]` or `[head, token, dim]`, in any in-memory form. */
export function parseLayer(layer: unknown, place: string, axes: Axes): StoredLayer {
  if (layer === null || layer === undefined) {
    const [code, fix] =
      axes === 'head, query, key'
        ? ([
            'null-attention',
            'Fused kernels return no weights: in transformers load the model with attn_implementation="eager".',
          ] as const)
        : (['vectors', 'Record them for every layer that attention holds.'] as const);
    throw new TraceError({ code, place, found: describe(layer), expected: `an array [${axes}]`, fix });
  }
  refusePromise(layer, place);
  if (isTensor(layer)) {
    const { dims, data, type } = parseTensor(layer, place);
    return { dims: layerDims(dims, place, axes), data, type, offset: 0 };
  }
  if (!isList(layer)) throw notAnArray(layer, place, `[${axes}]`);
  return parseNested(layer, place, axes);
}

function joinLayers(
  layers: readonly (StoredLayer & { place: string })[],
  gaps: boolean,
): Pick<StoredArray, 'dims' | 'type' | 'layers'> {
  const { dims, type, place: first } = layers[0]!;
  const differs = (place: string, code: 'dtype' | 'head-count' | 'ragged', found: string, expected: string) =>
    new TraceError({
      code,
      place,
      found,
      expected: `${expected}, as in ${first}`,
      fix:
        code === 'ragged'
          ? 'Make a trace of each layer that sees other tokens (Swin, SegFormer): attention: [layer], layers: [2]; stitch steps of generate() with fromGenerateSteps.'
          : 'Pass layers of one type, and vectors of one number of heads.',
    });
  for (const layer of layers) {
    if (layer.type !== type) throw differs(layer.place, 'dtype', layer.type, type);
    if (layer.dims[1] !== dims[1] || layer.dims[2] !== dims[2])
      throw differs(layer.place, 'ragged', `dims ${listed(layer.dims)}`, listed(dims));
    if (!gaps && layer.dims[0] !== dims[0])
      throw differs(
        layer.place,
        'head-count',
        `${count(layer.dims[0], 'head')} in dims ${listed(layer.dims)}`,
        String(dims[0]),
      );
  }
  return {
    dims: [layers.length, Math.max(...layers.map((layer) => layer.dims[0])), dims[1], dims[2]],
    type,
    layers: layers.map(({ data, offset, dims: [heads] }) => ({ data, offset, heads })),
  };
}

function splitLayers(tensor: Tensor, place: string, axes: Axes, layerCount?: number): StoredArray {
  const { dims: given, data, type } = parseTensor(tensor, place);
  const dims = wholeDims(given, place, axes, layerCount);
  const [layers, heads, rows, cols] = dims;
  checkLayerCount(layers, place);
  return {
    dims,
    type,
    layers: Array.from({ length: layers }, (_, i) => ({ data, offset: i * heads * rows * cols, heads })),
    passed: layers,
    held: Array.from({ length: layers }, (_, i) => i),
  };
}

function notAnArray(value: unknown, place: string, wanted: string): TraceError {
  const parts = { place, expected: `an array ${wanted}, or a tensor { dims, data }` };
  if (ArrayBuffer.isView(value))
    return new TraceError({
      ...parts,
      code: 'dims',
      found: `${describe(value)} without its shape`,
      fix: 'Pass a flat typed array with its shape: { dims, data }.',
    });
  const named = typeof value === 'object' && value !== null && 'shape' in value;
  return new TraceError({
    ...parts,
    code: 'not-an-array',
    found: describe(value) + (named ? ' with shape, not dims' : ''),
    fix: named
      ? 'Call the lengths dims: { dims: tensor.shape, data }.'
      : 'Pass the attention itself (outputs.attentions in transformers), not what holds it; parse JSON text first.',
  });
}
