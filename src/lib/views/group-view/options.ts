import { chosenHeads } from '../kit/chosen-heads.js';
import { lensOptions } from '../kit/lens-options.js';
import { flag, nameOrNull, oneOf, type OptionsOf } from '../kit/option-rules.js';

/** The options of the group view; `GroupViewProps` says what each does. */
export const groupViewOptions = {
  queryGroup: nameOrNull,
  keyGroup: nameOrNull,
  chosenHeads,
  headGrid: oneOf('share', 'weight'),
  weighted: flag,
  ...lensOptions,
};

export type GroupViewOptions = OptionsOf<typeof groupViewOptions>;
