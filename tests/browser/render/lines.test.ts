import { afterEach, describe, expect, test } from 'vitest';
import { diverging, packColors, tableColor } from '../../../src/lib/render/colors/index.js';
import type { LinesProps } from '../../../src/lib/render/index.js';
import { curvePoint } from '../../../src/lib/scene/curve.js';
import { columns, draw, type Line } from './draw-lines.js';
import { cleanUp, type TestSurface } from './helpers.js';

afterEach(cleanUp);

const red = [255, 0, 0];
const blue = [0, 0, 255];

/** Distance of a pixel's centre from a curve, by walking along it. */
function distance(x: number, y: number, points: { x: number; y: number }[]): number {
  return Math.min(...points.map((point) => Math.hypot(point.x - x - 0.5, point.y - y - 0.5)));
}

const walk = (x0: number, y0: number, x1: number, y1: number) =>
  Array.from({ length: 2001 }, (_, i) => curvePoint(i / 2000, x0, y0, x1, y1));

/** Every pixel against the curve: full colour inside the line, nothing outside it. */
function expectCurve(
  view: TestSurface,
  points: { x: number; y: number }[],
  halfPx: number,
  color: number[],
): void {
  const pixels = view.pixels();
  const { width, height } = view.canvas;
  const wrong: string[] = [];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const away = distance(x, y, points);
      const found = [...pixels.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)];
      // 28 straight pieces stray from the curve by less than a fifth of a pixel here.
      const inside = away < halfPx - 0.75 && x > 0 && x < width - 1;
      if (inside && found.join() !== [...color, 255].join()) wrong.push(`${x},${y} inside: ${found}`);
      if (away > halfPx + 0.75 && found[3] !== 0) wrong.push(`${x},${y} outside: ${found}`);
    }
  }
  expect(wrong).toEqual([]);
}

describe('a line is exactly where it is given', () => {
  test.each([
    [1, 8],
    [8, 1],
    [4, 4],
    [0, 9],
  ])('from query %i on the left to key %i on the right', async (query, key) => {
    const { view } = await draw([[query, key, 0, 1]], {}, [100, 200]);
    expectCurve(view, walk(0, query * 20 + 10, 100, key * 20 + 10), 2, red);
  });

  test('horizontal: from query above to key below', async () => {
    const { view } = await draw([[1, 8, 1, 1]], { layout: 'horizontal' }, [200, 100]);
    const points = walk(0, 30, 100, 170).map(({ x, y }) => ({ x: y, y: x }));
    const pixels = view.pixels();
    let inside = 0;
    for (let y = 1; y < 99; y++) {
      for (let x = 0; x < 200; x++) {
        const away = distance(x, y, points);
        const found = [...pixels.subarray((y * 200 + x) * 4, (y * 200 + x) * 4 + 4)];
        if (away < 1.25) expect([x, y, ...found]).toEqual([x, y, ...blue, 255]);
        if (away > 2.75) expect([x, y, found[3]]).toEqual([x, y, 0]);
        inside += away < 1.25 ? 1 : 0;
      }
    }
    expect(inside).toBeGreaterThan(300);
  });

  test('in device pixels, in a rect that is not at the corner', async () => {
    const rect = { x: 30, y: 10, width: 50, height: 80 };
    const { view } = await draw([[0, 3, 2, 1]], { rect, queryStart: 0, keyStart: 1 }, [100, 100], 2);
    const { x, y } = curvePoint(0.5, 60, 2 * (10 + 10), 160, 2 * (10 + 50));
    expect(view.pixel(x, y)).toEqual([0, 255, 0, 255]);
    expect(view.pixel(58, 40)[3]).toBe(0);
    expect(view.pixel(162, 120)[3]).toBe(0);
  });

  test('nowhere, when there are none', async () => {
    const { view, layer } = await draw([]);
    const blank = () => view.pixels().every((byte) => byte === 0);
    expect(blank()).toBe(true);
    layer.setProps({ lines: columns([[1, 1, 0, 1]]) });
    view.surface.drawNow();
    expect(blank()).toBe(false);
    layer.setProps({ lines: columns([]) });
    view.surface.drawNow();
    expect(blank()).toBe(true);
  });
});

describe('width and opacity', () => {
  /** How many pixels of line a column of pixels crosses. */
  const across = (view: TestSurface, x: number) =>
    Array.from({ length: view.canvas.height }, (_, y) => view.pixel(x, y)[3] / 255).reduce(
      (sum, a) => sum + a,
      0,
    );

  test.each([[0.4], [1], [2.5], [6]])('a line of %f px is so wide, flat and steep', async (widthPx) => {
    const { view: flat } = await draw([[4, 4, 0, 1]], { widthPx: [0, widthPx] });
    expect(across(flat, 100)).toBeCloseTo(widthPx, 1);
    // By a part of its width: a strip in 28 pieces is a little narrower between its corners.
    const { view: steep } = await draw([[0, 9, 0, 1]], { widthPx: [0, widthPx] });
    // Half way, 180 px down go with 200 px across at 1.5 ÷ 0.75 times that slope.
    expect((across(steep, 100) * Math.cos(Math.atan((180 * 1.5) / (200 * 0.75)))) / widthPx).toBeCloseTo(
      1,
      1,
    );
  });

  test('grow with weight', async () => {
    const { view } = await draw([[1, 1, 0, 1], [4, 4, 0, 0.5], [7, 7, 0, 0.25]], { widthPx: [2, 10] }); // prettier-ignore
    const [full, half, quarter] = [30, 90, 150].map((y) => view.pixel(100, y)[3]) as [number, number, number];
    expect(full).toBe(255);
    expect(Math.abs(half - 127.5)).toBeLessThan(1);
    expect(Math.abs(quarter - 63.75)).toBeLessThan(1);
    expect(across(view, 100)).toBeCloseTo(10 + 6 * 0.5 + 4 * 0.25, 1);
  });

  test('opacityScale multiplies, up to opaque', async () => {
    const { view } = await draw([[1, 1, 0, 0.1], [4, 4, 0, 0.9]], { opacityScale: 4 }); // prettier-ignore
    expect(Math.abs(view.pixel(100, 30)[3] - 102)).toBeLessThan(1.5);
    expect(view.pixel(100, 90)[3]).toBe(255);
  });
});

describe('scrolling', () => {
  test('moves lines by tokens and fractions of them, queries and keys each', async () => {
    const { view, layer } = await draw([[5, 6, 0, 1]]);
    layer.setProps({ queryStart: 3.5, keyStart: 2 });
    view.surface.drawNow();
    expectCurve(view, walk(0, 40, 200, 90), 2, red);
  });

  test('is exact far into a long text', async () => {
    const { view } = await draw([[1_000_003, 1_000_006, 0, 1]], {
      queryStart: 1_000_000.25,
      keyStart: 1_000_000,
    });
    expectCurve(view, walk(0, 65, 200, 130), 2, red);
  });

  test('cuts at the rect, and shows the part of a line that passes through', async () => {
    const rect = { x: 0, y: 50, width: 200, height: 100 };
    const { view } = await draw([[-20, 25, 0, 1], [0, 1, 1, 1]], { rect }); // prettier-ignore
    const { x, y } = curvePoint(0.5, 0, 50 - 390, 200, 50 + 510);
    expect(view.pixel(x, y)).toEqual([...red, 255]);
    for (let column = 0; column < 200; column += 3) {
      expect(view.pixel(column, 48)[3]).toBe(0);
      expect(view.pixel(column, 151)[3]).toBe(0);
    }
  });
});

describe('what is out of sight is left out', () => {
  // Lines in no order, near and far from a rect of ten tokens, as many as take several instances.
  const all: Line[] = Array.from({ length: 400 }, (_, i) => [(i * 37) % 101, (i * 61) % 97, i % 3, 0.2 + (i % 9) / 12]); // prettier-ignore
  const scrolls = [[0, 0], [3, 3.25], [8, 8], [8.5, 8.5], [40, 40], [47.9, 33], [60, 20], [20.5, 20.5]] as const; // prettier-ignore

  test.each<LinesProps['focus']>([
    { query: null, key: null },
    { query: 37, key: null },
  ])('and no pixel changes while one scrolls, focus %j', async (focus) => {
    const scrolled = await draw(all, { focus });
    for (const [queryStart, keyStart] of scrolls) {
      scrolled.layer.setProps({ queryStart, keyStart });
      scrolled.view.surface.drawNow();
      // Moved by the caller instead, all lines of tokens in sight at a start of 0, the others as far away as they are.
      const place = (line: Line): Line => [line[0] - Math.floor(queryStart), line[1] - Math.floor(keyStart), line[2], line[3]]; // prettier-ignore
      const crossing = all.filter(([query, key]) => {
        const [from, to] = [(query - queryStart + 0.5) * 20, (key - keyStart + 0.5) * 20];
        return Math.max(from, to) > -4.5 && Math.min(from, to) < 204.5;
      });
      const fresh = await draw(crossing.map(place), {
        queryStart: queryStart % 1,
        keyStart: keyStart % 1,
        focus: { query: focus.query === null ? null : focus.query - Math.floor(queryStart), key: null },
      });
      const pixels = scrolled.view.pixels();
      // By 1: canvases that are read often are kept elsewhere, and round otherwise.
      const differing = fresh.view.pixels().filter((byte, i) => Math.abs(byte - pixels[i]!) > 1).length;
      expect([queryStart, keyStart, differing]).toEqual([queryStart, keyStart, 0]);
      expect(fresh.view.pixels().some((byte) => byte > 0)).toBe(true);
    }
  });

  test('and comes with a larger rect, thicker lines, more opacity', async () => {
    const { view, layer } = await draw([[12, 12, 0, 0.001]], { widthPx: [1, 1] });
    const blank = () => view.pixels().every((byte) => byte === 0);
    expect(blank()).toBe(true);
    layer.setProps({ opacityScale: 1000 });
    view.surface.drawNow();
    expect(blank()).toBe(true);
    layer.setProps({ widthPx: [120, 120] });
    view.surface.drawNow();
    expect(view.pixel(100, 198)).toEqual([...red, 255]);
    layer.setProps({ widthPx: [3, 3] });
    view.surface.drawNow();
    expect(blank()).toBe(true);
    layer.setProps({ rect: { x: 0, y: -100, width: 200, height: 300 } });
    view.surface.drawNow();
    expect(view.pixel(100, 150)).toEqual([...red, 255]);
  });
});

describe('focus', () => {
  const lines: Line[] = [[1, 1, 0, 0.64], [4, 4, 1, 0.64], [4, 7, 2, 0.64], [7, 7, 0, 0.64]]; // prettier-ignore
  const alphas = (view: TestSurface) => [20, 80, 140].map((y) => view.pixel(3, y + 10)[3]);

  test.each<[LinesProps['focus'], factors: number[]]>([
    [{ query: null, key: null }, [0.64, 0.8704, 0.64]],
    [{ query: 1, key: null }, [0.8, 0.1239, 0.064]],
    [{ query: null, key: 1 }, [0.8, 0.1239, 0.064]],
    [{ query: 9, key: null }, [0.064, 0.1239, 0.064]],
    [{ query: 4, key: 4 }, [0.064, 0.8128, 0.064]],
  ])('%j: the focused at the root of their opacity, the rest at a tenth', async (focus, expected) => {
    const { view } = await draw(lines, { focus });
    alphas(view).forEach((alpha, i) => expect(Math.abs(alpha / 255 - expected[i]!)).toBeLessThan(0.01));
  });

  test('the focused lie on top and are half as wide again', async () => {
    const { view } = await draw([[4, 4, 0, 1], [4, 4, 1, 1], [5, 4, 2, 1]], { focus: { query: 4, key: null } }); // prettier-ignore
    const column = Array.from({ length: 200 }, (_, y) => view.pixel(2, y)[3]);
    expect(view.pixel(2, 90)).toEqual([...blue, 255]);
    expect(column.filter((alpha) => alpha === 255)).toHaveLength(6);
  });

  test('follows new lines', async () => {
    const { view, layer } = await draw([[1, 1, 0, 1]], { focus: { query: 4, key: null } });
    layer.setProps({ lines: columns([[4, 4, 1, 1]]) });
    view.surface.drawNow();
    expect(view.pixel(100, 90)).toEqual([...blue, 255]);
    expect(view.pixel(100, 30)[3]).toBe(0);
  });
});

test('any number of heads has its colour', async () => {
  const colors = packColors(
    Array.from({ length: 600 }, (_, i) => `#${(i * 7919).toString(16).padStart(6, '0').slice(-6)}`),
  );
  const heads = [0, 255, 256, 511, 512, 599];
  const { view } = await draw(heads.map((head, i) => [i, i, head, 1]), { colors }); // prettier-ignore
  heads.forEach((head, i) =>
    expect(view.pixel(100, i * 20 + 10)).toEqual([...colors.subarray(head * 3, head * 3 + 3), 255]),
  );
});

// In software a frame of these takes seconds.
test('takes typed columns, and 500 000 lines', async () => {
  const count = 500_000;
  const query = Uint32Array.from({ length: count }, (_, i) => Math.floor(i / 700));
  const key = Uint32Array.from({ length: count }, (_, i) => i % 700);
  const weight = Float32Array.from({ length: count }, (_, i) => (query[i] === 3 && key[i] === 8 ? 1 : 0.001));
  const { view, layer } = await draw([]);
  layer.setProps({ lines: { count, query, key, head: new Uint8Array(count), weight } });
  expect(view.surface.drawNow()).toBe(true);
  expect(view.errors).toEqual([]);
  expect(view.pixel(100, 120)).toEqual([...red, 255]);
});

test.each(['light', 'dark'] as const)(
  'signed weights, %s: the colour of the sign, wider and more opaque by magnitude',
  async (theme) => {
    const lines: Line[] = [
      [0, 0, 2, -2],
      [2, 2, 2, 2],
      [4, 4, 1, -1],
      [6, 6, 1, 0],
    ];
    const { view } = await draw(lines, { range: [-2, 2], table: diverging[theme], widthPx: [2, 6] });
    // The middle of row i is at 20 × i + 10, and opaque where the magnitude is the largest.
    const end = (at: 0 | 1) => [...tableColor(diverging[theme], at), 255];
    expect(view.pixel(100, 9)).toEqual(end(0));
    expect(view.pixel(100, 49)).toEqual(end(1));
    const rows = (first: number) => Array.from({ length: 20 }, (_, y) => view.pixel(100, first + y)[3]);
    expect(rows(0).filter((alpha) => alpha > 0)).toHaveLength(6);
    // Half the magnitude: half as opaque, 4 px wide.
    expect(rows(80).filter((alpha) => alpha > 0)).toHaveLength(4);
    expect(view.pixel(100, 89)[3]).toBe(128);
    const [red, , blue] = view.pixel(100, 89);
    expect(red).toBeGreaterThan(blue);
    expect(rows(120).every((alpha) => alpha === 0)).toBe(true);
  },
);
