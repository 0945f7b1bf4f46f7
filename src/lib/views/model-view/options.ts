import { measures, type MeasureName } from '../../analysis/index.js';
import { lensOptions } from '../kit/lens-options.js';
import { flag, oneOf, type OptionsOf } from '../kit/option-rules.js';

/** The options of the model view; `ModelViewProps` says what each does. */
export const modelViewOptions = {
  thumbnail: oneOf('lines', 'matrix'),
  orderBy: oneOf('none', ...(Object.keys(measures) as MeasureName[])),
  orderWithin: oneOf('layer', 'model'),
  ascending: flag,
  open: flag,
  detail: oneOf('lines', 'matrix', 'none'),
  ...lensOptions,
};

export type ModelViewOptions = OptionsOf<typeof modelViewOptions>;
