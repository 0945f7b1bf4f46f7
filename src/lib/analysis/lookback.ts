import type { Measure } from './measure.js';

/**
 * A measure of how much what is generated looks back at its context: the mean weight on a key of the context ÷ (that + the mean weight
 * on a key generated so far), the mean over the queries after the context; from 0 to 1, and ½ for even attention. Means, not sums, so that
 * a long context has no advantage. Descriptive.
 *
 * Caveat: it includes the sink on the first token, which is part of most contexts.
 *
 * Source: Chuang et al. 2024, arXiv:2407.07071, eq. 1 and 2; checked against the authors' code.
 *
 * @param contextEnd where the context ends and what is generated begins, in token positions
 * @example
 * const values = await measureHeads(stream, { label: 'lookback', measure: lookbackRatio(120) });
 */
export function lookbackRatio(contextEnd: number): Measure {
  if (!Number.isInteger(contextEnd) || contextEnd < 1)
    throw new RangeError(`A context ends at a position from 1, not at ${contextEnd}.`);
  return {
    bears: 'descriptive',
    unit: 'share',
    oneSequence: true,
    weightsOnly: true,
    rows: () => (sums, weights, query) => {
      if (query < contextEnd) return;
      let [context, generated] = [0, 0];
      for (let key = 0; key <= query; key++)
        if (key < contextEnd) context += weights[key]!;
        else generated += weights[key]!;
      context /= contextEnd;
      generated /= query + 1 - contextEnd;
      if (context + generated === 0) return;
      sums.part += context / (context + generated);
      sums.whole++;
    },
  };
}
