import { listed } from '../../trace/describe.js';
import type { Quantity, QuantityName } from '../../trace/quantity.js';
import type { AttentionSource, Tensor } from '../../trace/types.js';
import { parseIndices, type IndexTensor } from './indices.js';
import { makeSource } from './make-source.js';
import { checkDims, checkInput, sourceError, sourceQuantity, sourceTensor } from './source-error.js';
import { sparseMatrix } from './sparse-rows.js';

export interface CoordinateInput {
  /** The shape of the whole: `[layer, head, query, key]`. */
  dims: readonly [layers: number, heads: number, queries: number, keys: number];
  /** `[4, count]`: layer, head, query and key of each weight, counted from 0, in any order. */
  indices: IndexTensor;
  /** `[count]`: the weights, in [0, 1], uint8, float16 or float32. */
  values: Tensor;
  /** Whether queries cannot see later keys. Default false. */
  causal?: boolean;
  /** What the numbers are, as in `createTrace`. For other quantities than weights, missing numbers are 0. Default `'weights'`. */
  quantity?: QuantityName | Quantity;
}

/**
 * Sparse attention, each weight with its place: the coordinate format (COO) of torch and scipy. What a row lacks to 1 is the weight that
 * was left out; views say so.
 *
 * @throws TraceError `source`; what `createTrace` throws of weights that are wrong, when a head is first looked at
 * @example
 * const sparse = torch.where(a > 0.01, a, 0).to_sparse_coo(); // in Python
 * createTrace({ tokens, attention: coordinateAttention({ dims, indices, values }) });
 */
export function coordinateAttention(input: CoordinateInput): AttentionSource {
  checkInput(input, 'coordinateAttention', '{ dims, indices, values }');
  const { dims, indices, values, causal = false } = input;
  const { dims: valueDims, data, type } = sourceTensor(values, 'values');
  const quantity = sourceQuantity(input.quantity, type);
  const index = parseIndices(indices, 2, 'indices');
  const [axes, count = 0] = indices.dims;
  checkDims(dims);
  if (axes !== 4 || valueDims.length !== 1 || valueDims[0] !== count)
    throw sourceError(
      'indices',
      `dims ${listed(indices.dims)} beside values ${listed(valueDims)}`,
      '[4, count] and [count]',
      'Pass torch’s indices() and values() of one coalesced tensor.',
    );
  const [layers, heads, rows, cols] = dims;
  const ofHead = sortByHead(layers, heads, count, index);
  return makeSource({ dims, causal, quantity }, (layer, head) => {
    const entries = ofHead(layer * heads + head);
    return sparseMatrix(rows, cols, {
      count: entries.length,
      query: (i) => index(2 * count + entries[i]!),
      key: (i) => index(3 * count + entries[i]!),
      weights: data,
      at: (i) => entries[i]!,
      type,
      quantity,
      place: (i) => `values[${entries[i] ?? ''}]`,
    });
  });
}

/** A function from a head, counted over all layers, to its entries. */
function sortByHead(
  layers: number,
  heads: number,
  count: number,
  index: (at: number) => number,
): (head: number) => Uint32Array {
  const starts = new Uint32Array(layers * heads + 1);
  const headOf = (i: number): number => {
    const [layer, head] = [index(i), index(count + i)];
    if (Number.isInteger(layer) && Number.isInteger(head) && layer >= 0 && head >= 0)
      if (layer < layers && head < heads) return layer * heads + head;
    throw sourceError(
      `indices[..][${i}]`,
      `layer ${layer}, head ${head}`,
      `layers from 0 to ${layers - 1}, heads from 0 to ${heads - 1}`,
      'Indices count from 0 in dims, whatever numbers the model has.',
    );
  };
  for (let i = 0; i < count; i++) starts[headOf(i) + 1]!++;
  for (let head = 0; head < layers * heads; head++) starts[head + 1]! += starts[head]!;
  const order = new Uint32Array(count);
  const next = starts.slice();
  for (let i = 0; i < count; i++) order[next[headOf(i)]!++] = i;
  return (head) => order.subarray(starts[head], starts[head + 1]);
}
