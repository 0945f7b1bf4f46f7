import { refusePromise, type StoredLayer } from '../../trace/array-shape.js';
import { describe, listed } from '../../trace/describe.js';
import { TraceError, type Tensor, type WeightArray } from '../../trace/index.js';
import { parseLayer } from '../../trace/parse-array.js';
import { isList, nestedDims } from '../../trace/parse-nested.js';
import { isTensor, parseTensor } from '../../trace/parse-tensor.js';

/** A layer with attention, and its index in the step. */
export interface StepLayer extends StoredLayer {
  index: number;
}

/**
 * The layers of a step that have attention, `[head, query, key]` each, for one of the sequences in the batch. Typed arrays are viewed.
 *
 * @param sequence its index on the batch axis; without one there must be a single sequence
 * @throws TraceError `batch`, `missing-attention`, `null-attention` where no layer has attention, and all that reading an array throws
 */
export function parseStep(step: unknown, sequence: number | undefined, place: string): StepLayer[] {
  refusePromise(step, place);
  const layers = isTensor(step) ? layersOf(step, place) : step;
  if (!Array.isArray(layers) || layers.length === 0)
    throw new TraceError({
      code: 'missing-attention',
      place,
      found: describe(layers),
      expected: 'an array of layers [batch, head, query, key]',
      fix: 'Call generate() with output_attentions=True and return_dict_in_generate=True.',
    });
  const parsed: StepLayer[] = [];
  layers.forEach((layer: unknown, index) => {
    const at = `${place}[${index}]`;
    if (layer !== null && layer !== undefined)
      parsed.push({ ...parseLayer(withoutBatch(layer, sequence, at), at, 'head, query, key'), index });
  });
  // Throws the reason why there is none.
  if (parsed.length === 0) parseLayer(null, `${place}[0]`, 'head, query, key');
  return parsed;
}

/** One tensor `[layer, …]` as a tensor a layer. */
function layersOf(tensor: Tensor, place: string): Tensor[] {
  const { dims, data } = parseTensor(tensor, place);
  if (dims.length === 4 || dims.length === 5)
    return Array.from({ length: dims[0]! }, (_, layer) => entry(dims, data, layer));
  throw new TraceError({
    code: 'dims',
    place,
    found: `dims ${listed(dims)}`,
    expected: '[layer, head, query, key] or [layer, batch, head, query, key]',
    fix: 'Of a single layer pass [tensor].',
  });
}

/** A layer for one sequence of its batch. */
function withoutBatch(layer: unknown, sequence: number | undefined, place: string): unknown {
  const tensor = isTensor(layer) ? parseTensor(layer, place) : undefined;
  const dims = tensor?.dims ?? (isList(layer) ? nestedDims(layer) : []);
  const batch = dims.length === 4 ? dims[0]! : 1;
  if (sequence === undefined ? batch > 1 : sequence >= batch)
    throw new TraceError({
      code: 'batch',
      place,
      found: `a batch of ${batch} in dims ${listed(dims)}`,
      expected:
        sequence === undefined
          ? 'to be told which sequence'
          : `more than ${sequence}, as sequence ${sequence} is asked for`,
      fix: 'Pass batch, from 0; after beam search beamIndices: outputs.beam_indices[0].tolist().',
    });
  if (dims.length !== 4) return layer;
  return tensor ? entry(dims, tensor.data, sequence ?? 0) : (layer as ArrayLike<unknown>)[sequence ?? 0];
}

/** One entry along the first axis, a view. */
function entry([, ...dims]: readonly number[], data: WeightArray, index: number): Tensor {
  const size = dims.reduce((product, n) => product * n, 1);
  return { dims, data: data.subarray(index * size, (index + 1) * size) };
}
