import { ofOneSequence, type Measure, type Sums } from './measure.js';

/**
 * A measure of how much of a needle a head copies into the answer: the share of the needle's distinct tokens that are written while the
 * head looks most at them in the needle; from 0 to 1. A head over 0.1 counts as a retrieval head. Descriptive.
 *
 * Query i writes token i + 1, so the answer must be part of the trace: rows of a forward pass over the whole, or of generation.
 *
 * Source: Wu et al. 2024, arXiv:2404.15574, §2.1; distinct tokens, so that it does not exceed 1 on repeats as the authors' code does.
 *
 * @param needle where it is in the context, in token positions, `end` exclusive
 * @param answerStart the position of the first token that was written
 */
export function retrievalScore(needle: { start: number; end: number }, answerStart: number): Measure {
  return {
    ...ofOneSequence,
    unit: 'share',
    rows({ keyTokens }) {
      const held = keyTokens.slice(needle.start, needle.end).map(({ raw }) => raw);
      const size = new Set(held).size;
      // What each head has copied so far; a head is known by its sums.
      const copied = new WeakMap<Sums, Set<string>>();
      return (sums, weights, query) => {
        sums.whole = size;
        const written = keyTokens[query + 1]?.raw;
        if (query + 1 < answerStart || written === undefined) return;
        let most = 0;
        for (let key = 1; key < weights.length; key++) if (weights[key]! > weights[most]!) most = key;
        if (most < needle.start || most >= needle.end || keyTokens[most]!.raw !== written) return;
        const own = copied.get(sums) ?? new Set();
        copied.set(sums, own.add(written));
        sums.part = own.size;
      };
    },
  };
}
