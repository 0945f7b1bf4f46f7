import { anyThat, oneOf, type OptionsOf } from '../kit/option-rules.js';

const numberThat = (expected: string, holds: (value: number) => boolean) =>
  anyThat<number | null>(
    null,
    expected,
    (value) => value === null || (typeof value === 'number' && Number.isFinite(value) && holds(value)),
  );

/** The options of the neuron view; `NeuronViewProps` says what each does. */
export const neuronViewOptions = {
  sort: oneOf('position', 'contribution'),
  threshold: numberThat('a number from 0, or null to fit the head', (value) => value >= 0),
  scale: numberThat('a number above 0, or null for 1/√d', (value) => value > 0),
};

export type NeuronViewOptions = OptionsOf<typeof neuronViewOptions>;
