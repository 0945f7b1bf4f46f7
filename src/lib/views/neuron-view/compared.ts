import { holdsScores, holdsWeights, type Quantity } from '../../trace/index.js';

/** The column of an opened query that holds what was recorded. */
export type Compared = 'score' | 'weight';

/** Scores are compared with q·k × scale, weights with its softmax; other numbers with nothing, as q·k does not make them. */
export function comparedColumn(quantity: Quantity): Compared | undefined {
  if (holdsWeights(quantity)) return 'weight';
  return holdsScores(quantity) ? 'score' : undefined;
}
