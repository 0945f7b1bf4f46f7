import { formatValue } from '../kit/numbers.js';
import type { Readout } from '../kit/readout.js';
import { tokenName } from '../kit/token-names.js';
import { rowOf } from '../../trace/index.js';
import { columnName } from './key-columns.js';
import type { EvidenceViewState } from './evidence-view-state.svelte.js';

/** What is told of the key that is looked at: its number in each column. */
export function readoutOf({ view, columns, order, cursor, query }: EvidenceViewState): Readout | undefined {
  const { stream, labels } = view;
  if (!stream || cursor === null || columns.length === 0) return undefined;
  const key = order[cursor]!;
  const row = rowOf(stream.queryTokens, query!);
  const keyName = tokenName(stream.keyTokens, key, labels);
  return {
    place: row === undefined ? keyName : labels.pair(tokenName(stream.queryTokens, row, labels), keyName),
    facts: columns.map(({ stream: of, values }) => ({
      name: columnName(of, labels),
      value: formatValue(values[key]!, of.quantity),
    })),
  };
}
