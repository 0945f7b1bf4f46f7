import type { OptionProps, ViewProps } from '../kit/types.js';
import type { NeuronViewOptions } from './options.js';

export interface NeuronViewProps extends ViewProps, OptionProps<NeuronViewOptions> {
  /**
   * The order of keys and of dimensions. `contribution`: the keys with the largest q·k first, the dimensions from what
   * speaks most for the keys attended to, to what speaks most against them.
   * @default 'position'
   */
  sort?: 'position' | 'contribution';
  /** What q·k is multiplied by before the softmax, for models that do not divide by √d; null for 1/√d. */
  scale?: number | null;
  /**
   * Before a query is opened: weights below it get no line, and scores of a smaller size, their sign left out. Null: 0.05, or less where most
   * queries have no weight that large; of scores a twentieth of the largest, or what leaves 20 lines a query.
   */
  threshold?: number | null;
}
