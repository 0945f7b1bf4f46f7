import type { Rect } from '../../scene/rect.js';

export type { Rect };

/** Where an element is in a box around it, in the box's own CSS pixels, however the page scales it. */
export function rectIn(element: Element, box: HTMLElement): Rect {
  const outer = box.getBoundingClientRect();
  const { x, y, width, height } = element.getClientRects()[0] ?? element.getBoundingClientRect();
  const scale = scaleOf(box, outer);
  return {
    x: (x - outer.x) / scale,
    y: (y - outer.y) / scale,
    width: width / scale,
    height: height / scale,
  };
}

/** Where a pointer is in an element, in the element's own CSS pixels, however the page scales it. */
export function pointIn(event: MouseEvent, element: HTMLElement): { x: number; y: number } {
  const outer = element.getBoundingClientRect();
  const scale = scaleOf(element, outer);
  return { x: (event.clientX - outer.x) / scale, y: (event.clientY - outer.y) / scale };
}

/** How much the page scales an element. Its own width is known in whole pixels only. */
function scaleOf({ offsetWidth }: HTMLElement, { width }: DOMRect): number {
  return Math.abs(width - offsetWidth) < 1 ? 1 : width / offsetWidth || 1;
}
