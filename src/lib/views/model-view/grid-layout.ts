import type { Rect } from '../kit/rect.js';

/** Sizes of the grid in whole CSS pixels. */
export interface GridLayout {
  /** Room for the labels of rows and columns. */
  labelPx: number;
  headerPx: number;
  cellWidth: number;
  cellHeight: number;
  /** The thumbnail in its cell. */
  thumbnail: Rect;
}

/** Between tiles, and between a tile's edge and its thumbnail. */
export const gapPx = 6;
const paddingPx = 5;
export const captionPx = 17;
/** A cell is no narrower than a finger needs, nor than its caption; a thumbnail no lower than can be read. */
const leastCellPx = 44;
const leastCaptionedPx = 72;
const leastHeightPx = 32;
/** Where a grid does not fit, it scrolls, and its thumbnails need not be that small. */
const comfortablePx = 44;
const mostCellPx = 230;

export interface GridShape {
  rows: number;
  cols: number;
  /** Height of a thumbnail ÷ its width: at least and at most. */
  aspect: readonly [least: number, most: number];
  captioned: boolean;
}

/** Cells as large as fit into a box, within limits: beyond them the grid scrolls. */
export function gridLayout(
  box: { width: number; height: number },
  { rows, cols, aspect, captioned }: GridShape,
): GridLayout {
  const labelPx = 34;
  const headerPx = 24;
  const around = gapPx + 2 * paddingPx;
  const aroundY = around + (captioned ? captionPx : 0);
  const leastWidth = (captioned ? leastCaptionedPx : leastCellPx) - around;
  const most = mostCellPx - around;
  const fitY = (box.height - headerPx - gapPx) / rows - aroundY;
  const fitX = (box.width - labelPx - gapPx) / cols - around;
  const roomX = fitX < leastWidth ? Math.max(leastWidth, comfortablePx) : fitX;
  const roomY = fitY < leastHeightPx ? comfortablePx : fitY;
  // Where there is room in width only, a thumbnail is not stretched to it.
  const width = Math.floor(Math.min(Math.max(Math.min(roomX, roomY / aspect[0]), leastWidth), most));
  const height = Math.floor(Math.min(Math.max(roomY, width * aspect[0]), width * aspect[1]));
  return {
    labelPx,
    headerPx,
    cellWidth: width + around,
    cellHeight: height + aroundY,
    thumbnail: { x: gapPx / 2 + paddingPx, y: gapPx / 2 + paddingPx, width, height },
  };
}

/** A run of rows or columns, `end` exclusive, and the part of it that may be in sight. */
export interface CellRun {
  start: number;
  end: number;
  seen: { start: number; end: number };
}

/**
 * The rows or columns to keep ready: those in sight, and on either side so many that a scroll shows no hole. Its length does not
 * change with the scroll, and its start only now and then.
 */
export function runInSight(scrollPx: number, lengthPx: number, itemPx: number, count: number): CellRun {
  const visible = Math.ceil(lengthPx / itemPx) + 1;
  const margin = Math.max(1, Math.ceil(visible / 4));
  const first = Math.floor(Math.max(0, scrollPx) / itemPx / margin) * margin;
  const length = Math.min(count, visible + 3 * margin);
  const start = Math.min(Math.max(first - margin, 0), count - length);
  return {
    start,
    end: start + length,
    seen: { start: first, end: Math.min(count, first + margin + visible) },
  };
}

/** Where a card goes so that it does not cover what it speaks of: to its right, else its left, else below or above. */
export function placeBeside(
  target: Rect,
  card: { width: number; height: number },
  box: { width: number; height: number },
): { x: number; y: number } {
  const within = (px: number, most: number): number => Math.min(Math.max(px, 4), Math.max(4, most - 4));
  const y = within(target.y + target.height / 2 - card.height / 2, box.height - card.height);
  const right = target.x + target.width + gapPx;
  if (right + card.width <= box.width) return { x: right, y };
  const left = target.x - gapPx - card.width;
  if (left >= 0) return { x: left, y };
  const x = within(target.x + target.width / 2 - card.width / 2, box.width - card.width);
  const below = target.y + target.height + gapPx;
  return { x, y: below + card.height <= box.height ? below : target.y - gapPx - card.height };
}
