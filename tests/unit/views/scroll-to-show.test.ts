import { expect, test } from 'vitest';
import { scrollToShow } from '../../../src/lib/views/kit/scroll-to-show.js';

test.each([
  ['in sight: stays', 100, 200, 150, 170, 20, 100],
  ['at both edges: stays', 100, 200, 100, 300, 20, 100],
  ['above: comes to the top', 100, 200, 60, 80, 0, 60],
  ['above, with room beside it', 100, 200, 60, 80, 20, 40],
  ['below: comes to the bottom', 100, 200, 310, 330, 0, 130],
  ['below, with room beside it', 100, 200, 310, 330, 20, 150],
  ['below, larger than the box: its start is in sight', 100, 10, 310, 330, 0, 310],
] as const)('what is %s', (_, scrolled, roomPx, start, end, besidePx, to) => {
  expect(scrollToShow(scrolled, roomPx, start, end, besidePx)).toBe(to);
});
