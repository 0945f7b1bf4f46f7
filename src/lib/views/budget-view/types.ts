import type { Group } from '../../analysis/index.js';
import type { Viewport } from '../../scene/viewport.js';
import type { OptionProps, ViewProps } from '../kit/types.js';
import type { BudgetViewOptions } from './options.js';

export interface BudgetViewProps extends ViewProps, OptionProps<BudgetViewOptions> {
  /**
   * Who chooses the keys that stay: H2O keeps those looked at most, SnapKV those that the last queries look at most, StreamingLLM the
   * first ones and the latest. See `keptWeights`.
   * @default 'h2o'
   */
  policy?: 'h2o' | 'snapkv' | 'streaming';
  /**
   * How many keys stay, of each head. Null: a quarter of them.
   */
  budget?: number | null;
  /**
   * Of StreamingLLM: how many of the first keys stay.
   * @default 4
   */
  sinks?: number;
  /**
   * Of SnapKV: how many of the last queries choose; no more than half of the budget, as their own keys stay.
   * @default 64
   */
  window?: number;
  /**
   * Of SnapKV: how many neighbouring keys a score is the mean of; odd.
   * @default 5
   */
  pool?: number;
  /**
   * The name of the group that must not get lost, such as the document with the answer: marked, and counted for each head. Null: the
   * group that is chosen in a linked view, if one is.
   */
  needle?: string | null;
  /** The groups that a needle may be. Default: the segments of the keys. */
  groups?: readonly Group[];
  /** The part that is seen, in cells: rows are heads, columns keys; undefined for the whole. */
  viewport?: Viewport;
}
