/** A place in CSS pixels. */
export interface Point {
  x: number;
  y: number;
}

/** A rectangle in CSS pixels. */
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** What two rectangles have in common; without a size where that is nothing. */
export function intersection(a: Rect, b: Rect): Rect {
  const [x, y] = [Math.max(a.x, b.x), Math.max(a.y, b.y)];
  const right = Math.min(a.x + a.width, b.x + b.width);
  const bottom = Math.min(a.y + a.height, b.y + b.height);
  return { x, y, width: Math.max(0, right - x), height: Math.max(0, bottom - y) };
}

/** The least rectangle that holds all others; at the origin, without a size, where there are none. */
export function union(rects: readonly Rect[]): Rect {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const rect of rects) {
    left = Math.min(left, rect.x);
    top = Math.min(top, rect.y);
    right = Math.max(right, rect.x + rect.width);
    bottom = Math.max(bottom, rect.y + rect.height);
  }
  return right >= left
    ? { x: left, y: top, width: right - left, height: bottom - top }
    : { x: 0, y: 0, width: 0, height: 0 };
}

/** A rectangle that reaches further on all sides; less far by a negative number. */
export function widened({ x, y, width, height }: Rect, by: number): Rect {
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by };
}

/** The rectangle between two of its corners. */
export function rectBetween(a: Point, b: Point): Rect {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  return { x, y, width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) };
}

/** What is left of a rectangle without another one: up to four. */
export function without(rect: Rect, hole: Rect): Rect[] {
  const cut = intersection(rect, hole);
  if (cut.width === 0 || cut.height === 0) return [rect];
  const [right, bottom] = [cut.x + cut.width, cut.y + cut.height];
  const beside = { y: cut.y, height: cut.height };
  return [
    { ...rect, height: cut.y - rect.y },
    { ...rect, y: bottom, height: rect.y + rect.height - bottom },
    { ...beside, x: rect.x, width: cut.x - rect.x },
    { ...beside, x: right, width: rect.x + rect.width - right },
  ].filter(({ width, height }) => width > 0 && height > 0);
}
