import type { Token } from '../trace/index.js';
import { rowSum, type AddRow } from './measure.js';
import { mustBeTokens } from './must.js';

/**
 * Adds the weight of keys that stand `shift` positions after an earlier occurrence of the query’s token:
 * tᵢ = tⱼ₋ₛ with j − s < i.
 */
export function addSameToken(tokens: readonly Pick<Token, 'raw'>[], shift: 0 | 1): AddRow {
  mustBeTokens(tokens, 'tokens');
  const numbers = new Map<string, number>();
  const ids = Int32Array.from(tokens, ({ raw }) => {
    if (!numbers.has(raw)) numbers.set(raw, numbers.size);
    return numbers.get(raw)!;
  });
  return (sums, weights, query) => {
    sums.whole += rowSum(weights);
    const own = ids[query];
    for (let earlier = 0; earlier < query; earlier++)
      if (ids[earlier] === own) sums.part += weights[earlier + shift]!;
  };
}
