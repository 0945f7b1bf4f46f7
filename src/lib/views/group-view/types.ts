import type { Group, HeadPlace, HeadWeights } from '../../analysis/index.js';
import type { LensProps, OptionProps, ViewProps } from '../kit/types.js';
import type { GroupViewOptions } from './options.js';

/** What removing a group of keys changed. */
export interface RemovedGroup {
  /** The name of the group of keys. */
  readonly key: string;
  /** The name of the group of queries it changed; without one, of all. */
  readonly query?: string;
  /** How much, larger for more: such as the total variation of what the model writes next. */
  readonly change: number;
}

export interface GroupViewProps extends ViewProps, LensProps, OptionProps<GroupViewOptions> {
  /**
   * Who looks, such as the sentences of an answer: `groupsFromSentences` and the like make groups. Default: the sentences of the last
   * segment, or of the text where it has no segments.
   */
  queryGroups?: readonly Group[];
  /**
   * Who is looked at, such as documents; they share no token. Default: the segments before the last, or the sentences of the text where it
   * has none.
   */
  keyGroups?: readonly Group[];
  /**
   * What removing a group of keys changed, by its name, where that is known: of all queries, or of the group of queries that is named. Shown
   * beside its share, with the rank correlation of the two. `ablate` of attentrace/inference measures it; no less, such as total variation.
   */
  removed?: readonly RemovedGroup[];
  /**
   * Weights of heads that were worked out elsewhere, such as those AT2 learns for a model: what they are called, and a number for each head of
   * the stream, `[layer][head]`. The grid can show them, heads be chosen by them, and shares be weighted by them.
   */
  headWeights?: HeadWeights;
  /**
   * The group of queries that is chosen, by its name; null for the first.
   */
  queryGroup?: string | null;
  /**
   * The group of keys that is chosen, by its name; null for the one that gets most.
   */
  keyGroup?: string | null;
  /**
   * The heads whose mean is shown, by the model's numbers; none for all heads of all layers.
   * @default []
   */
  chosenHeads?: readonly HeadPlace[];
  /**
   * What the grid shows of each head, and the strongest are chosen by: its share, or its weight where there are `headWeights`.
   * @default 'share'
   */
  headGrid?: 'share' | 'weight';
  /**
   * Whether the mean over heads is weighted by `headWeights`: Σ w·share ÷ Σ |w|.
   * @default false
   */
  weighted?: boolean;
}
