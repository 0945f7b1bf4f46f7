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
  const all = { x: 0, y: 0, width: 64, height: 64 };
  const whole = tile(2, 0, 0);
  const coarsest = tile(3, 0, 0);
  const halves = [tile(1, 0, 0), tile(1, 0, 1), tile(1, 1, 0)];
  const lowerRight = { x: 32, y: 32, width: 32, height: 32 };
  const [upperLeft, upperRight, lowerLeft] = [[0, 0], [32, 0], [0, 32]].map(([x, y]) => ({ ...lowerRight, x: x!, y: y! })); // prettier-ignore
  // A quarter of the viewport is open: the nearest level that has it, there, and nothing below that.
  expect(seenBetween([coarsest, whole, ...halves], [], viewport)).toEqual([
    { tile: whole, part: lowerRight },
    { tile: halves[0], part: upperLeft },
    { tile: halves[1], part: upperRight },
    { tile: halves[2], part: lowerLeft },
  ]);
  // Covered by three tiles on top, those of the same places are not drawn.
  expect(seenBetween([coarsest, whole, ...halves], halves, viewport)).toEqual([
    { tile: whole, part: lowerRight },
  ]);
  expect(seenBetween([coarsest, ...halves], [whole], viewport)).toEqual([]);
  // What is open on two sides of a tile needs all that is around both.
  expect(seenBetween([whole], [halves[0]!], viewport)).toEqual([{ tile: whole, part: all }]);
});

test('fractions of a cell at the edge of what is seen count', () => {
  const right = { ...viewport, key: 0.5 };
  expect(seenBetween([tile(3, 0, 0)], [tile(2, 0, 0)], right)).toMatchObject([
    { part: { x: 64, y: 0, width: 0.5, height: 64 } },
  ]);
  expect(seenBetween([tile(3, 0, 0)], [tile(2, 0, 0)], viewport)).toHaveLength(0);
});
