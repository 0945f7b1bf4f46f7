import { afterEach, describe, expect, test } from 'vitest';
import { diverging, packColors, tableColor } from '../../../src/lib/render/colors/index.js';
import { createLinesLayer, type Lines, type LinesProps } from '../../../src/lib/render/index.js';
import { curvePoint } from '../../../src/lib/scene/curve.js';
import { cleanUp, makeSurface, type TestSurface } from './helpers.js';

afterEach(cleanUp);

type Line = [query: number, key: number, head: number, weight: number];

function columns(lines: Line[]): Lines {
  const column = (at: number) => lines.map((line) => line[at]!);
  return { count: lines.length, query: column(0), key: column(1), head: column(2), weight: column(3) };
}

const red = [255, 0, 0];
const blue = [0, 0, 255];
const palette = packColors(['#ff0000', '#0000ff', '#00ff00']);

async function draw(
  lines: Line[],
  props: Partial<LinesProps> = {},
  side: [number, number] = [200, 200],
  ratio = 1,
) {
  const view = makeSurface(...side, ratio);
  const layer = createLinesLayer(view.surface);
  layer.setProps({ lines: columns(lines) });
  const rect = { x: 0, y: 0, width: side[0], height: side[1] };
  layer.setProps({ rect, tokenPx: 20, colors: palette, widthPx: [4, 4], ...props });
  await view.surface.ready;
  expect(view.surface.drawNow()).toBe(true);
  expect(view.errors).toEqual([]);
  return { view, layer };
}

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

describe('many lines are drawn once while only the focus changes', () => {
  // Lines that cross, but for row 9, which one line leaves and one enters.
  const many: Line[] = Array.from({ length: 2000 }, (_, i) => [
    i % 9,
    (i * 7) % 9,
    i % 3,
    0.1 + (i % 7) / 20,
  ]);
  const alone: Line = [9, 9, 1, 0.5];
  const all = [...many, alone];
  const differing = (a: Uint8ClampedArray, b: Uint8ClampedArray) =>
    a.filter((byte, i) => Math.abs(byte - b[i]!) > 1).length;

  test('what is seen is what would be drawn', async () => {
    const { view, layer } = await draw(all, { opacityScale: 0.3 });
    const focusOn = (query: number | null) => {
      layer.setProps({ focus: { query, key: null } });
      view.surface.drawNow();
      return view.pixels();
    };
    const plain = view.pixels();
    // Behind a focus on nothing, and on the line that no other lies on, all are there, a tenth as opaque.
    const tenth = await draw(all, { opacityScale: 0.03 });
    expect(differing(focusOn(99), tenth.view.pixels())).toBe(0);
    const above = 4 * 200 * 180;
    const behind = tenth.view.pixels().subarray(0, above);
    expect(differing(focusOn(9).subarray(0, above), behind)).toBe(0);
    const opacity = Math.sqrt(0.5 * 0.3);
    expect(Math.abs(view.pixel(100, 190)[3] / 255 - opacity)).toBeLessThan(0.02);
    for (const query of [3, 9, null, 99]) focusOn(query);
    expect(differing(focusOn(null), plain)).toBe(0);
    expect(plain.some((byte) => byte > 0)).toBe(true);
  });

  test('and drawn anew with everything else: colours, scrolling, size, pixels, opacity', async () => {
    const changed = await draw(all, { opacityScale: 0.3 });
    const compare = async (props: Partial<LinesProps>, side: [number, number] = [200, 200], ratio = 1) => {
      const rect = { x: 0, y: 0, width: side[0], height: side[1] };
      for (const query of [3, 99]) {
        changed.layer.setProps({ focus: { query, key: null } });
        changed.view.surface.drawNow();
      }
      changed.view.surface.resize(...side, ratio);
      changed.layer.setProps({ rect, ...props });
      changed.view.surface.drawNow();
      const fresh = await draw(all, { opacityScale: 0.03, ...props, ...(props.opacityScale && { opacityScale: props.opacityScale / 10 }) }, side, ratio); // prettier-ignore
      expect(differing(changed.view.pixels(), fresh.view.pixels())).toBe(0);
    };
    await compare({});
    await compare({ colors: packColors(['#00ffff', '#ffff00', '#ff00ff']) });
    await compare({ colors: palette, queryStart: 1, keyStart: 1.5 });
    await compare({ queryStart: 0, keyStart: 0 }, [160, 200]);
    await compare({}, [160, 200], 2);
    await compare({ opacityScale: 0.9 });
  });
});

describe('many lines that both sides are scrolled with are moved', () => {
  const far: Line[] = Array.from({ length: 3000 }, (_, i) => [
    (i * 13) % 80,
    ((i * 13) % 80) + ((i * 7) % 23) - 11,
    i % 3,
    0.2 + (i % 7) / 10,
  ]);
  /** A curve cut elsewhere is bent at other places, by less than a fifth of a pixel. */
  const unlike = (a: Uint8ClampedArray, b: Uint8ClampedArray) =>
    a.filter((byte, i) => Math.abs(byte - b[i]!) > 24).length / a.length;

  test.each([
    ['vertical', 1],
    ['horizontal', 1],
    ['vertical', 1.25],
    // Rows of 27.4 device pixels.
    ['vertical', 1.37],
  ] as const)('%s, %d device pixels a CSS pixel', async (layout, ratio) => {
    const props = { layout, opacityScale: 0.4, widthPx: [1, 3] as const };
    const moved = await draw(far, props, [200, 200], ratio);
    for (const queryStart of [0, 3, 16, 17, 40.5, 61, 2, 0]) {
      for (const query of [null, 20]) {
        const place = { queryStart, keyStart: queryStart, focus: { query, key: null } };
        moved.layer.setProps(place);
        moved.view.surface.drawNow();
        const fresh = await draw(far, { ...props, ...place }, [200, 200], ratio);
        expect(moved.view.errors).toEqual([]);
        // Behind lines in focus, those are there too, faded, where lines are kept.
        expect(unlike(moved.view.pixels(), fresh.view.pixels())).toBeLessThan(0.01);
      }
    }
  });

  test('and a pixel further they would be seen to be wrong', async () => {
    const [here, there] = [await draw(far, { opacityScale: 0.4 }), await draw(far, { opacityScale: 0.4, queryStart: 0.05, keyStart: 0.05 })]; // prettier-ignore
    expect(unlike(here.view.pixels(), there.view.pixels())).toBeGreaterThan(0.05);
  });

  test('those of what comes into sight join them, some now and the rest later; of something else, all are drawn anew', async () => {
    const around = (start: number, lines: Line[]) =>
      lines.filter(([query, key]) => Math.max(query, key) >= start - 16 && Math.min(query, key) < start + 26);
    const halved = far.map(([query, key, head, weight]): Line => [query, key, head, weight / 2]);
    const moved = await draw([], { opacityScale: 0.4, widthPx: [1, 3] });
    for (const lines of [far, halved]) {
      const of = {};
      for (const start of [0, 3, 16, 20, 61, 50, 0]) {
        const place = { queryStart: start, keyStart: start };
        const near = around(start, lines);
        for (const partial of [true, false]) {
          const some = partial ? near.filter((_, i) => i % 2) : near;
          moved.layer.setProps({ ...place, lines: { ...columns(some), of, partial } });
          moved.view.surface.drawNow();
        }
        const fresh = await draw(lines, { ...place, opacityScale: 0.4, widthPx: [1, 3] });
        expect(unlike(moved.view.pixels(), fresh.view.pixels())).toBeLessThan(0.01);
      }
    }
  });

  test('and drawn anew where the sides are scrolled apart', async () => {
    const moved = await draw(far);
    for (const [queryStart, keyStart] of [
      [0, 0],
      [5, 5],
      [5, 9],
      [9, 13],
      [9, 9],
    ] as const) {
      moved.layer.setProps({ queryStart, keyStart });
      moved.view.surface.drawNow();
      const fresh = await draw(far, { queryStart, keyStart });
      expect(unlike(moved.view.pixels(), fresh.view.pixels())).toBeLessThan(0.01);
    }
  });
});

test('lines that come and go with the focus lie over the others, kept or not', async () => {
  const many: Line[] = Array.from({ length: 1000 }, (_, i) => [i % 9, (i * 7) % 9, i % 2, 0.05]);
  const more: Line[] = [[9, 8, 2, 0.5], [9, 2, 2, 1]]; // prettier-ignore
  const kept = await draw(many, { opacityScale: 0.3 });
  for (const focus of [
    { query: 9, key: null },
    { query: 3, key: null },
    { query: 9, key: 8 },
    { query: 9, key: null },
  ]) {
    // prettier-ignore
    kept.layer.setProps({ focus, more: columns(more) });
    kept.view.surface.drawNow();
    const joined = await draw([...many, ...more], { opacityScale: 0.3, focus });
    const [a, b] = [kept.view.pixels(), joined.view.pixels()];
    // Where there are the lines of query 9: at its left end.
    const left = (pixels: Uint8ClampedArray) =>
      Array.from({ length: 20 }, (_, y) => pixels[((180 + y) * 200 + 3) * 4 + 3]!);
    expect(left(a)).toEqual(left(b));
    expect(left(a).some((alpha) => alpha > 0)).toBe(true);
  }
  kept.layer.setProps({ focus: { query: null, key: null }, more: columns([]) });
  kept.view.surface.drawNow();
  const without = await draw(many, { opacityScale: 0.3 });
  expect(kept.view.pixels()).toEqual(without.view.pixels());
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
