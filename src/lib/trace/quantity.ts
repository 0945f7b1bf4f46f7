/**
 * What a number can bear: `descriptive` of where a model looks (attention alone), a `contribution` (values taken into account too),
 * or `causal` (the model was run again with something changed).
 */
export type Evidence = 'descriptive' | 'contribution' | 'causal';

/** What the numbers of a stream are. Colour scale, legend, readout and badge of every view follow from it. */
export interface Quantity {
  /** What one number is called, in the singular and lower case: `weight`, `score`, `difference of weights`. */
  readonly name: string;
  /** The least and the largest value there can be; `±Infinity` where there is no limit. Negative: drawn in two hues around 0. */
  readonly range: readonly [least: number, largest: number];
  /** The unit, such as `nats`; undefined for plain numbers. */
  readonly unit?: string;
  readonly evidence: Evidence;
  /** What one must know before concluding anything of it, in a sentence; shown with its badge. */
  readonly caveat?: string;
}

/** Attention after the softmax: what a stream holds unless its trace says otherwise. */
export const weightQuantity: Quantity = {
  name: 'weight',
  range: [0, 1],
  evidence: 'descriptive',
  caveat: 'High attention is not importance: the largest share of weight need not be the largest cause.',
};

/** Ready-made quantities, for `createTrace({ quantity })`. */
export const quantities = {
  /** Attention after the softmax. */
  weights: weightQuantity,
  /** Attention that subtracts one softmax from another, as in differential transformers. */
  signedWeights: { name: 'signed weight', range: [-Infinity, Infinity], evidence: 'descriptive' },
  /** Attention without a softmax, each weight on its own, as with a sigmoid: a row may sum to more than 1. */
  gates: { name: 'gate', range: [0, 1], evidence: 'descriptive' },
  /** What goes into the softmax: q·k, scaled. */
  scores: { name: 'score', range: [-Infinity, Infinity], evidence: 'descriptive' },
  /** One stream of weights less another. */
  differences: { name: 'difference', range: [-1, 1], evidence: 'descriptive' },
  /** How much a key gives to a query, its value counted too, such as the norm of weight × value. */
  contributions: { name: 'contribution', range: [0, Infinity], evidence: 'contribution' },
  /** What a key did for or against an output, as gradients and relevance methods give it. */
  attributions: { name: 'attribution', range: [-Infinity, Infinity], evidence: 'contribution' },
} as const satisfies Record<string, Quantity>;

export type QuantityName = keyof typeof quantities;

/** Whether numbers are attention weights, whose rows are shares of 1. */
export function holdsWeights({ name }: Quantity): boolean {
  return name === weightQuantity.name;
}

/** Whether numbers are what goes into a softmax: scores, whose softmax are weights. */
export function holdsScores({ name }: Quantity): boolean {
  return name === quantities.scores.name;
}

/** Whether values may be negative. */
export function isSigned({ range }: Quantity): boolean {
  return range[0] < 0;
}
