import type { Token } from '../trace/index.js';
import { paddingPx, type Columns } from './head-layout.js';
import type { Rect } from './rect.js';
import { rowPx } from './rows.js';
import type { Point } from './viewport.js';

/** A side of the lines: the tokens that look, or those that are looked at. */
export type Side = 'query' | 'key';

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
  /** More lines, over these, that come and go with the token in focus: to where it reaches out of sight. */
  readonly more: SceneLines;
  readonly look: LineLook;
}

/** CSS pixels of a line of magnitude 0 and of 1; what stands out is half as wide again. */
export const lineWidthsPx = [0.6, 2.4] as const;

/** How much is left of the lines of other tokens while some stand out. */
const restOpacity = 0.1;

/** Where a token stands, with what stands beside it. */
export function tokenRect({ columns, horizontal }: HeadScene, side: Side, position: number): Rect {
  const across = columns.margin + (side === 'query' ? 0 : columns.query + columns.lines);
  const along = paddingPx + position * rowPx;
  const width = columns[side];
  return horizontal
    ? { x: along, y: across, width: rowPx, height: width }
    : { x: across, y: along, width, height: rowPx };
}

/** Where a line begins and ends: at the edges of the columns of tokens, in the middle of their rows. */
export function lineEnds(
  { columns, horizontal, lines }: HeadScene,
  index: number,
): { from: Point; to: Point } {
  const start = columns.margin + columns.query;
  const at = (across: number, position: number): Point => {
    const along = paddingPx + (position + 0.5) * rowPx;
    return horizontal ? { x: along, y: across } : { x: across, y: along };
  };
  return { from: at(start, lines.query[index]!), to: at(start + columns.lines, lines.key[index]!) };
}

/** What a line looks like at rest, or where others stand out: its colour by index, and whether it is drawn over the others. */
export function lineStyle(
  { lines, look }: HeadScene,
  index: number,
): { color: number; opacity: number; widthPx: number; standsOut: boolean } {
  const { focus, opacityScale, range } = look;
  const number = lines.weight[index]!;
  const magnitude = Math.min(Math.abs(number) / Math.max(-range[0], range[1]), 1);
  const standsOut =
    (focus.query ?? focus.key) !== null &&
    (focus.query === null || focus.query === lines.query[index]) &&
    (focus.key === null || focus.key === lines.key[index]);
  const atRest = (focus.query ?? focus.key) === null;
  const opacity = Math.min(1, magnitude * opacityScale);
  return {
    color: range[0] < 0 ? (number < 0 ? 0 : 1) : lines.head[index]!,
    opacity: standsOut ? Math.sqrt(opacity) : atRest ? opacity : opacity * restOpacity,
    widthPx: (lineWidthsPx[0] + (lineWidthsPx[1] - lineWidthsPx[0]) * magnitude) * (standsOut ? 1.5 : 1),
    standsOut,
  };
}
