import { lensOptions } from '../kit/lens-options.js';
import { measureOption } from '../kit/measure-option.js';
import { flag, oneOf, type OptionsOf } from '../kit/option-rules.js';

/** The options of the model view; `ModelViewProps` says what each does. */
export const modelViewOptions = {
  thumbnail: oneOf('lines', 'matrix'),
  orderBy: measureOption('none', 'none'),
  orderWithin: oneOf('layer', 'model'),
  ascending: flag,
  open: flag,
  detail: oneOf('lines', 'matrix', 'none'),
  ...lensOptions,
};

export type ModelViewOptions = OptionsOf<typeof modelViewOptions>;
