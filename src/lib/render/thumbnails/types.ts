import type { Stream } from '../../trace/index.js';
import type { Range, Scale } from '../colors/scale.js';
import type { ColorTable } from '../colors/table.js';

/** A head, by the model's numbers, and the upper left corner of its thumbnail on the surface, in CSS pixels. */
export interface Thumbnail {
  layer: number;
  head: number;
  x: number;
  y: number;
}

export interface ThumbnailsProps {
  /** Whose heads are drawn; `null` draws nothing. Thumbnails are kept by the identity of this object. */
  stream: Stream | null;
  /** @default 'lines' */
  kind: 'lines' | 'matrix';
  /** What is to be drawn; missing ones are made in this order. */
  thumbnails: readonly Thumbnail[];
  /** How many of them are waited for: those in sight, which come first. @default all */
  awaited: number;
  /** Size of a thumbnail in CSS pixels. */
  widthPx: number;
  heightPx: number;
  /** Lines: red, green, blue of each layer by the model's number, as `packColors` gives them. */
  colors: Uint8Array;
  /** Colours of weights: of the cells of matrices, and of lines where they are signed. */
  table: ColorTable;
  /** Of matrices. */
  scale: Scale;
  /**
   * The weights at the two ends of the table; lines are measured by its largest magnitude. One that starts below 0, [−m, m], asks
   * for signed weights: lines have the colour of an end of the table by sign. @default [0, 1]
   */
  range: Range;
}

/** A head that could not be read, and why. */
export interface FailedHead {
  layer: number;
  head: number;
  cause: unknown;
}

export const keyOf = ({ layer, head }: Pick<Thumbnail, 'layer' | 'head'>): string => `${layer}/${head}`;
