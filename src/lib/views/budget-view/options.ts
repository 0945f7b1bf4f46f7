import { heatmapOptions } from '../heatmap/options.js';
import { anyThat, nameOrNull, numberFrom, oneOf, type OptionsOf } from '../kit/option-rules.js';

/** The options of the budget view; `BudgetViewProps` says what each does. */
export const budgetViewOptions = {
  policy: oneOf('h2o', 'snapkv', 'streaming'),
  budget: anyThat<number | null>(
    null,
    'a whole number from 1, or null for a quarter of the keys',
    (value) => value === null || (Number.isInteger(value) && (value as number) >= 1),
  ),
  sinks: numberFrom(0, 1e6, 4),
  window: numberFrom(1, 1e6, 64),
  pool: numberFrom(1, 999, 5),
  needle: nameOrNull,
  viewport: heatmapOptions.viewport,
};

export type BudgetViewOptions = OptionsOf<typeof budgetViewOptions>;
