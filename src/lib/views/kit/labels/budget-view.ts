import { number } from './words.js';

/** The strings of the budget view in English. */
export const budgetViewLabels = {
  budgetView: 'KV budget',
  budgetHelp:
    'Arrow keys move over heads and keys, Enter locks a key, Escape lets it go, plus and minus zoom, 0 shows all. Control and C copies the numbers.',
  policy: 'policy',
  policies: { h2o: 'H2O', snapkv: 'SnapKV', streaming: 'StreamingLLM' },
  budget: 'keys that stay',
  /** So many keys of all stay. */
  budgetOf: (kept: number, total: number) => `${number(kept)} of ${number(total)} keys`,
  /** What a policy keeps whatever is looked at. */
  sinksKept: (sinks: number) => `first ${number(sinks)} and latest`,
  windowKept: (window: number) => `last ${number(window)} choose`,
  alwaysKeptHelp: 'these keys stay, whatever is looked at',
  needle: 'needle',
  noNeedle: 'no needle',
  kept: 'kept',
  evicted: 'evicted',
  /** When StreamingLLM let a key go. */
  evictedBy: (token: string) => `let go when ${token} came`,
  /** Over the column of what stays of each head's weight, and of the needle. */
  keptColumn: 'weight',
  needleColumn: 'needle',
  /** The mean weight that a key gets, over the queries that see it. */
  weightReceived: 'weight received',
  headKeeps: (share: string) => `its head keeps ${share} of its weight`,
  needleKeeps: (needle: string, kept: number, total: number, share: string) =>
    `${number(kept)} of ${number(total)} of ${needle}, ${share} of the weight on it`,
  headAxis: (shown: number | 'positions'): string => (shown === 1 ? 'heads ↓' : 'some heads ↓'),
  layerKeeps: (share: string) => `${share} of the weight stays`,
};

export type BudgetViewLabels = typeof budgetViewLabels;
