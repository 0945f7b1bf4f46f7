import type { ColorTable, Scale } from '../../render/colors/index.js';
import type { Viewport } from '../../scene/viewport.js';
import type { LensProps, OptionProps, ViewProps } from '../kit/types.js';
import type { ColorName } from './color-tables.js';
import type { HeatmapOptions } from './options.js';

export type { ColorName };

/** How weights are divided before they get a colour; numbers stay as they are. */
export type Normalization = 'none' | 'row' | 'column' | 'matrix';

export interface HeatmapProps extends ViewProps, LensProps, OptionProps<HeatmapOptions> {
  /**
   * One head, or the mean or maximum over the heads of the layer.
   * @default 'none'
   */
  combine?: 'none' | 'mean' | 'max';
  /**
   * How colour grows with weight. `log` spans three decades below the upper end of the range.
   * @default 'linear'
   */
  scale?: Scale;
  /**
   * The values at the two ends of the colours; `'fit'`: from 0 to the largest seen; `'pointer'`: so that values like the one under
   * the pointer are told apart best, and all from twice that value on look alike. Where values may be negative, from −m to m.
   * @default 'fit'
   */
  range?: 'fit' | 'pointer' | readonly [low: number, high: number];
  /**
   * Colours by weight, or by its share of the largest weight of its row, its column or the matrix.
   * @default 'none'
   */
  normalize?: Normalization;
  /** The part of the matrix that is seen, in cells; undefined for the whole. */
  viewport?: Viewport;
  /**
   * The colours of values: a table by name, or 256 entries of red, green, blue.
   * @default 'auto'
   */
  colors?: ColorName | ColorTable;
  /**
   * Bytes of graphics memory that all heatmaps of the page may keep for what is not in sight, so that coming back to it is quick.
   * @default 256 * 2 ** 20
   */
  memoryBudget?: number;
}
