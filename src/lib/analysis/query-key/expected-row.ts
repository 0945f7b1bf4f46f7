import type { WeightType } from '../../trace/index.js';
import { softmaxRow, type QueryKey } from './query-key.js';

/** What queries and keys give for the keys of one query, and how far from it a recorded number may lie. */
interface ExpectedRow {
  /** `[key]`; −∞ where there is nothing to compare: a score that the softmax never sees. */
  numbers: Float64Array;
  /** What float32 arithmetic may add up to, and what storing numbers, queries and keys may add to that. */
  tolerance(key: number): { arithmetic: number; storage: number };
}

/**
 * What float32 arithmetic may add up to in a row of a softmax. A score off by e moves no weight by more than e ÷ 2, so nobody sees as much
 * of a score either.
 */
const arithmetic = 1e-5;
/** How far storing moves a weight of up to 1. */
const storageError: Record<WeightType, number> = { float32: 0, float16: 2 ** -12, uint8: 0.5 / 255 };
/** Half a step of float32 and of float16, as a part of the number stored. */
const [single, half] = [2 ** -24, 2 ** -11];
/** Six standard deviations of the sum of a product's roundings, for float16 factors, as a part of the product's norm. */
const productError = (6 * Math.sqrt(2 / 3)) / 2 ** 11;

/**
 * What the scores of a query with the keys it sees give.
 *
 * @param stored how numbers are stored, and whether queries or keys are stored in less than float32
 */
type Expect = (
  vectors: QueryKey,
  query: number,
  scores: Float64Array,
  visible: number,
  stored: { numbers: WeightType; roundedVectors: boolean },
) => ExpectedRow;

/** The weights of a query: the softmax of its scores. */
export const expectedWeights: Expect = (vectors, query, scores, visible, stored) => {
  const numbers = softmaxRow(scores, visible, vectors.scoring?.sink);
  let norm = 0;
  if (stored.roundedVectors)
    for (let key = 0; key < visible; key++) norm = Math.max(norm, productOf(vectors, query, key).norm);
  return {
    numbers,
    // A score that is off by e moves its weight w by at most 2·e·w·(1 − w), others' errors included.
    tolerance: (key) => ({
      arithmetic,
      storage: storageError[stored.numbers] + 2 * productError * norm * numbers[key]! * (1 - numbers[key]!),
    }),
  };
};

/** The scores of a query, over the keys it sees. */
export const expectedScores: Expect = (vectors, query, scores, visible, stored) => {
  const numbers = scores.slice().fill(-Infinity, visible);
  return {
    numbers,
    tolerance(key) {
      const { size, norm } = productOf(vectors, query, key);
      const score = Math.abs(numbers[key]!);
      return {
        // A sum of n products is off by at most n half steps of the sum of their sizes (Higham 2002, §3.1); the rest of a score takes a few more.
        arithmetic: arithmetic + (vectors.dim + 8) * single * (size + score),
        storage:
          (stored.numbers === 'float16' ? half * score : 0) +
          (stored.roundedVectors ? productError * norm : 0),
      };
    },
  };
};

/** The sum of the sizes of q×k, and its length, times scale. */
function productOf({ queries, keys, dim, scale }: QueryKey, query: number, key: number) {
  let [size, squares] = [0, 0];
  for (let i = 0; i < dim; i++) {
    const product = Math.abs(queries[query * dim + i]! * keys[key * dim + i]!);
    size += product;
    squares += product ** 2;
  }
  return { size: size * scale, norm: Math.sqrt(squares) * scale };
}
