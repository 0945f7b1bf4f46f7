import { numberFrom, oneOf, type OptionsOf } from '../kit/option-rules.js';

/** The options of the neuron view; `NeuronViewProps` says what each does. */
export const neuronViewOptions = {
  sort: oneOf('position', 'contribution'),
  threshold: numberFrom(0, 1, 0.05),
};

export type NeuronViewOptions = OptionsOf<typeof neuronViewOptions>;
