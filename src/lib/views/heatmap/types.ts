import type { ColorTable, Scale } from '../../render/colors/index.js';
import type { LensProps, ViewProps } from '../kit/types.js';
import type { Viewport } from './viewport.js';

/** Names of the colour tables; `auto` is paper on light themes and night on dark ones. */
export type ColorName = 'auto' | 'paper' | 'night' | 'viridis' | 'magma' | 'cividis';

/** How weights are divided before they get a colour; numbers stay as they are. */
export type Normalization = 'none' | 'row' | 'column' | 'matrix';

export interface HeatmapProps extends ViewProps, LensProps {
  /**
   * The head shown, by the model's number, or the mean or maximum over the heads of the layer. Bindable. Default: the first head.
   */
  head?: number | 'mean' | 'max';
  /**
   * How colour grows with weight. `log` spans three decades below the upper end of the range. Bindable.
   * @default 'linear'
   */
  scale?: Scale;
  /**
   * The weights at the two ends of the colours; `'fit'`: from 0 to the largest weight seen; `'pointer'`: so that weights like
   * the one under the pointer are told apart best, and all from twice that weight on look alike. Bindable.
   * @default 'fit'
   */
  range?: 'fit' | 'pointer' | readonly [low: number, high: number];
  /**
   * Colours by weight, or by its share of the largest weight of its row, its column or the matrix. Bindable.
   * @default 'none'
   */
  normalize?: Normalization;
  /**
   * The colours of weights: a table by name, or 256 entries of red, green, blue.
   * @default 'auto'
   */
  colors?: ColorName | ColorTable;
  /**
   * Bytes of graphics memory that all heatmaps of the page may keep for what is not in sight, so that coming back to it is quick.
   * @default 256 * 2 ** 20
   */
  memoryBudget?: number;
  /** The part of the matrix that is seen, in cells; undefined for the whole. Bindable. */
  viewport?: Viewport;
  /** Called when the user zooms or pans, with undefined for the whole matrix. */
  onViewportChange?: (viewport: Viewport | undefined) => void;
}

/** What the user chooses beside the selection. */
export type HeatmapChoices = Required<
  Pick<HeatmapProps, 'scale' | 'range' | 'normalize' | 'granularity' | 'hide' | 'renormalize'>
>;
