import { expect, test } from 'vitest';
import { without, type Rect } from '../../../src/lib/scene/rect.js';

const rect: Rect = { x: 0, y: 0, width: 10, height: 6 };

test.each<[string, Rect, number]>([
  ['inside', { x: 3, y: 2, width: 2, height: 2 }, 4],
  ['over a corner', { x: -1, y: -1, width: 4, height: 3 }, 2],
  ['across', { x: -1, y: 2, width: 20, height: 1 }, 2],
  ['all of it', { x: -1, y: -1, width: 20, height: 20 }, 0],
  ['beside', { x: 10, y: 0, width: 5, height: 5 }, 1],
])('a rectangle without one that is %s', (_, hole, count) => {
  const left = without(rect, hole);
  expect(left).toHaveLength(count);
  // Each unit square belongs to what is left, once, or to the hole.
  for (let y = 0; y < rect.height; y++)
    for (let x = 0; x < rect.width; x++) {
      const holds = (one: Rect) =>
        x >= one.x && x < one.x + one.width && y >= one.y && y < one.y + one.height;
      expect(left.filter(holds).length, `${x} ${y}`).toBe(holds(hole) ? 0 : 1);
    }
});
