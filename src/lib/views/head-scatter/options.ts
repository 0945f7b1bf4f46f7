import { chosenHeads } from '../kit/chosen-heads.js';
import { lensOptions } from '../kit/lens-options.js';
import { measureOption } from '../kit/measure-option.js';
import type { OptionsOf } from '../kit/option-rules.js';

/** The options of the scatter of heads; `HeadScatterProps` says what each does. */
export const headScatterOptions = {
  horizontal: measureOption('distance'),
  vertical: measureOption('entropy'),
  chosenHeads,
  ...lensOptions,
};

export type HeadScatterOptions = OptionsOf<typeof headScatterOptions>;
