import type { ColorTable, Range, Scale } from '../render/colors/index.js';
import { labelWidthPx } from '../scene/label-width.js';
import { intersection, rectBetween, union, type Point, type Rect } from '../scene/rect.js';

/** A colour on light paper and on dark, each `#rrggbb`. */
export type Ink = readonly [light: string, dark: string];

/** The colours of values on light paper and on dark. */
export type Tables = readonly [light: ColorTable, dark: ColorTable];

/** A text in one line. */
export interface TextMark {
  kind: 'text';
  text: string;
  /** Where it starts or ends, or its middle, on the left or right whichever way it is read; in the middle of its height. */
  x: number;
  y: number;
  anchor: 'start' | 'middle' | 'end';
  /** In degrees, clockwise, about that point. */
  angle?: number;
  sizePx: number;
  ink: Ink;
  bold?: boolean;
  struck?: boolean;
  /** Written downwards from the point, which is in the middle of its width. */
  vertical?: boolean;
  /** How long it is to be, whatever the font: letters are set closer or wider. */
  lengthPx?: number;
  /** A rim that parts it from what is behind it. */
  halo?: Ink;
}

/** A rectangle, filled, framed or both. */
export interface BoxMark {
  kind: 'box';
  rect: Rect;
  fill?: Ink;
  /** Of what fills it, in [0, 1]. Default 1. */
  opacity?: number;
  line?: Ink;
  linePx?: number;
  radiusPx?: number;
}

/** A line from a query to a key, as `curvePoint` bends it. */
export interface LineMark {
  kind: 'line';
  from: Point;
  to: Point;
  /** Whether tokens are side by side, and lines leave them downwards. */
  horizontal: boolean;
  ink: Ink;
  opacity: number;
  widthPx: number;
}

/** Places where there is no value: cells that cannot hold one, or that are left out. */
export interface HatchMark {
  kind: 'hatch';
  of: 'impossible' | 'left-out';
  rects: readonly Rect[];
  /** Where the hatch begins, so that it moves with the cells. */
  origin: Point;
}

/** Columns or rows of cells: where the first begins, how long each is, and how much of its end is left free; in CSS pixels. */
export interface CellAxis {
  startPx: number;
  cellPx: number;
  count: number;
  gapPx: number;
  /** And of its beginning. Default 0. */
  beforePx?: number;
}

/** Cells of a matrix. */
export interface CellsMark {
  kind: 'cells';
  /** What is seen of them. */
  rect: Rect;
  x: CellAxis;
  y: CellAxis;
  /** `[row, column]`: the place of each value in the colour table, 0 to 255. */
  places: Uint8Array;
  /** How many cells of each row can hold a value; the others are not drawn. */
  possible: Uint32Array;
  tables: Tables;
  /** Of more cells than are drawn one by one: rows of `places` as a PNG holds them, compressed. */
  picture?: Uint8Array;
}

/** A picture in one colour, which covers more or less of each pixel, such as many lines. */
export interface CoverMark {
  kind: 'cover';
  rect: Rect;
  cols: number;
  rows: number;
  /** Rows of how much is covered, 0 to 255, as a PNG holds them, compressed. */
  picture: Uint8Array;
  ink: Ink;
}

/** The colours of values, from the lowest to the highest. */
export interface ColorBarMark {
  kind: 'color-bar';
  rect: Rect;
  tables: Tables;
}

/** Marks that are cut at a rectangle, moved, or both: cut first. */
export interface GroupMark {
  kind: 'group';
  clip?: Rect;
  at?: Point;
  marks: readonly Mark[];
}

export type Mark =
  TextMark | BoxMark | LineMark | HatchMark | CellsMark | CoverMark | ColorBarMark | GroupMark;

/** What the colours of a figure stand for. */
export interface FigureScale {
  /** What the values are: `weight`. */
  name: string;
  /** The values at the ends of the colours; of signed values [−m, m], with 0 in the middle. */
  range: Range;
  scale: Scale;
  tables: Tables;
  /** The values at both ends and in the middle, as they are written. */
  written: readonly [low: string, middle: string, high: string];
}

/** One colour of several that stand for something each. */
export interface FigureKey {
  name: string;
  ink: Ink;
}

/**
 * A figure: what lies where, as plain data, in CSS pixels. Colours are kept for light paper and for dark; `toSVG` takes the ones it is
 * asked for.
 */
export interface Figure {
  /** What of the plane that the marks lie on is shown. */
  bounds: Rect;
  marks: readonly Mark[];
  /** Below the marks: the colour bars. */
  scales?: readonly FigureScale[];
  /** Below the marks: what colours stand for, such as heads. */
  keys?: readonly FigureKey[];
  /** Below the marks: what is shown, in a line, and what of it is left out. */
  caption: string;
}

/** What a view is asked for a figure of. */
export interface FigureOptions {
  /**
   * Everything, whatever is scrolled or zoomed out of sight.
   * @default false
   */
  whole?: boolean;
  /**
   * With `whole`: how wide to lay it out, in CSS pixels. A token is set in 12.5 of them.
   * @default 720
   */
  width?: number;
  /**
   * Pixels of the picture that a CSS pixel becomes: of a large matrix, as many cells are read.
   * @default 1
   */
  pixelRatio?: number;
  /** Lets reading be given up. */
  signal?: AbortSignal;
}

/** Free space round the marks. */
const marginPx = 8;

/** A figure of marks, with as much of the plane as they cover. */
export function makeFigure(marks: readonly Mark[], rest: Omit<Figure, 'bounds' | 'marks'>): Figure {
  return { bounds: grow(union(marks.map(boundsOf)), marginPx), marks, ...rest };
}

function boundsOf(mark: Mark): Rect {
  switch (mark.kind) {
    case 'text':
      return textBounds(mark);
    case 'line':
      return rectBetween(mark.from, mark.to);
    case 'hatch':
      return union(mark.rects);
    case 'group': {
      const { clip, at = { x: 0, y: 0 }, marks } = mark;
      const inside = union(marks.map(boundsOf));
      const { x, y, width, height } = clip ? intersection(inside, clip) : inside;
      return { x: x + at.x, y: y + at.y, width, height };
    }
    default:
      return mark.rect;
  }
}

/** About where a text lies. */
function textBounds({ text, x, y, anchor, angle = 0, sizePx, vertical }: TextMark): Rect {
  const width = (labelWidthPx(text) * sizePx) / 12.5;
  const left = anchor === 'start' ? 0 : anchor === 'end' ? -width : -width / 2;
  const turn = ((vertical ? 90 : angle) * Math.PI) / 180;
  const corners = [left, left + width].flatMap((dx) =>
    [-sizePx / 2, sizePx / 2].map((dy) => ({
      x: x + dx * Math.cos(turn) - dy * Math.sin(turn),
      y: y + dx * Math.sin(turn) + dy * Math.cos(turn),
    })),
  );
  return union(corners.map((corner) => ({ ...corner, width: 0, height: 0 })));
}

/** To whole pixels, so that cells at whole pixels stay there. */
function grow({ x, y, width, height }: Rect, by: number): Rect {
  const [left, top] = [Math.floor(x - by), Math.floor(y - by)];
  return {
    x: left,
    y: top,
    width: Math.ceil(x + width + by) - left,
    height: Math.ceil(y + height + by) - top,
  };
}
