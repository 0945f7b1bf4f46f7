import { expect, test } from 'vitest';
import { seenBetween } from '../../../src/lib/render/heatmap/seen-between.js';
import type { Tile } from '../../../src/lib/render/heatmap/tiles.js';

const viewport = { query: 0, key: 0, queries: 64, keys: 64 };

/** A tile of 16 × 16 cells of a level. */
function tile(level: number, row: number, col: number): Tile {
  const place = { rowLevel: level, colLevel: level, row, col, firstRow: 16 * row, firstCol: 16 * col };
  return { ...place, rows: 16, cols: 16, state: 'ready', share: 1, texture: null };
}

test('what coarser tiles show where finer ones are missing is drawn, what is covered is not', () => {
  const whole = tile(2, 0, 0);
  const coarsest = tile(3, 0, 0);
  const halves = [tile(1, 0, 0), tile(1, 0, 1), tile(1, 1, 0)];
  // A quarter of the viewport is open: the nearest level that has it, and nothing below that.
  expect(seenBetween([coarsest, whole, ...halves], [], viewport)).toEqual([whole, ...halves]);
  // Covered by three tiles on top, those of the same places are not drawn.
  expect(seenBetween([coarsest, whole, ...halves], halves, viewport)).toEqual([whole]);
  expect(seenBetween([coarsest, ...halves], [whole], viewport)).toEqual([]);
});

test('fractions of a cell at the edge of what is seen count', () => {
  const right = { ...viewport, key: 0.5 };
  expect(seenBetween([tile(3, 0, 0)], [tile(2, 0, 0)], right)).toHaveLength(1);
  expect(seenBetween([tile(3, 0, 0)], [tile(2, 0, 0)], viewport)).toHaveLength(0);
});
