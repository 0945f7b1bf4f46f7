import { measures, type MeasureName, type NamedMeasure } from '../../analysis/index.js';
import { lensOptions } from '../kit/lens-options.js';
import { anyThat, flag, oneOf, type OptionsOf } from '../kit/option-rules.js';

const orders: readonly unknown[] = ['none', ...Object.keys(measures)];

/** The options of the model view; `ModelViewProps` says what each does. */
export const modelViewOptions = {
  thumbnail: oneOf('lines', 'matrix'),
  orderBy: anyThat<'none' | MeasureName | NamedMeasure>(
    'none',
    `one of ${orders.map((name) => `'${String(name)}'`).join(', ')}, or { label, measure }`,
    (value) => orders.includes(value) || isNamedMeasure(value),
  ),
  orderWithin: oneOf('layer', 'model'),
  ascending: flag,
  open: flag,
  detail: oneOf('lines', 'matrix', 'none'),
  ...lensOptions,
};

function isNamedMeasure(value: unknown): boolean {
  const { label, measure } = (value ?? {}) as Partial<NamedMeasure>;
  return typeof label === 'string' && typeof measure?.rows === 'function';
}

export type ModelViewOptions = OptionsOf<typeof modelViewOptions>;
