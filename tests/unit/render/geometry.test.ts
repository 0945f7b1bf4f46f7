import { describe, expect, test } from 'vitest';
import { axes, spanInView, tilesInView } from '../../../src/lib/render/heatmap/window.js';
import { chooseLevel } from '../../../src/lib/scene/levels.js';
import type { Viewport } from '../../../src/lib/scene/viewport.js';
import { curvePoint } from '../../../src/lib/scene/curve.js';
import { takeProps } from '../../../src/lib/render/props.js';

describe('chooseLevel', () => {
  test.each([
    [12, 0],
    [1, 0],
    [0.999, 1],
    [0.5, 1],
    [0.25, 2],
    [0.2, 3],
    [1e-9, 10],
  ])('a cell of %f px is drawn at level %i of 1000', (cellPx, level) => {
    expect(chooseLevel(cellPx, 1000)).toBe(level);
  });

  test('a pixel computed as 700 × (1 ÷ 700) is a pixel', () => {
    for (let n = 1; n < 4000; n++) expect(chooseLevel((n / 3 / n) * 3, n)).toBe(0);
  });

  test('one cell has one level', () => expect(chooseLevel(0.01, 1)).toBe(0));
});

describe('tilesInView', () => {
  const places = (viewport: Viewport, rowLevel: number, colLevel: number, rows: number, cols: number) =>
    tilesInView(viewport, { rowLevel, colLevel }, rows, cols).map(({ row, col }) => `${row},${col}`);

  test('covers what is seen and no more', () => {
    expect(places({ query: 0, key: 0, queries: 10, keys: 10 }, 0, 0, 1200, 700)).toEqual(['0,0']);
    expect(places({ query: 511.5, key: 0, queries: 1, keys: 10 }, 0, 0, 1200, 700)).toEqual(['0,0', '1,0']);
    expect(places({ query: 0, key: 0, queries: 1200, keys: 700 }, 0, 0, 1200, 700)).toHaveLength(6);
    expect(places({ query: 0, key: 0, queries: 1200, keys: 700 }, 1, 1, 1200, 700)).toEqual(['0,0', '1,0']);
    expect(places({ query: 0, key: 0, queries: 1200, keys: 700 }, 0, 1, 1200, 700)).toEqual([
      '0,0',
      '1,0',
      '2,0',
    ]);
  });

  test('stays inside the matrix', () => {
    expect(places({ query: -50, key: -50, queries: 100, keys: 9999 }, 0, 0, 60, 60)).toEqual(['0,0']);
    expect(places({ query: 100, key: 0, queries: 5, keys: 5 }, 0, 0, 60, 60)).toEqual([]);
    expect(places({ query: -9, key: 0, queries: 5, keys: 5 }, 0, 0, 60, 60)).toEqual([]);
  });
});

describe('spanInView', () => {
  // 10 cells of 20 px from x = 5, the first of them cell 500.5, of a matrix of 700.
  const viewport = { query: 0, key: 500.5, queries: 1, keys: 10 };
  const { x } = axes(viewport, { x: 2.5, y: 0, width: 100, height: 1 }, 2, 1, 700);

  test('cuts a tile at the rect', () => {
    expect(x).toEqual({ startPx: 5, lengthPx: 200, first: 500.5, count: 700, cellPx: 20 });
    expect(spanInView(x, 0, 0, 512)).toEqual({ start: 5, length: 200, cell: 500.5, fromOrigin: 10010 });
    expect(spanInView(x, 0, 505, 512)).toEqual({ start: 95, length: 110, cell: 0, fromOrigin: 10100 });
    expect(spanInView(x, 1, 250, 100)).toMatchObject({ start: 5, length: 200, cell: 0.25 });
  });

  test('cuts a tile at the end of the matrix', () => {
    const end = axes({ ...viewport, key: 695 }, { x: 0, y: 0, width: 100, height: 1 }, 1, 1, 699).x;
    expect(spanInView(end, 3, 64, 512)).toMatchObject({ start: 0, length: 40 });
  });

  test('cuts a tile to a part of it, at whole pixels outside of that', () => {
    // Cells 502.4 to 504.7 are at 43 to 89 px; cell 501.99 at 34.8.
    expect(spanInView(x, 0, 0, 512, { start: 502.4, end: 504.7 })).toMatchObject({
      ...{ start: 43, length: 46 },
      ...{ cell: expect.closeTo(502.4, 9), fromOrigin: expect.closeTo(10048, 9) },
    });
    expect(spanInView(x, 1, 0, 512, { start: 501.99, end: 600 })).toMatchObject({
      ...{ start: 34, length: 171, cell: expect.closeTo(501.95 / 2, 9) },
    });
  });

  test('has no length where nothing is seen', () => {
    expect(spanInView(x, 0, 512, 512).length).toBeLessThanOrEqual(0);
    expect(spanInView(x, 0, 0, 500).length).toBeLessThanOrEqual(0);
  });
});

describe('curvePoint', () => {
  test('starts, passes half way, and ends where it should', () => {
    expect(curvePoint(0, 1, 2, 11, 22)).toEqual({ x: 1, y: 2 });
    expect(curvePoint(0.5, 1, 2, 11, 22)).toEqual({ x: 6, y: 12 });
    expect(curvePoint(1, 1, 2, 11, 22)).toEqual({ x: 11, y: 22 });
  });

  test('is the Bézier curve with both handles half way across', () => {
    const cubic = (t: number, a: number, b: number, c: number, d: number) =>
      (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t ** 2 * c + t ** 3 * d;
    for (const t of [0.1, 0.3, 0.77]) {
      const { x, y } = curvePoint(t, 0, 5, 200, 95);
      expect(x).toBeCloseTo(cubic(t, 0, 100, 100, 200), 10);
      expect(y).toBeCloseTo(cubic(t, 5, 5, 95, 95), 10);
    }
  });
});

describe('takeProps', () => {
  const start = () => ({
    range: [0, 1],
    rect: { x: 0, y: 0 },
    table: new Uint8Array([1, 2]),
    data: null as object | null,
  });

  test('names what changed, by value for plain objects and bytes', () => {
    expect(
      takeProps(start(), { range: [0, 1], rect: { x: 0, y: 0 }, table: new Uint8Array([1, 2]) }),
    ).toEqual([]);
    expect(takeProps(start(), { range: [0, 2] })).toEqual(['range']);
    expect(takeProps(start(), { rect: { x: 1, y: 0 }, table: new Uint8Array([1, 3]) })).toEqual([
      'rect',
      'table',
    ]);
  });

  test('sees a change made to the very object passed before', () => {
    const props = start();
    const rect = { x: 5, y: 5 };
    takeProps(props, { rect });
    rect.x = 6;
    expect(takeProps(props, { rect })).toEqual(['rect']);
  });

  test('keeps what has an identity: instances, and plain objects that can do something', () => {
    class Source {
      rows = 3;
    }
    for (const data of [new Source(), { rows: 3, block: () => null }]) {
      const props = start();
      expect(takeProps(props, { data })).toEqual(['data']);
      expect(props.data).toBe(data);
      expect(takeProps(props, { data })).toEqual([]);
      expect(takeProps(props, { data: data instanceof Source ? new Source() : { ...data } })).toEqual([
        'data',
      ]);
    }
  });

  test('compares fields that are null', () => {
    const props = { focus: { query: null as number | null } };
    expect(takeProps(props, { focus: { query: null } })).toEqual([]);
    expect(takeProps(props, { focus: { query: 0 } })).toEqual(['focus']);
  });
});
