import type { Matrix, Token } from '../trace/index.js';
import { measureMatrix, type Measure, type MeasureOptions } from './measure.js';
import { addSameToken } from './same-token.js';

/**
 * The share of a head's weight that lies on earlier occurrences of the same token: Σ A[i,j] over tᵢ = tⱼ, j < i, ÷ Σ A,
 * from 0 to 1. Descriptive. 0 where no token is repeated, whatever the head does.
 *
 * Source: TransformerLens, `head_detector`, error measure `mul`.
 *
 * @param tokens one a key; those with the same `raw` are the same token
 */
export function duplicateTokenScore(
  matrix: Matrix,
  tokens: readonly Pick<Token, 'raw'>[],
  options: MeasureOptions = {},
): number | Promise<number> {
  return measureMatrix(matrix, addSameToken(tokens, 0), options, true);
}

export const duplicateTokenMeasure: Measure = {
  bears: 'descriptive',
  unit: 'share',
  oneSequence: true,
  weightsOnly: true,
  rows: ({ keyTokens }) => addSameToken(keyTokens, 0),
};
