import {
  dimensionContributions,
  firstKey,
  scoreRow,
  softmaxRow,
  visibleKeys,
  type QueryKey,
} from '../../analysis/query-key/index.js';
import type { Compared } from './compared.js';
import { fullColorAt, largestSize } from './numbers.js';

/** What is shown of an opened query, keys and dimensions by their own numbers. */
export interface QueryNumbers {
  query: number;
  /** The keys it sees: from `first` on, before `visible`. */
  first: number;
  visible: number;
  /** The scores, `[key]`; of keys it cannot see too, which nobody shows. */
  scores: Float64Array;
  /** Their softmax, `[key]`. */
  weights: Float64Array;
  /** The size that gets the full colour. */
  ranges: { query: number; key: number; product: number; score: number; weight: number };
}

/** Which key is in which row of the table, and which dimension in which place. */
export interface TableOrder {
  keys: Uint32Array;
  dims: Uint32Array;
  /** The row of each key: the inverse of `keys`. */
  rowOf: Uint32Array;
}

export interface OpenQuery extends QueryNumbers {
  order: TableOrder;
}

/** Whether an opened query sees a key: one before its window, or hidden by a bias, has a score of −∞. */
export function sees({ scores, visible }: Pick<QueryNumbers, 'scores' | 'visible'>, key: number): boolean {
  return key < visible && scores[key] !== -Infinity;
}

/**
 * Multiplies a query with its keys.
 *
 * @param vectorRange the size of an element of q or k that has the full colour
 * @param compared whether scores were recorded or weights
 * @param recorded what was recorded for a key, where it is at hand: its column has room for it too
 */
export function queryNumbers(
  vectors: QueryKey,
  query: number,
  vectorRange: number,
  compared: Compared,
  recorded: (key: number) => number | undefined,
): QueryNumbers {
  const { dim, keys, queries } = vectors;
  const visible = visibleKeys(vectors, query);
  const scores = scoreRow(vectors, query);
  const first = firstKey(vectors, query);
  const weights = softmaxRow(scores, visible, vectors.scoring?.sink);
  const products = Float32Array.from(
    { length: (visible - first) * dim },
    (_, i) => keys[first * dim + i]! * queries[query * dim + (i % dim)]!,
  );
  const seen = Array.from(scores.keys()).filter((key) => sees({ scores, visible }, key));
  const also = (column: Compared) => (column === compared ? seen.flatMap((key) => recorded(key) ?? []) : []);
  const ranges = {
    query: vectorRange,
    key: vectorRange,
    product: fullColorAt(products),
    score: fullColorAt([...seen.map((key) => scores[key]!), ...also('score')]),
    weight: Math.max(largestSize(weights), largestSize(also('weight'))),
  };
  return { query, first, visible, scores, weights, ranges };
}

/**
 * The order of an opened query's table: by position, or by contribution: the keys with the largest scores first, the dimensions from
 * what speaks most for the keys attended to, to what speaks most against them.
 */
export function tableOrder(
  vectors: QueryKey,
  { query, first, visible, scores, weights }: QueryNumbers,
  byContribution: boolean,
): TableOrder {
  const keys = Uint32Array.from(scores, (_, key) => key);
  const dims = Uint32Array.from({ length: vectors.dim }, (_, dim) => dim);
  if (byContribution) {
    keys.subarray(first, visible).sort((a, b) => scores[b]! - scores[a]!);
    const parts = dimensionContributions(vectors, query, weights, visible, first);
    dims.sort((a, b) => parts[b]! - parts[a]!);
  }
  const rowOf = new Uint32Array(keys.length);
  keys.forEach((key, row) => (rowOf[key] = row));
  return { keys, dims, rowOf };
}
