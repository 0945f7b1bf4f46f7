import { holdsWeights, type Quantity } from '../../trace/index.js';
import type { Labels } from './labels/index.js';

/** What the numbers of a stream are called where they are counted: weights, or by the name of their quantity. */
export const numbersName = (quantity: Quantity, labels: Labels): string =>
  holdsWeights(quantity) ? labels.weights : labels.numbersOf(quantity.name);
