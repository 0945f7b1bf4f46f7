import { lensOptions } from '../kit/lens-options.js';
import { anyThat, nameOrNull, numberFrom, oneOf, type OptionsOf } from '../kit/option-rules.js';

/** The options of the head view; `HeadViewProps` says what each does. */
export const headViewOptions = {
  edges: oneOf('threshold', 'top', 'share'),
  threshold: anyThat<number | 'fit'>(
    'fit',
    `'fit' or a number from 0`,
    (value) => value === 'fit' || (typeof value === 'number' && value >= 0),
  ),
  top: numberFrom(1, Infinity, 3),
  share: numberFrom(0, 1, 0.7),
  combine: oneOf('none', 'sum', 'mean', 'max'),
  layout: oneOf('vertical', 'horizontal'),
  scrolling: oneOf('together', 'apart'),
  querySegment: nameOrNull,
  keySegment: nameOrNull,
  ...lensOptions,
};

export type HeadViewOptions = OptionsOf<typeof headViewOptions>;
