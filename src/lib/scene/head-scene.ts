import type { Token } from '../trace/index.js';
import { paddingPx, type Columns } from './head-layout.js';
import type { Point, Rect } from './rect.js';
import { rowPx } from './rows.js';

/** A side of the lines: queries or keys. */
export type Side = 'query' | 'key';

/** Lines as columns with an entry each: token positions, the index of a colour (its head's), and the line's number. */
export interface Lines {
  readonly count: number;
  readonly query: ArrayLike<number>;
  readonly key: ArrayLike<number>;
  readonly head: ArrayLike<number>;
  readonly weight: ArrayLike<number>;
  /** What they are lines of: others of the same differ from these only out of sight. Default: themselves. */
  readonly of?: object;
  /** Whether some that are in sight are yet to come. Default false. */
  readonly partial?: boolean;
}

/** How lines look. */
interface LineLook {
  /** CSS colours, by the index of a line; for signed numbers `[negative, positive]`, the same for all heads. */
  readonly colors: readonly string[];
  /** A line's magnitude is |number| ÷ the largest magnitude of the range. A range that starts below 0 is for signed numbers. */
  readonly range: readonly [low: number, high: number];
  /** A line's opacity is its magnitude × this, at most 1. */
  readonly opacityScale: number;
  /** The query, the key or the pair whose lines are highlighted; the others fade. */
  readonly focus: Readonly<Record<Side, number | null>>;
}

/**
 * What lies where in a head view, in CSS pixels from the corner of its columns, which may be longer than the view. In the horizontal layout
 * x and y are swapped.
 */
export interface HeadScene {
  readonly columns: Columns;
  readonly horizontal: boolean;
  readonly tokens: Readonly<Record<Side, readonly Token[]>>;
  readonly lines: Lines;
  /** More lines, over these, that come and go with the token in focus: to where it reaches out of sight. */
  readonly more: Lines;
  readonly look: LineLook;
}

/** The width of lines of magnitude 0 and 1, in CSS pixels; highlighted lines are half as wide again. */
export const lineWidthsPx = [0.6, 2.4] as const;

/** The opacity left to other lines while some are highlighted. */
const restOpacity = 0.1;

/** The place of a token and of what stands beside it. */
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

/** How a line is drawn: its colour by index, and whether it is highlighted and drawn over the others. */
export function lineStyle(
  { lines, look: { focus, opacityScale, range } }: Pick<HeadScene, 'lines' | 'look'>,
  index: number,
): { color: number; opacity: number; widthPx: number; standsOut: boolean } {
  const number = lines.weight[index]!;
  const magnitude = Math.min(Math.abs(number) / Math.max(-range[0], range[1]), 1);
  const focused = (focus.query ?? focus.key) !== null;
  const standsOut =
    focused &&
    (focus.query === null || focus.query === lines.query[index]) &&
    (focus.key === null || focus.key === lines.key[index]);
  const opacity = Math.min(1, magnitude * opacityScale);
  return {
    color: range[0] < 0 ? (number < 0 ? 0 : 1) : lines.head[index]!,
    opacity: standsOut ? Math.sqrt(opacity) : focused ? opacity * restOpacity : opacity,
    widthPx: (lineWidthsPx[0] + (lineWidthsPx[1] - lineWidthsPx[0]) * magnitude) * (standsOut ? 1.5 : 1),
    standsOut,
  };
}
