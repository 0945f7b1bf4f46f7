import type { HeadScoring, Stream } from '../../trace/index.js';
import { mustBeNumbers, mustBeQueryKey, mustBeStream } from '../must.js';

/** A head of keys, and the heads of queries that share it: more than one in grouped-query attention. */
export interface KeyHead {
  /** Its number among the heads of keys recorded. */
  number: number;
  /** How many heads of keys the layer has. */
  count: number;
  /** The model's numbers of the heads that share it, ascending. */
  sharedBy: readonly number[];
}

/** The queries and keys of one head, decoded: `[token, dim]`, row-major, as they enter the product. */
export interface QueryKey {
  readonly dim: number;
  readonly queryCount: number;
  readonly keyCount: number;
  readonly queries: Float32Array;
  readonly keys: Float32Array;
  /** The position of each query among the keys of its sequence: its row, unless only some queries were recorded. */
  readonly positions: readonly number[];
  readonly keyHead: KeyHead;
  /** What q·k is multiplied by before the softmax: 1/√dim unless told otherwise. */
  readonly scale: number;
  /** What else the model does with its scores, if the stream says so. */
  readonly scoring?: HeadScoring;
  /** Whether a query sees no key after its own position. */
  readonly causal: boolean;
}

/** Whether a stream holds what `queryKey` needs. */
export function hasQueryKey(stream: Stream): boolean {
  mustBeStream(stream, 'hasQueryKey');
  return stream.queries !== undefined && stream.keys !== undefined;
}

/**
 * The queries and keys of one head, by the model's numbers. If there are fewer heads of keys than of queries, equal runs of heads share one
 * (Ainslie et al. 2023, arXiv:2305.13245).
 *
 * @param scale what q·k is multiplied by; default what the stream says, else 1/√dim (Vaswani et al. 2017, arXiv:1706.03762, eq. 1)
 * @throws RangeError where the stream lacks queries or keys, the layer or the head
 */
export function queryKey(stream: Stream, layer: number, head: number, scale?: number): QueryKey {
  mustBeStream(stream, 'queryKey');
  const { queries, keys, causal } = stream;
  if (!queries || !keys) throw new RangeError(`The ${stream.name} stream holds no queries and keys.`);
  const layerIndex = stream.layers.indexOf(layer);
  const headIndex = stream.heads.indexOf(head);
  if (layerIndex < 0 || headIndex < 0)
    throw new RangeError(`The ${stream.name} stream holds no layer ${layer}, head ${head}.`);
  const scoring = stream.scoring?.(layerIndex, headIndex);
  const group = stream.heads.length / keys.heads;
  const number = Math.floor(headIndex / group);
  return {
    dim: keys.dim,
    queryCount: queries.tokens,
    keyCount: keys.tokens,
    queries: queries.vector(layerIndex, headIndex, 0, queries.tokens).slice(),
    keys: keys.vector(layerIndex, number, 0, keys.tokens).slice(),
    positions: stream.queryTokens.map(({ position }) => position),
    keyHead: {
      number,
      count: keys.heads,
      sharedBy: stream.heads.slice(number * group, (number + 1) * group),
    },
    scale: scale ?? scoring?.scale ?? 1 / Math.sqrt(keys.dim),
    scoring,
    causal,
  };
}

/** The end of the keys that a query sees: all keys, or in a causal stream those up to its own position. */
export function visibleKeys(vectors: QueryKey, query: number): number {
  mustBeQueryKey(vectors, 'visibleKeys');
  const { causal, keyCount, positions } = vectors;
  return causal ? Math.min(positions[query]! + 1, keyCount) : keyCount;
}

/** The first key that a query sees: 0, or the start of its sliding window. */
export function firstKey(vectors: QueryKey, query: number): number {
  mustBeQueryKey(vectors, 'firstKey');
  const { scoring, positions } = vectors;
  return Math.max(0, positions[query]! + 1 - (scoring?.window ?? Infinity));
}

/**
 * The scores of one query with every key, also with later keys it cannot see; −∞ before its window: q·k × scale, soft-capped, biased.
 * `[key]`, in float64.
 */
export function scoreRow(vectors: QueryKey, query: number): Float64Array {
  mustBeQueryKey(vectors, 'scoreRow');
  const { queries, keys, dim, keyCount, scale, scoring, positions } = vectors;
  const scores = new Float64Array(keyCount);
  const q = queries.subarray(query * dim, (query + 1) * dim);
  for (let key = 0, at = 0; key < keyCount; key++) {
    let sum = 0;
    for (let i = 0; i < dim; i++) sum += q[i]! * keys[at++]!;
    scores[key] = sum * scale;
  }
  if (!scoring) return scores;
  const { softCap, slope, bias } = scoring;
  const added = bias?.(query, 0, keyCount);
  for (let key = 0; key < keyCount; key++) {
    const capped = softCap < Infinity ? softCap * Math.tanh(scores[key]! / softCap) : scores[key]!;
    scores[key] = capped - slope * Math.abs(positions[query]! - key) + (added?.[key] ?? 0);
  }
  return scores.fill(-Infinity, 0, firstKey(vectors, query));
}

/** log Σ exp of the first `visible` scores, without overflow; −∞ for none. */
export function logSumExp(scores: ArrayLike<number>, visible = scores?.length): number {
  mustBeNumbers(scores, 'scores');
  let most = -Infinity;
  for (let key = 0; key < visible; key++) most = Math.max(most, scores[key]!);
  if (most === -Infinity) return most;
  let sum = 0;
  for (let key = 0; key < visible; key++) sum += Math.exp(scores[key]! - most);
  return most + Math.log(sum);
}

/** The softmax of the first `visible` scores, which sums to 1, or less with the logit of a sink; 0 for the others. */
export function softmaxRow(
  scores: ArrayLike<number>,
  visible = scores?.length,
  sink = -Infinity,
): Float64Array {
  mustBeNumbers(scores, 'scores');
  const own = logSumExp(scores, visible);
  const total = sink === -Infinity ? own : logSumExp([own, sink]);
  const weights = new Float64Array(scores.length);
  if (own === -Infinity) return weights;
  for (let key = 0; key < visible; key++) weights[key] = Math.exp(scores[key]! - total);
  return weights;
}

/**
 * How much each dimension adds to the scores of attended keys, compared with the average key: Σₖ wₖ qᵢkᵢ − meanₖ qᵢkᵢ, times scale.
 * `[dim]`; it sums to the weighted mean of the scores minus their plain mean, before soft-capping and bias.
 */
export function dimensionContributions(
  vectors: QueryKey,
  query: number,
  weights: ArrayLike<number>,
  visible: number,
  first = 0,
): Float64Array {
  mustBeQueryKey(vectors, 'dimensionContributions');
  mustBeNumbers(weights, 'weights');
  const { queries, keys, dim, scale } = vectors;
  const out = new Float64Array(dim);
  for (let key = first; key < visible; key++)
    for (let i = 0; i < dim; i++)
      out[i] = out[i]! + (weights[key]! - 1 / (visible - first)) * keys[key * dim + i]!;
  for (let i = 0; i < dim; i++) out[i] = out[i]! * queries[query * dim + i]! * scale;
  return out;
}
