import type { LensProps, ViewProps } from '../kit/types.js';

/** Which weights get a line. */
export type Edges = 'threshold' | 'top' | 'share';

export interface HeadViewProps extends ViewProps, LensProps {
  /** The heads to start with, by the model's numbers, and to move to when they change. Default: all of the trace. */
  heads?: readonly number[];
  /**
   * Which weights get a line: those from `threshold`, the `top` largest of each query, or of each query the largest that
   * together make up `share` of its weight. Bindable.
   * @default 'threshold'
   */
  edges?: Edges;
  /**
   * With edges `'threshold'`: weights below it get no line. Bindable.
   * @default 0.05
   */
  threshold?: number;
  /**
   * With edges `'top'`: how many keys a query has lines to. Bindable.
   * @default 3
   */
  top?: number;
  /**
   * With edges `'share'`: how much of a query's weight the lines stand for, in (0, 1]. Bindable.
   * @default 0.7
   */
  share?: number;
  /**
   * Whether the chosen heads are drawn each in its colour, or as one: their sum, mean or maximum. Bindable.
   * @default 'none'
   */
  combine?: 'none' | 'sum' | 'mean' | 'max';
  /**
   * Tokens below each other, or side by side and written downwards, for scripts that are. Bindable.
   * @default 'vertical'
   */
  layout?: 'vertical' | 'horizontal';
  /**
   * Whether queries and keys scroll together, so that a query is beside the key of its position, or each by itself. Bindable.
   * @default 'together'
   */
  scrolling?: 'together' | 'apart';
  /** Only queries of this segment get lines; null for all. Bindable. */
  querySegment?: string | null;
  /** Only keys of this segment get lines; null for all. Bindable. */
  keySegment?: string | null;
}
