import { formatValue } from '../kit/numbers.js';
import type { Readout } from '../kit/readout.js';
import { tokenName } from '../kit/token-names.js';
import type { BudgetViewState, KeyOfHead } from './budget-view-state.svelte.js';

/** What is told of the key of a head that is looked at: whether it stays, what it gets, and what its head keeps. */
export function readoutOf(budgets: BudgetViewState): Readout | undefined {
  const { view, kept, cell } = budgets;
  const { labels, stream, selection } = view;
  const of = cell && kept?.[cell.query];
  if (!of || !stream || !selection) return undefined;
  const received = budgets.receivedBy(cell);
  return {
    place: labels.place(selection.layer, String(of.head)),
    facts: [
      {
        name: tokenName(stream.keyTokens, cell.key, labels),
        value: of.keys[cell.key] ? labels.kept : labels.evicted,
      },
      ...(received === undefined ? [] : [{ name: labels.weightReceived, value: formatValue(received) }]),
    ],
    notes: [evictedBy(budgets, cell), labels.headKeeps(formatValue(of.weight)), needleNote(budgets, cell)],
  };
}

/** Which token pushed a key out: of StreamingLLM alone, as the others choose when all has been read. */
function evictedBy({ budget, kept, view }: BudgetViewState, { query, key }: KeyOfHead): string {
  if (budget.policy !== 'streaming' || kept![query]!.keys[key]) return '';
  const { labels, stream } = view;
  return labels.evictedBy(
    tokenName(stream!.keyTokens, key + budget.budget - Math.min(budget.sinks, budget.budget), labels),
  );
}

function needleNote({ needle, kept, view }: BudgetViewState, { query }: KeyOfHead): string {
  const of = kept![query]!.needle;
  if (!needle || !of) return '';
  const { length } = needle.positions;
  return view.labels.needleKeeps(needle.name, Math.round(of.keys * length), length, formatValue(of.weight));
}

/** The mean over the heads of the layer of the weight that stays. */
export function layerKeeps({ kept, view }: BudgetViewState): string {
  const known = (kept ?? []).filter(({ weight }) => !Number.isNaN(weight));
  if (known.length === 0) return '';
  const mean = known.reduce((sum, { weight }) => sum + weight, 0) / known.length;
  return view.labels.layerKeeps(formatValue(mean));
}
