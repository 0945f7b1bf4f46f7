import type { Matrix, Token } from '../trace/index.js';
import { measureMatrix, rowSum, type AddRow, type MeasureOptions } from './measure.js';
import { mustBeTokens } from './must.js';

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

/**
 * Adds the weight of keys that stand `shift` positions after an earlier occurrence of the query’s token:
 * tᵢ = tⱼ₋ₛ with j − s < i.
 */
export function addSameToken(tokens: readonly Pick<Token, 'raw'>[], shift: 0 | 1): AddRow {
  mustBeTokens(tokens, 'tokens');
  const numbers = new Map(tokens.map(({ raw }, i) => [raw, i]));
  const ids = Int32Array.from(tokens, ({ raw }) => numbers.get(raw)!);
  return (sums, weights, query) => {
    sums.whole += rowSum(weights);
    const own = ids[query];
    for (let earlier = 0; earlier < query; earlier++)
      if (ids[earlier] === own) sums.part += weights[earlier + shift]!;
  };
}
