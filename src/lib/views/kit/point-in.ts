/** What an event of a pointer says of where it is, in the pixels of the window. */
interface Pointer {
  readonly clientX: number;
  readonly clientY: number;
}

/**
 * Where a pointer is in an element, from its upper left corner, in the element's own layout pixels: those of its styles, whatever
 * scale, transition or CSS `zoom` of what is around it does to them on the screen. Not of elements that are turned.
 */
export function pointIn(element: HTMLElement, { clientX, clientY }: Pointer): { x: number; y: number } {
  const box = element.getBoundingClientRect();
  return {
    x: (clientX - box.left) / scaleOf(box.width, element.offsetWidth),
    y: (clientY - box.top) / scaleOf(box.height, element.offsetHeight),
  };
}

/** `offsetWidth` is a whole number: what differs by less than a pixel is taken for as large. */
function scaleOf(shown: number, laidOut: number): number {
  return laidOut === 0 || Math.abs(shown - laidOut) < 1 ? 1 : shown / laidOut;
}
