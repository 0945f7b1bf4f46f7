import type { Block, BlockRequest } from '../trace/index.js';
import type { Levels } from '../trace/pyramid/reduce.js';

/** What a thumbnail is made of, beside its head: what is read of that, and what of that is drawn. */
export interface ThumbnailFormat {
  /** The same for formats that are the same. */
  id: string;
  kind: 'lines' | 'matrix';
  /** Its size: pixels of lines, cells of a matrix. */
  width: number;
  height: number;
  /** Bytes a pixel: two of lines that are signed, for positive and negative ones. */
  channels: 1 | 2;
  /** What is read of a head. */
  request: BlockRequest & Levels;
  /** How many weights that covers. */
  weights: number;
  make(block: Block): Uint8Array;
  /** Of lines: the same before it is a picture. */
  lines?(block: Block): PictureLine[];
}

/** A line of a head, from the left edge to the right, in pixels. */
export interface PictureLine {
  fromY: number;
  toY: number;
  /** Its magnitude, 0 to 1, which is its opacity too. */
  weight: number;
  thickness: number;
  channel: 0 | 1;
}
