import { afterEach, expect, test } from 'vitest';
import { pointIn } from '../../../src/lib/views/kit/rect.js';

const made: HTMLElement[] = [];
afterEach(() => made.splice(0).forEach((element) => element.remove()));

/** A box of 200 × 100 px at (30, 20) of another with the style. */
function boxIn(style: string): { box: HTMLElement; mark: HTMLElement } {
  const around = document.createElement('div');
  around.style.cssText = `position: absolute; left: 15px; top: 7px; width: 400px; height: 300px; ${style}`;
  const box = document.createElement('div');
  box.style.cssText = 'position: absolute; left: 30px; top: 20px; width: 200px; height: 100px';
  // Where the browser itself puts the point (50, 25) of the box.
  const mark = document.createElement('i');
  mark.style.cssText = 'position: absolute; left: 50px; top: 25px; width: 0; height: 0';
  box.append(mark);
  around.append(box);
  document.body.append(around);
  made.push(around);
  return { box, mark };
}

test.each([
  ['nothing', ''],
  ['a scale', 'transform: scale(0.6)'],
  ['a scale for each axis', 'transform: scale(2, 0.5); transform-origin: 0 0'],
  ['the scale property', 'scale: 1.5'],
  ['a move', 'transform: translate(33.3px, 4px)'],
  ['zoom', 'zoom: 1.7'],
  ['zoom and a scale', 'zoom: 0.5; transform: scale(3)'],
])('inside %s', (_, style) => {
  const { box, mark } = boxIn(style);
  const { left, top } = mark.getBoundingClientRect();
  const point = pointIn(new PointerEvent('pointermove', { clientX: left, clientY: top }), box);
  // Events may tell whole pixels of the window alone.
  expect(Math.abs(point.x - 50)).toBeLessThan(2);
  expect(Math.abs(point.y - 25)).toBeLessThan(2);
  expect(pointIn({ clientX: left, clientY: top }, box)).toEqual({
    x: expect.closeTo(50, 2),
    y: expect.closeTo(25, 2),
  });
});
