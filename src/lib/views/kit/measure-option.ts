import { measures, type MeasureName, type NamedMeasure, type NamedValues } from '../../analysis/index.js';
import { holdsWeights, type Quantity, type Stream } from '../../trace/index.js';
import { evidences } from '../../trace/parse-quantity.js';
import type { Labels } from './labels/index.js';
import { anyThat, type OptionRule } from './option-rules.js';

/** What heads can be ordered or placed by: a measure by its name, one of the page's own, or numbers known already. */
export type HeadMeasure = MeasureName | NamedMeasure | NamedValues;

const names = Object.keys(measures) as MeasureName[];

function isOwn(value: unknown): boolean {
  const {
    label,
    measure,
    values,
    evidence = 'descriptive',
  } = (value ?? {}) as Partial<NamedMeasure & NamedValues>;
  if (typeof label !== 'string' || !evidences.includes(evidence)) return false;
  return typeof measure?.rows === 'function' || Array.isArray(values);
}

/** An option that is a measure, or one of some other words. */
export function measureOption<W extends string = never>(
  initial: NoInfer<W> | MeasureName,
  ...words: readonly W[]
): OptionRule<W | HeadMeasure> {
  const all: readonly unknown[] = [...words, ...names];
  return anyThat<W | HeadMeasure>(
    initial,
    `one of ${all.map((name) => `'${String(name)}'`).join(', ')}, { label, measure } or { label, values }`,
    (value) => all.includes(value) || isOwn(value),
  );
}

/** Whether a measure means something for a stream. */
export function fits(measure: HeadMeasure, stream: Stream): boolean {
  if (typeof measure === 'object' && 'values' in measure) return true;
  const { oneSequence, weightsOnly } = typeof measure === 'object' ? measure.measure : measures[measure];
  return !(oneSequence && stream.kind === 'cross') && !(weightsOnly && !holdsWeights(stream.quantity));
}

/** What the numbers of a measure are, for its badge: those of the stream, unless they were worked out elsewhere. */
export const quantityOf = (measure: HeadMeasure, { quantity }: Stream): Quantity =>
  typeof measure === 'object' && 'values' in measure
    ? { ...quantity, name: measure.label, evidence: measure.evidence ?? 'descriptive', caveat: undefined }
    : quantity;

/** The measures by name that mean something for a stream. */
export const fittingMeasures = (stream: Stream | undefined): MeasureName[] =>
  stream ? names.filter((name) => fits(name, stream)) : [];

export const measureLabel = (measure: HeadMeasure, labels: Labels): string =>
  typeof measure === 'object' ? measure.label : labels.measures[measure];
