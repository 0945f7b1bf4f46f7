import type { Matrix, Token } from '../trace/index.js';
import { measureMatrix, type AddRow, type MeasureOptions } from './measure.js';
import { mustBeTokens } from './must.js';

/**
 * How much a repeated token looks at what followed its earlier occurrences: Σ A[i, p+1] over earlier p with tₚ = tᵢ, the mean over the
 * queries that have such a p; from 0 to 1. Descriptive. NaN where no token is repeated.
 *
 * Caveat: not comparable with `inductionScore`, whose divisor is the weight of all queries. On text that repeats little it says little.
 *
 * Source: HeadVis, 2026; induction heads as in Olsson et al. 2022, arXiv:2209.11895.
 *
 * @param tokens one a key; those with the same `raw` are the same token
 */
export function repeatInduction(
  matrix: Matrix,
  tokens: readonly Pick<Token, 'raw'>[],
  options: MeasureOptions = {},
): number | Promise<number> {
  mustBeTokens(tokens, 'tokens');
  return measureMatrix(matrix, addFollowing(tokens), options);
}

export function addFollowing(tokens: readonly Pick<Token, 'raw'>[]): AddRow {
  return (sums, weights, query) => {
    let [onFollowing, repeats] = [0, 0];
    for (let earlier = 0; earlier < query; earlier++) {
      if (tokens[earlier]!.raw !== tokens[query]!.raw) continue;
      repeats++;
      onFollowing += weights[earlier + 1]!;
    }
    if (repeats === 0) return;
    sums.part += onFollowing;
    sums.whole++;
  };
}
