import type { Viewport } from '../../scene/viewport.js';
import { heatmapOptions } from '../heatmap/options.js';
import { lensOptions } from '../kit/lens-options.js';
import { oneOf, type OptionRule, type OptionsOf } from '../kit/option-rules.js';

/** The options of the compare view; `CompareViewProps` says what each does. */
export const compareViewOptions = {
  distance: oneOf('jensen-shannon', 'total-variation'),
  viewport: heatmapOptions.viewport as OptionRule<Viewport | undefined>,
  ...lensOptions,
};

export type CompareViewOptions = OptionsOf<typeof compareViewOptions>;
