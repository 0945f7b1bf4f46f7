import type { Matrix, Token } from '../trace/index.js';
import { measureMatrix, type Measure, type MeasureOptions } from './measure.js';
import { addSameToken } from './same-token.js';

/**
 * The share of a head's weight that lies on what followed earlier occurrences of the same token: Σ A[i,j] over tᵢ = tⱼ₋₁,
 * j ≤ i, ÷ Σ A, from 0 to 1. Descriptive.
 *
 * On random tokens repeated once, it identifies induction heads. On other text it is a hint: tokens repeat for other reasons, and 0 may
 * only mean that none repeats.
 *
 * Source: Olsson et al. 2022, arXiv:2209.11895; TransformerLens, `head_detector`, error measure `mul`.
 *
 * @param tokens one a key; those with the same `raw` are the same token
 */
export function inductionScore(
  matrix: Matrix,
  tokens: readonly Pick<Token, 'raw'>[],
  options: MeasureOptions = {},
): number | Promise<number> {
  return measureMatrix(matrix, addSameToken(tokens, 1), options, true);
}

export const inductionMeasure: Measure = {
  bears: 'descriptive',
  unit: 'share',
  oneSequence: true,
  weightsOnly: true,
  rows: ({ keyTokens }) => addSameToken(keyTokens, 1),
};
