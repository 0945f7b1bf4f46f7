import { lensOptions } from '../kit/lens-options.js';
import { oneOf, type OptionsOf } from '../kit/option-rules.js';

/** The options of the token view; `TokenViewProps` says what each does. */
export const tokenViewOptions = {
  combine: oneOf('mean', 'max', 'none'),
  show: oneOf('both', 'sends', 'receives'),
  scale: oneOf('sqrt', 'linear', 'log'),
  ...lensOptions,
};

export type TokenViewOptions = OptionsOf<typeof tokenViewOptions>;
