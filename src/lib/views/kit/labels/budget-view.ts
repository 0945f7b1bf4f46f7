/** The strings of the budget view. */
export interface BudgetViewLabels {
  budgetView: string;
  budgetHelp: string;
  policy: string;
  policies: Record<'h2o' | 'snapkv' | 'streaming', string>;
  budget: string;
  /** So many keys of all stay. */
  budgetOf: (kept: number, total: number) => string;
  /** What a policy keeps whatever is looked at. */
  sinksKept: (sinks: number) => string;
  windowKept: (window: number) => string;
  alwaysKeptHelp: string;
  needle: string;
  noNeedle: string;
  kept: string;
  evicted: string;
  /** When StreamingLLM let a key go. */
  evictedBy: (token: string) => string;
  /** Over the column of what stays of each head's weight, and of the needle. */
  keptColumn: string;
  needleColumn: string;
  /** The mean weight that a key gets, over the queries that see it. */
  weightReceived: string;
  headKeeps: (share: string) => string;
  needleKeeps: (needle: string, kept: number, total: number, share: string) => string;
  headAxis: (shown: number | 'positions') => string;
  layerKeeps: (share: string) => string;
}

/** The strings of the budget view in English. */
export const budgetViewLabels: BudgetViewLabels = {
  budgetView: 'KV budget',
  budgetHelp:
    'Arrow keys move over heads and keys, Enter locks a key, Escape lets it go, plus and minus zoom, 0 shows all. Control and C copies the numbers.',
  policy: 'policy',
  policies: { h2o: 'H2O', snapkv: 'SnapKV', streaming: 'StreamingLLM' },
  budget: 'keys that stay',
  budgetOf: (kept, total) => `${kept.toLocaleString('en')} of ${total.toLocaleString('en')} keys`,
  sinksKept: (sinks) => `first ${sinks.toLocaleString('en')} and latest`,
  windowKept: (window) => `last ${window.toLocaleString('en')} choose`,
  alwaysKeptHelp: 'these keys stay, whatever is looked at',
  needle: 'needle',
  noNeedle: 'no needle',
  kept: 'kept',
  evicted: 'evicted',
  evictedBy: (token) => `let go when ${token} came`,
  keptColumn: 'weight',
  needleColumn: 'needle',
  weightReceived: 'weight received',
  headKeeps: (share) => `its head keeps ${share} of its weight`,
  needleKeeps: (needle, kept, total, share) =>
    `${kept.toLocaleString('en')} of ${total.toLocaleString('en')} of ${needle}, ${share} of the weight on it`,
  headAxis: (shown) => (shown === 1 ? 'heads ↓' : 'some heads ↓'),
  layerKeeps: (share) => `${share} of the weight stays`,
};
