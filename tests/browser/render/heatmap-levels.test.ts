import { afterEach, describe, expect, test } from 'vitest';
import {
  backgroundColors,
  diverging,
  hatchColors,
  hexToRgb,
  tableColor,
  toUnit,
  viridis,
  type Scale,
} from '../../../src/lib/render/colors/index.js';
import { createHeatmapLayer, type HeatmapLayerProps } from '../../../src/lib/render/index.js';
import { DenseMatrix } from '../../../src/lib/trace/index.js';
import type { Matrix } from '../../../src/lib/trace/types.js';
import { cleanUp, denseMatrix, makeSurface, type TestSurface } from './helpers.js';

afterEach(cleanUp);

const opaque = (rgb: readonly number[]) => [...rgb, 255];
const zero = opaque(tableColor(viridis, 0));
const full = opaque(tableColor(viridis, 1));

/** Draws a matrix over a square canvas. */
async function draw(
  matrix: Matrix,
  sidePx: number,
  props: Partial<HeatmapLayerProps> = {},
  ratio = 1,
): Promise<TestSurface> {
  const view = makeSurface(sidePx, sidePx, ratio);
  createHeatmapLayer(view.surface).setProps({
    matrix,
    viewport: { query: 0, key: 0, queries: matrix.rows, keys: matrix.cols },
    rect: { x: 0, y: 0, width: sidePx, height: sidePx },
    table: viridis,
    ...props,
  });
  await view.surface.ready;
  expect(view.surface.drawNow()).toBe(true);
  expect(view.errors).toEqual([]);
  return view;
}

/** Where the pixels of a colour are. */
function find(view: TestSurface, color: readonly number[]): { x: number; y: number }[] {
  const pixels = view.pixels();
  const places: { x: number; y: number }[] = [];
  for (let i = 0; i < pixels.length / 4; i++) {
    if (!color.every((c, j) => pixels[i * 4 + j] === c)) continue;
    places.push({ x: i % view.canvas.width, y: Math.floor(i / view.canvas.width) });
  }
  return places;
}

describe('zoomed out, a cell of a pixel holds the maximum', () => {
  const spikes: [row: number, col: number][] = [[0, 0], [699, 699], [13, 650], [511, 512], [512, 511], [333, 1]]; // prettier-ignore
  test.each([[700], [699], [500], [351], [350], [200], [97], [10], [1]])(
    '700 cells on %i px',
    async (sidePx) => {
      for (const [row, col] of spikes) {
        const matrix = denseMatrix(700, 700, 'float32', (r, c) => (r === row && c === col ? 1 : 0));
        const view = await draw(matrix, sidePx);
        const places = find(view, full);
        expect(places.length).toBeGreaterThan(0);
        const level = matrix.requests[0]!.rowLevel!;
        for (const { x, y } of places) {
          // The pixel's centre lies in the level's cell that the spike is in.
          expect(Math.floor(((x + 0.5) * 700) / sidePx / 2 ** level)).toBe(Math.floor(col / 2 ** level));
          expect(Math.floor(((y + 0.5) * 700) / sidePx / 2 ** level)).toBe(Math.floor(row / 2 ** level));
        }
        cleanUp();
      }
    },
  );

  test('asks for no finer level than a pixel can show', async () => {
    const matrix = denseMatrix(700, 700, 'uint8', () => 0);
    await draw(matrix, 100);
    expect(matrix.requests).toEqual([
      { row: 0, col: 0, rows: 88, cols: 88, rowLevel: 3, colLevel: 3, reduce: 'max' },
    ]);
  });
});

describe('long and short', () => {
  test('2 queries × 2,000 keys: each row shows its own weight, and not that of the other', async () => {
    const matrix = denseMatrix(2, 2000, 'float32', (r, c) => (c === (r === 0 ? 500 : 1500) ? 1 : 0));
    const view = await draw(matrix, 200, { gap: false });
    const places = find(view, full);
    // Cells of 16 keys, 1.6 px wide, over half of the canvas each.
    const columns = (top: boolean) => [
      ...new Set(places.filter(({ y }) => y < 100 === top).map(({ x }) => x)),
    ];
    expect(columns(true)).toEqual([50, 51].filter((x) => Math.floor((x + 0.5) / 1.6) === 31));
    expect(columns(false)).toEqual([149, 150].filter((x) => Math.floor((x + 0.5) / 1.6) === 93));
    expect(places.filter(({ y }) => y < 100)).toHaveLength(100 * columns(true).length);
  });

  test('cells that cannot hold a weight are hatched by query and key, however many of each a cell joins', async () => {
    const matrix = denseMatrix(4, 800, 'uint8', () => 1);
    const causal = { enabled: true, color: '#0000ff', background: '#0000ff' };
    const view = await draw(matrix, 100, { gap: false, causal: { ...causal, offset: 200 } });
    // Query q sees keys up to q + 200; a cell of 8 keys is hatched where its first is beyond that: from cell 26 on, for the
    // last cell begins at key 200.
    for (const row of [0, 3]) {
      expect(view.pixel(25, row * 25 + 12)).toEqual(full);
      expect(view.pixel(26, row * 25 + 12)).toEqual([0, 0, 255, 255]);
    }
    const near = await draw(matrix, 100, {
      gap: false,
      causal: { ...causal, offset: 0 },
      viewport: { query: 0, key: 0, queries: 4, keys: 4 },
    });
    expect([10, 30, 60, 90].map((x) => near.pixel(x, 30)[2] === 255 && near.pixel(x, 30)[0] === 0)).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });
});

describe('zoomed in', () => {
  test('shows the part asked for, to the pixel, far into a matrix of several tiles', async () => {
    const matrix = denseMatrix(1100, 1100, 'float16', (r, c) => (r === 1029 && c === 1024 ? 1 : 0));
    // 20 px a cell: the cell begins 2.5 cells in and 5 down.
    const viewport = { query: 1024, key: 1021.5, queries: 10, keys: 10 };
    const view = await draw(matrix, 200, { viewport, gap: false });
    const places = find(view, full);
    expect(places).toHaveLength(400);
    expect(places[0]).toEqual({ x: 50, y: 100 });
    expect(places.at(-1)).toEqual({ x: 69, y: 119 });
  });

  test('reads only the tiles in view, and none again after a pan within them', async () => {
    const matrix = denseMatrix(1100, 1100, 'uint8', () => 0);
    const view = makeSurface(100, 100);
    const layer = createHeatmapLayer(view.surface);
    const rect = { x: 0, y: 0, width: 100, height: 100 };
    layer.setProps({ matrix, rect, viewport: { query: 600, key: 100, queries: 20, keys: 20 } });
    await view.surface.ready;
    view.surface.drawNow();
    layer.setProps({ viewport: { query: 610, key: 110.5, queries: 20, keys: 20 } });
    view.surface.drawNow();
    expect(matrix.requests).toEqual([
      { row: 512, col: 0, rows: 512, cols: 512, rowLevel: 0, colLevel: 0, reduce: 'max' },
    ]);
  });

  test('draws nothing beyond the matrix and outside the rect', async () => {
    const rect = { x: 10, y: 20, width: 60, height: 60 };
    const viewport = { query: -2, key: -1, queries: 6, keys: 6 };
    const view = await draw(
      denseMatrix(3, 3, 'float32', () => 1),
      100,
      { rect, viewport, gap: false },
    );
    const places = find(view, full);
    expect(places).toHaveLength(30 * 30);
    expect(places[0]).toEqual({ x: 20, y: 40 });
    expect(find(view, [0, 0, 0, 0])).toHaveLength(100 * 100 - 30 * 30);
  });
});

describe('gaps', () => {
  const ones = () => denseMatrix(10, 10, 'uint8', () => 1);

  test.each([
    [6, 1, 11],
    [5, 1, 0],
    [3, 2, 11],
  ])('%i px a cell at pixel ratio %i', async (cellPx, ratio, expected) => {
    // prettier-ignore
    const view = await draw(ones(), cellPx * 10, {}, ratio);
    const side = view.canvas.width;
    const gapsInRow = Array.from({ length: side }, (_, x) => view.pixel(x, 1)[3] === 0).filter(
      Boolean,
    ).length;
    expect(gapsInRow).toBe(expected === 0 ? 0 : 10);
    // One device pixel, the last of each cell.
    if (expected) expect(view.pixel(side / 10 - 1, 1)[3]).toBe(0);
    if (expected) expect(view.pixel(side / 10, 1)).toEqual(full);
  });

  test('can be left out', async () => {
    expect(find(await draw(ones(), 100, { gap: false }), full)).toHaveLength(100 * 100);
  });
});

test.each<[Scale, [number, number]]>([
  ['linear', [0, 1]],
  ['linear', [0.2, 0.7]],
  ['sqrt', [0, 0.5]],
  ['log', [0, 1]],
  ['log', [0.01, 0.3]],
  ['linear', [0.5, 0.5]],
])('scale %s over %j colours as toUnit says', async (scale, range) => {
  const weight = (row: number, col: number) => (row * 16 + col) / 255;
  const view = await draw(denseMatrix(16, 16, 'float32', weight), 160, { scale, range });
  for (let row = 0; row < 16; row++) {
    for (let col = 0; col < 16; col++) {
      const unit = toUnit(Math.fround(weight(row, col)), scale, range);
      const allowed = [unit - 1e-5, unit + 1e-5].map((at) => opaque(tableColor(viridis, at)));
      expect(allowed).toContainEqual(view.pixel(col * 10 + 5, row * 10 + 5));
    }
  }
});

describe('cells that cannot hold a weight', () => {
  const table = new Set(Array.from({ length: 256 }, (_, i) => viridis.slice(i * 3, i * 3 + 3).join()));
  const causal = { enabled: true, offset: 0, ...hatchColors.light };
  const isHatch = ([r, g, b, a]: number[]) => a === 255 && !table.has([r, g, b].join());

  test.each([0, 3, -2])('are hatched where key > query + %i, at 12 px a cell', async (offset) => {
    const view = await draw(
      denseMatrix(12, 12, 'uint8', () => 0),
      144,
      { causal: { ...causal, offset } },
    );
    for (let query = 0; query < 12; query++) {
      for (let key = 0; key < 12; key++) {
        const pixel = view.pixel(key * 12 + 6, query * 12 + 6);
        expect([query, key, isHatch(pixel)]).toEqual([query, key, key > query + offset]);
      }
    }
  });

  test('a pixel that stands for several is hatched only where all of them are impossible', async () => {
    const view = await draw(
      denseMatrix(203, 203, 'uint8', () => 0),
      51,
      { causal },
    );
    for (let y = 0; y < 51; y++) {
      for (let x = 0; x < 51; x++) {
        const [row, col] = [y, x].map((px) => Math.floor(((px + 0.5) * 203) / 51 / 4)) as [number, number];
        const lastQuery = Math.min(row * 4 + 3, 202);
        expect([x, y, isHatch(view.pixel(x, y))]).toEqual([x, y, col * 4 > lastQuery]);
      }
    }
  });

  test('the hatch has lines, in its two colours and mixtures of them', async () => {
    const view = await draw(
      denseMatrix(12, 12, 'uint8', () => 0),
      144,
      { causal },
      2,
    );
    const line = hexToRgb(hatchColors.light.color);
    const ground = hexToRgb(hatchColors.light.background);
    expect(find(view, opaque(line)).length).toBeGreaterThan(1000);
    expect(find(view, opaque(ground)).length).toBeGreaterThan(5000);
    expect(find(view, zero).length).toBeGreaterThan(10000);
  });

  test('a weight that is not a number is hatched, not coloured', async () => {
    const view = await draw(
      denseMatrix(2, 2, 'float32', (r, c) => (r + c === 0 ? Number.NaN : 0)),
      40,
    );
    expect(isHatch(view.pixel(5, 5))).toBe(true);
    expect(view.pixel(25, 5)).toEqual(zero);
  });
});

describe('signed numbers', () => {
  // −0.8 … 0.7 in steps of 0.1, with 0 among them.
  const value = (row: number, col: number) => (row * 4 + col - 8) / 10;

  test.each([
    ['linear', 'light', 0.8],
    ['linear', 'dark', 0.5],
    ['sqrt', 'light', 0.8],
    ['log', 'dark', 1],
  ] as const)('%s, %s, over ±%f: orange below, blue above, 0 the background', async (scale, theme, most) => {
    const table = diverging[theme];
    const view = await draw(denseMatrix(4, 4, 'float32', value), 40, { scale, table, range: [-most, most] });
    for (let row = 0; row < 4; row++)
      for (let col = 0; col < 4; col++) {
        const number = Math.fround(value(row, col));
        const part = Math.min(1, Math.abs(number) / most);
        const size = { linear: part, sqrt: Math.sqrt(part), log: Math.max(0, 1 + Math.log10(part) / 3) }[
          scale
        ];
        const unit = 0.5 + 0.5 * Math.sign(number) * size;
        const allowed = [unit - 1e-5, unit + 1e-5].map((at) => opaque(tableColor(table, at)));
        expect(allowed).toContainEqual(view.pixel(col * 10 + 5, row * 10 + 5));
      }
    expect(view.pixel(5, 25)).toEqual(opaque(hexToRgb(backgroundColors[theme])));
    const [negative, positive] = [view.pixel(5, 5), view.pixel(35, 35)];
    expect(negative[0]).toBeGreaterThan(negative[2]);
    expect(positive[2]).toBeGreaterThan(positive[0]);
  });

  test('zoomed out, a pixel has the colour of the largest magnitude', async () => {
    const data = new Float32Array(64 * 64);
    data[10 * 64 + 20] = -1;
    data[11 * 64 + 21] = 0.9;
    data[40 * 64 + 50] = 0.5;
    const matrix = new DenseMatrix(64, 64, 'float32', data, 0, { signed: true });
    const view = await draw(matrix, 8, { table: diverging.light, range: [-1, 1] });
    expect(view.pixel(2, 1)).toEqual(opaque(tableColor(diverging.light, 0)));
    expect(view.pixel(6, 5)).toEqual(opaque(tableColor(diverging.light, 0.75)));
    expect(view.pixel(0, 0)).toEqual([255, 255, 255, 255]);
  });
});
