import { describe, expect, test } from 'vitest';
import { toUnit } from '../../../src/lib/render/colors/index.js';
import { createAtlas } from '../../../src/lib/render/thumbnails/atlas.js';
import {
  cellColors,
  headCells,
  wholeRequest,
  type HeadCells,
} from '../../../src/lib/render/thumbnails/head-cells.js';
import { rasterizeLines } from '../../../src/lib/render/thumbnails/rasterize-lines.js';
import { DenseMatrix, type Block } from '../../../src/lib/trace/index.js';

/** Cells of a small matrix whose weights are all 0 but some. */
function cells(rows: number, cols: number, weights: Record<string, number>): HeadCells {
  const data = new Float32Array(rows * cols);
  for (const [place, weight] of Object.entries(weights)) {
    const [row, col] = place.split(',').map(Number) as [number, number];
    data[row * cols + col] = weight;
  }
  return { weights: data, rows, cols, height: 1, width: 1, queries: rows, keys: cols };
}

describe('lines', () => {
  const picture = { width: 40, height: 40, linePx: 1, linesPerRow: Infinity };
  const at = (pixels: Uint8Array, x: number, y: number): number => pixels[y * 40 + x]!;
  const column = (pixels: Uint8Array, x: number): number =>
    Array.from({ length: 40 }, (_, y) => at(pixels, x, y)).reduce((sum, value) => sum + value, 0);

  test('a weight of 1 from the first of four queries to the last key', () => {
    const pixels = rasterizeLines(cells(4, 4, { '0,3': 1 }), picture);
    // Rows are 10 pixels high: it leaves horizontally between pixels 4 and 5, and arrives between 34 and 35.
    expect([at(pixels, 0, 4), at(pixels, 0, 5)]).toEqual([expect.closeTo(128, -1), expect.closeTo(128, -1)]);
    expect(at(pixels, 39, 34) + at(pixels, 39, 35)).toBeGreaterThan(240);
    // Halfway across it is halfway down.
    expect(at(pixels, 19, 19) + at(pixels, 20, 20)).toBeGreaterThan(255);
    expect(at(pixels, 0, 35)).toBe(0);
    expect(at(pixels, 20, 5)).toBe(0);
  });

  test('ink grows with weight, twice: a stronger line is more opaque and thicker', () => {
    const inkOf = (weight: number): number =>
      column(rasterizeLines(cells(2, 2, { '0,0': weight }), picture), 20);
    expect(inkOf(1)).toBeCloseTo(255, -1);
    expect(inkOf(0.5)).toBeCloseTo(255 * 0.5 * 0.75, -1);
    expect(inkOf(0)).toBe(0);
  });

  test('a steep line is no thinner than a level one', () => {
    const steep = rasterizeLines(cells(4, 4, { '0,3': 1 }), picture);
    // In the middle the curve falls twice as fast as a straight line: 2 × 30 ÷ 40 pixels a pixel.
    expect(column(steep, 20) / 255).toBeCloseTo(Math.hypot(1, 1.5), 1);
  });

  test('lines over each other never cover more than all', () => {
    const both = rasterizeLines(cells(1, 1, { '0,0': 0.5 }), { ...picture, linePx: 200 });
    const twice = rasterizeLines(cells(2, 1, { '0,0': 0.5, '1,0': 0.5 }), { ...picture, linePx: 200 });
    expect(at(both, 39, 20)).toBe(128);
    expect(at(twice, 39, 20)).toBe(Math.round(255 * 0.75));
  });

  test('the strongest only', () => {
    const weights = { '0,0': 0.3, '0,3': 0.7, '2,1': 0.4, '2,2': 0.6 };
    const all = rasterizeLines(cells(4, 4, weights), picture);
    const some = rasterizeLines(cells(4, 4, weights), { ...picture, linesPerRow: 1 });
    const keys = (pixels: Uint8Array) =>
      [5, 15, 25, 35].map((y) => at(pixels, 39, y) + at(pixels, 39, y - 1) > 0);
    expect(keys(all)).toEqual([true, true, true, true]);
    expect(keys(some)).toEqual([false, false, true, true]);
  });

  test('signed weights: positive and negative ones in channels of their own, measured by magnitude', () => {
    const signed = { ...picture, channels: 2, most: 2 } as const;
    const pixels = rasterizeLines(cells(2, 2, { '0,0': 2, '1,1': -1 }), signed);
    const both = (y: number) => [...pixels.subarray((y * 40 + 20) * 2, (y * 40 + 20) * 2 + 2)];
    // Of ±2: a line a pixel thick and opaque, over two rows; one of half that, ¾ of a pixel thick and half opaque.
    expect([both(9), both(10)]).toEqual(Array(2).fill([expect.closeTo(128, -1), 0]));
    expect([both(29), both(30)]).toEqual(Array(2).fill([0, expect.closeTo(255 * 0.375 * 0.5, -1)]));
    const strongest = rasterizeLines(cells(1, 2, { '0,0': 0.5, '0,1': -1 }), { ...signed, linesPerRow: 1 });
    expect(strongest.filter((covered, i) => i % 2 === 0 && covered > 0)).toHaveLength(0);
    expect(strongest.filter((covered, i) => i % 2 === 1 && covered > 0).length).toBeGreaterThan(0);
  });

  test('so many of the strongest of each row', () => {
    const weights = { '0,0': 0.3, '0,1': 0.5, '0,3': 0.7 };
    const pixels = rasterizeLines(cells(1, 4, weights), { ...picture, linesPerRow: 2 });
    const keys = [5, 15, 25, 35].map((y) => at(pixels, 39, y) + at(pixels, 39, y - 1) > 0);
    expect(keys).toEqual([false, true, false, true]);
  });

  test('a cell that stands for fewer weights at the edge is drawn in their middle', () => {
    // Five queries and keys at level 2: rows 0 to 3, and row 4 alone, which covers pixels 32 to 40.
    const last = { ...cells(2, 2, { '1,1': 1 }), height: 4, width: 4, queries: 5, keys: 5 };
    const pixels = rasterizeLines(last, picture);
    expect(at(pixels, 20, 35) + at(pixels, 20, 36)).toBeGreaterThan(240);
  });
});

describe('cells', () => {
  test.each([
    [24, 24, 64, 64, 0, 0, 24, 24],
    [24, 24, 20, 64, 1, 0, 12, 24],
    [1024, 1024, 64, 64, 4, 4, 64, 64],
    [201, 201, 64, 64, 2, 2, 51, 51],
    [10, 3000, 64, 64, 0, 6, 10, 47],
    [1, 1, 64, 64, 0, 0, 1, 1],
  ])(
    '%i × %i weights in %i × %i cells: levels %i and %i, %i × %i',
    (queries, keys, most, mostCols, rowLevel, colLevel, rows, cols) => {
      const request = { row: 0, col: 0, rows, cols, rowLevel, colLevel };
      expect(wholeRequest(queries, keys, most, mostCols)).toEqual(request);
    },
  );

  test('colours by the largest weight of each block, as the scale places it', () => {
    const matrix = new DenseMatrix(
      3,
      3,
      'float32',
      Float32Array.of(0.1, 0.9, 0, 0.2, 0.3, 0.5, 0.04, 0, 0.6),
    );
    const request = wholeRequest(3, 3, 2, 2);
    const maxima = [0.9, 0.5, 0.04, 0.6];
    const expected = maxima.map((weight) => Math.round(toUnit(weight, 'sqrt', [0, 1]) * 255));
    expect([...cellColors(headCells(matrix.block(request) as Block, 3, 3), 'sqrt', [0, 1])]).toEqual(
      expected,
    );
    expect(expected).toEqual([242, 180, 51, 198]);
  });
});

describe('atlas', () => {
  const picture = (value: number) => new Uint8Array(6).fill(value);
  const none = () => false;

  test('pictures lie side by side, in rows of whole words', () => {
    const atlas = createAtlas(3, 2, 2);
    expect([atlas.width, atlas.height]).toEqual([8, 2]);
    expect(atlas.put('a', picture(1), none)).toBe(true);
    expect(atlas.put('b', Uint8Array.of(1, 2, 3, 4, 5, 6), none)).toBe(true);
    expect(atlas.use('b')).toEqual({ x: 3, y: 0 });
    expect(atlas.use('c')).toBeUndefined();
    expect([...atlas.data]).toEqual([1, 1, 1, 1, 2, 3, 0, 0, 1, 1, 1, 4, 5, 6, 0, 0]);
  });

  test('no side is longer than 4096: the rest takes the place of what was used longest ago', () => {
    const atlas = createAtlas(2000, 1500, 1000);
    expect([atlas.width, atlas.height]).toEqual([4000, 3000]);
    const large = new Uint8Array(2000 * 1500);
    for (const key of ['a', 'b', 'c', 'd']) atlas.put(key, large, none);
    atlas.use('a');
    expect(atlas.put('e', large, (key) => key === 'b')).toBe(true);
    expect(['a', 'b', 'c', 'd', 'e'].filter((key) => atlas.has(key))).toEqual(['a', 'b', 'd', 'e']);
    expect(atlas.use('e')).toEqual({ x: 0, y: 1500 });
    expect(atlas.put('f', large, () => true)).toBe(false);
  });
});
