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
}

/** Attention after the softmax: what a stream holds unless its trace says otherwise. */
export const weightQuantity: Quantity = { name: 'weight', range: [0, 1], evidence: 'descriptive' };

/** Whether values may be negative. */
export function isSigned({ range }: Quantity): boolean {
  return range[0] < 0;
}
