import { listed } from '../../trace/describe.js';
import type { AttentionSource, Tensor } from '../../trace/types.js';
import { parseIndices, type IndexTensor } from './indices.js';
import { makeSource } from './make-source.js';
import { checkDims, checkInput, sourceError, sourceTensor } from './source-error.js';
import { sparseMatrix } from './sparse-rows.js';

export interface TopKeyInput {
  /** `[layer, head, query, k]`: positions of the keys kept, in any order; −1 if a query has fewer than k. */
  keys: IndexTensor;
  /** `[layer, head, query, k]`: their weights in [0, 1], uint8, float16 or float32. */
  weights: Tensor;
  /** How many keys there are. Default: as many as queries. */
  keyCount?: number;
  /** Whether queries cannot see later keys. Default false. */
  causal?: boolean;
}

/**
 * Attention reduced to the largest weights of each query, as `attention.topk(k)` gives them. What a row lacks to 1 is the weight that was
 * left out; views say so.
 *
 * @throws TraceError `source`, and what `createTrace` throws of weights that are wrong, when a head is first looked at
 * @example
 * const { values, indices } = attention.topk(32); // in Python
 * createTrace({ tokens, attention: topKeyAttention({ keys: indices, weights: values, causal: true }) });
 */
export function topKeyAttention(input: TopKeyInput): AttentionSource {
  checkInput(input, 'topKeyAttention', '{ keys, weights }');
  const { keys, weights, keyCount, causal = false } = input;
  const { dims, data, type } = sourceTensor(weights, 'weights');
  const keyAt = parseIndices(keys, 4, 'keys');
  if (dims.length !== 4 || dims.some((n, axis) => n !== keys.dims[axis]))
    throw sourceError(
      'weights',
      `dims ${listed(dims)}`,
      `${listed(keys.dims)}, as keys has`,
      'Both are [layer, head, query, k], one weight for each key.',
    );
  const [layers, heads, rows, k] = dims as [number, number, number, number];
  const cols = keyCount ?? rows;
  checkDims([layers, heads, rows, cols]);
  return makeSource({ dims: [layers, heads, rows, cols], causal }, (layer, head) => {
    const first = (layer * heads + head) * rows * k;
    const kept: number[] = [];
    for (let i = 0; i < rows * k; i++) if (keyAt(first + i) !== -1) kept.push(i);
    return sparseMatrix(rows, cols, {
      count: kept.length,
      query: (i) => Math.floor(kept[i]! / k),
      key: (i) => keyAt(first + kept[i]!),
      weights: data,
      at: (i) => first + kept[i]!,
      type,
      place: (i) => `weights[${layer}][${head}][${Math.floor(kept[i]! / k)}][${kept[i]! % k}]`,
    });
  });
}
