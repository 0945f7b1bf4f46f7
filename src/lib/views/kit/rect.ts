import type { Point, Rect } from '../../scene/rect.js';

export type { Rect };

/** Where an element is in a box around it, in the box's own CSS pixels, however the page scales it. */
export function rectIn(element: Element, box: HTMLElement): Rect {
  const outer = box.getBoundingClientRect();
  const { x, y, width, height } = element.getClientRects()[0] ?? element.getBoundingClientRect();
  const scale = scaleOf(box, outer);
  return {
    x: (x - outer.x) / scale.x,
    y: (y - outer.y) / scale.y,
    width: width / scale.x,
    height: height / scale.y,
  };
}

/** Where a pointer is in an element, in the element's own CSS pixels, however the page scales it. */
export function pointIn(event: Pick<MouseEvent, 'clientX' | 'clientY'>, element: HTMLElement): Point {
  const outer = element.getBoundingClientRect();
  const scale = scaleOf(element, outer);
  return { x: (event.clientX - outer.x) / scale.x, y: (event.clientY - outer.y) / scale.y };
}

/** How much the page scales an element, along each axis. */
function scaleOf({ offsetWidth, offsetHeight }: HTMLElement, { width, height }: DOMRect): Point {
  return { x: ratio(width, offsetWidth), y: ratio(height, offsetHeight) };
}

/** A length as laid out is known in whole pixels only: what differs by less than one is taken for the same. */
function ratio(shown: number, laidOut: number): number {
  return laidOut === 0 || Math.abs(shown - laidOut) < 1 ? 1 : shown / laidOut;
}
