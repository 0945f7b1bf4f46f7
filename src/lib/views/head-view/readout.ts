import { formatValue, formatWeight } from '../kit/numbers.js';
import type { Readout } from '../kit/readout.js';
import { tokenName } from '../kit/token-names.js';
import type { HeadViewState } from './head-view-state.svelte.js';

/**
 * What is told of the token in focus: the pair that is asked about, else the one it is tied to most; until its weights are read, or
 * where they cannot be, the token and why.
 */
export function readoutOf({ view, focus }: HeadViewState): Readout | undefined {
  const { stream, selection, labels } = view;
  const { token, strongest, weights, error } = focus;
  if (!token || !stream || !selection) return undefined;
  const tokens = { query: stream.queryTokens, key: stream.keyTokens };
  if (!strongest) {
    const name = tokenName(tokens[token.side], token.position, labels);
    return {
      place: '',
      facts: [{ name, value: '' }],
      notes: [error?.message ?? labels.reading],
      pending: !error,
    };
  }
  const { query, key, head, weight } = strongest;
  const name = labels.pair(tokenName(tokens.query, query, labels), tokenName(tokens.key, key, labels));
  const { combine } = view.options;
  return {
    place:
      head === null && combine !== 'none'
        ? labels.placeOf(selection.layer, labels.combinedHeads(combine, selection.heads.length))
        : labels.place(selection.layer, String(head)),
    facts: [{ name, value: formatValue(weight, stream.quantity) }],
    notes: weights?.leftOut === undefined ? [] : [labels.notKept(formatWeight(weights.leftOut))],
  };
}
