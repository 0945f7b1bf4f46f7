import type { Token } from '../trace/index.js';
import type { Columns } from './head-layout.js';

/** A side of the lines: the tokens that look, or those that are looked at. */
type Side = 'query' | 'key';

/** Lines as columns, an entry each: token positions, the index of a colour, and the number that the line stands for. */
interface SceneLines {
  readonly count: number;
  readonly query: ArrayLike<number>;
  readonly key: ArrayLike<number>;
  readonly head: ArrayLike<number>;
  readonly weight: ArrayLike<number>;
}

/** How lines look. */
interface LineLook {
  /** Colours as CSS writes them, by the index that a line has; of signed numbers `[negative, positive]`, whatever the head. */
  readonly colors: readonly string[];
  /** A line's magnitude is that of its number ÷ the largest of the range. A range that starts below 0 is one of signed numbers. */
  readonly range: readonly [low: number, high: number];
  /** A line's opacity is its magnitude × this, at most 1. */
  readonly opacityScale: number;
  /** The query, the key or the pair whose lines stand out; the others fade. */
  readonly focus: Readonly<Record<Side, number | null>>;
}

/**
 * What lies where in a head view, in CSS pixels from the corner of its columns, which may be longer than the view shows. Side by
 * side, x and y trade places.
 */
export interface HeadScene {
  readonly columns: Columns;
  readonly horizontal: boolean;
  readonly tokens: Readonly<Record<Side, readonly Token[]>>;
  readonly lines: SceneLines;
  readonly look: LineLook;
}

/** CSS pixels of a line of magnitude 0 and of 1; what stands out is half as wide again. */
export const lineWidthsPx = [0.6, 2.4] as const;
