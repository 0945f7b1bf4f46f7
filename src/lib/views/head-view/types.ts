import type { LensProps, OptionProps, ViewProps } from '../kit/types.js';
import type { HeadViewOptions } from './options.js';

/** Which weights get a line. */
export type Edges = 'threshold' | 'top' | 'share';

export interface HeadViewProps extends ViewProps, LensProps, OptionProps<HeadViewOptions> {
  /**
   * Which weights get a line: those from `threshold`, the `top` largest of each query, or of each query the largest that
   * together make up `share` of its weight.
   * @default 'threshold'
   */
  edges?: Edges;
  /**
   * With edges `'threshold'`: numbers of a smaller magnitude get no line. `'fit'`: 0.05, or less where all weights are small, so that
   * there are lines wherever there is weight.
   * @default 'fit'
   */
  threshold?: number | 'fit';
  /**
   * With edges `'top'`: how many keys a query has lines to.
   * @default 3
   */
  top?: number;
  /**
   * With edges `'share'`: how much of a query's weight the lines stand for, in (0, 1].
   * @default 0.7
   */
  share?: number;
  /**
   * Whether the chosen heads are drawn each in its colour, or as one: their sum, mean or maximum.
   * @default 'none'
   */
  combine?: 'none' | 'sum' | 'mean' | 'max';
  /**
   * Tokens below each other, or side by side and written downwards, for scripts that are.
   * @default 'vertical'
   */
  layout?: 'vertical' | 'horizontal';
  /**
   * Whether queries and keys scroll together, so that a query is beside the key of its position, or each by itself.
   * @default 'together'
   */
  scrolling?: 'together' | 'apart';
  /** Only queries of this segment get lines; null for all. */
  querySegment?: string | null;
  /** Only keys of this segment get lines; null for all. */
  keySegment?: string | null;
}
