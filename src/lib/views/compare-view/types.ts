import type { Align, Match } from '../../analysis/index.js';
import type { Viewport } from '../../scene/viewport.js';
import type { Trace } from '../../trace/index.js';
import type { LensProps, OptionProps, ViewProps } from '../kit/types.js';
import type { CompareViewOptions } from './options.js';

export interface CompareViewProps
  extends Omit<ViewProps, 'trace' | 'attention' | 'tokens'>, LensProps, OptionProps<CompareViewOptions> {
  /** The trace that is compared: before, base, “he”. */
  a?: Trace;
  /** The trace it is compared with: after, fine-tuned, “she”; differences are b − a. Two heads of one trace: pass it twice, with `match`. */
  b?: Trace;
  /** What a is called. Default: `a`. */
  nameA?: string;
  /** What b is called. Default: `b`. */
  nameB?: string;
  /**
   * How tokens are aligned, see `compareTraces`.
   * @default 'auto'
   */
  align?: Align;
  /**
   * Which heads belong together: those of one number, those most alike, or pairs of your own.
   * @default 'number'
   */
  match?: Match;
  /** A second run of the model of a: heads that are no further apart than its are have not changed. */
  floor?: Trace;
  /**
   * How far a head moved: the Jensen–Shannon distance or the total variation of its rows, as the mean over queries, from 0 to 1.
   * @default 'jensen-shannon'
   */
  distance?: 'jensen-shannon' | 'total-variation';
  /** The part of the matrices that is seen, in cells; undefined for the whole. */
  viewport?: Viewport;
}
