import type { ViewProps } from '../kit/types.js';

export interface NeuronViewProps extends ViewProps {
  /** The head to start with, and to move to when it changes, by the model's number. Default: the first of the trace. */
  head?: number;
  /**
   * The order of keys and of dimensions. `contribution`: the keys with the largest q·k first, the dimensions from what
   * speaks most for the keys attended to, to what speaks most against them. Bindable.
   * @default 'position'
   */
  sort?: 'position' | 'contribution';
  /** What q·k is multiplied by before the softmax, for models that do not divide by √d. Default: 1/√d. */
  scale?: number;
  /**
   * Before a token is opened: weights below it get no line. Bindable.
   * @default 0.05
   */
  threshold?: number;
}
