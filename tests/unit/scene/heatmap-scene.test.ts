import { describe, expect, test } from 'vitest';
import { layOutHeatmap, type Size } from '../../../src/lib/scene/heatmap-layout.js';
import {
  cellAt,
  columns,
  frames,
  heatmapScene,
  type HeatmapScene,
} from '../../../src/lib/scene/heatmap-scene.js';
import { cutMiddle, labelWidthPx } from '../../../src/lib/scene/label-width.js';
import {
  clampViewport,
  isWhole,
  wholeMatrix,
  zoomAt,
  zoomToBox,
  type Viewport,
} from '../../../src/lib/scene/viewport.js';
import type { Token } from '../../../src/lib/trace/index.js';

const token = (label: string, position: number): Token => ({
  position,
  raw: label,
  text: label,
  label,
  continues: false,
  special: false,
});
const tokens = (count: number, name = (i: number) => `t${i}`): Token[] =>
  Array.from({ length: count }, (_, i) => token(name(i), i));

const words = {
  queryTitle: (shown: number | 'positions') => `queries ${shown}`,
  keyTitle: (shown: number | 'positions') => `keys ${shown}`,
  position: String,
};

function sceneOf(box: Size, queryTokens: Token[], keyTokens: Token[], viewport?: Viewport): HeatmapScene {
  const layout = layOutHeatmap(box, { queryTokens, keyTokens, ...words });
  const whole = wholeMatrix({ rows: queryTokens.length, cols: keyTokens.length });
  return heatmapScene(layout, viewport ?? whole, { queryTokens, keyTokens }, words, null);
}

describe('the plot', () => {
  const box = { width: 1000, height: 480 };

  test.each([
    [2, 2000],
    [3, 3000],
    [40, 4000],
  ])('%i queries × %i keys: rows are high enough to see, and all keys fit', (rows, cols) => {
    const { plot } = sceneOf(box, tokens(rows), tokens(cols));
    expect(plot.height).toBeGreaterThanOrEqual(Math.min(96 * rows, 300));
    expect(plot.width).toBeGreaterThan(600);
    expect(plot.x + plot.width).toBeLessThanOrEqual(box.width);
    expect(plot.y + plot.height).toBeLessThanOrEqual(box.height);
  });

  test('2,000 queries × 2 keys: columns are wide enough to see', () => {
    const { plot } = sceneOf(box, tokens(2000), tokens(2));
    expect(plot.width).toBe(2 * 96);
    expect(plot.height).toBeGreaterThan(300);
  });

  test('of as many queries as keys no cell is more than 1.7 times as wide as high', () => {
    const { plot } = sceneOf({ width: 1280, height: 524 }, tokens(24), tokens(24));
    expect(plot.width / plot.height).toBeGreaterThan(1.2);
    expect(plot.width / plot.height).toBeLessThanOrEqual(1.7001);
  });

  test('of two tokens a view need not be high', () => {
    const layout = (width: number) =>
      layOutHeatmap({ width, height: 500 }, { queryTokens: tokens(2), keyTokens: tokens(2), ...words });
    expect(layout(500).naturalPx).toBeLessThan(200);
    expect(layout(500).plot).toMatchObject({ width: 88, height: 88 });
  });

  test('has the room of what would stand beside it, where nothing does', () => {
    const texts = { queryTokens: tokens(50), keyTokens: tokens(50), ...words };
    const alone = layOutHeatmap({ width: 800, height: 700 }, texts, false);
    const beside = layOutHeatmap({ width: 800, height: 700 }, texts);
    expect(alone.aside).toBeNull();
    expect(beside.aside).toMatchObject({ width: 260 });
    expect(alone.plot.width).toBeGreaterThan(beside.plot.width + 200);
    expect(beside.aside!.x).toBeGreaterThanOrEqual(beside.plot.x + beside.plot.width);
  });
});

describe('labels', () => {
  test('stand in the middle of their cells, queries left of the plot and keys above it', () => {
    const scene = sceneOf({ width: 600, height: 500 }, tokens(5), tokens(8));
    const { plot } = scene;
    expect(scene.queryLabels.map(({ text }) => text)).toEqual(['t0', 't1', 't2', 't3', 't4']);
    scene.queryLabels.forEach(({ x, y, anchor }, i) => {
      expect(y).toBeCloseTo(plot.y + ((i + 0.5) / 5) * plot.height, 9);
      expect([x < plot.x, anchor]).toEqual([true, 'end']);
    });
    expect(scene.keyLabels).toHaveLength(8);
    scene.keyLabels.forEach(({ x, y, angle }, i) => {
      expect(x).toBeGreaterThan(plot.x + (i / 8) * plot.width);
      expect(x).toBeLessThan(plot.x + ((i + 1) / 8) * plot.width);
      expect([y < plot.y, angle]).toEqual([true, -52]);
    });
    expect(scene.titles.map(({ text }) => text)).toEqual(['keys 1', 'queries 1']);
  });

  test('that do not fit are thinned, and the title says so', () => {
    const thinned = sceneOf({ width: 400, height: 400 }, tokens(60), tokens(60));
    const steps = (labels: readonly { position: number | null }[]) =>
      labels[1]!.position! - labels[0]!.position!;
    const [keys, queries] = thinned.titles.map(({ text }) => text);
    expect(steps(thinned.keyLabels)).toBeGreaterThan(1);
    expect(keys).toBe(`keys ${steps(thinned.keyLabels)}`);
    expect(queries).toBe(`queries ${steps(thinned.queryLabels)}`);
    const positions = sceneOf({ width: 400, height: 400 }, tokens(5000), tokens(5000));
    expect(positions.titles[0]).toMatchObject({ full: 'keys positions', text: 'keys 1' });
    const roomy = sceneOf({ width: 1000, height: 400 }, tokens(5000), tokens(5000));
    expect(roomy.titles[0]!.text).toBe('keys positions');
    expect(
      positions.keyLabels.every(
        ({ kind, text, position }) => kind === 'position' && text === String(position),
      ),
    ).toBe(true);
  });

  test('that are cut stay apart', () => {
    const names = (i: number) => `answer sentence ${i + 1}`;
    const scene = sceneOf({ width: 300, height: 400 }, tokens(9, names), tokens(9, names));
    for (const labels of [scene.queryLabels, scene.keyLabels]) {
      const texts = labels.map(({ text }) => text);
      expect(texts[0]).toMatch(/^ans.*…/);
      expect(new Set(texts).size).toBe(texts.length);
      expect(labels[0]!.full).toBe('answer sentence 1');
    }
  });

  test('a cut label fits its room, keeps both ends, and breaks no letter', () => {
    for (const label of [
      'answer sentence 12',
      '的'.repeat(40),
      '👩‍👩‍👧‍👦'.repeat(9),
      'é'.normalize('NFD').repeat(60),
    ]) {
      const cut = cutMiddle(label, 80);
      expect(labelWidthPx(cut)).toBeLessThanOrEqual(80 + 1);
      const [head, tail] = cut.split('…') as [string, string];
      expect([label.startsWith(head), label.endsWith(tail)]).toEqual([true, true]);
    }
    expect(cutMiddle('é'.normalize('NFD').repeat(60), 80).split('…')[1]).toMatch(/^e/);
    expect(cutMiddle('short', 80)).toBe('short');
    expect(cutMiddle('x'.repeat(5e6), 80).length).toBeLessThan(20);
  });
});

describe('a viewport', () => {
  const size = { rows: 3, cols: 3000 };

  test('zooms the axis that can be zoomed, and back to the whole', () => {
    let view = wholeMatrix(size);
    for (let i = 0; i < 5; i++) view = zoomAt(view, { x: 2, y: 2 }, { x: 0.5, y: 0.5 }, size);
    expect(view).toEqual({ query: 0, key: 1453.125, queries: 3, keys: 93.75 });
    for (let i = 0; i < 5; i++) view = zoomAt(view, { x: 0.5, y: 0.5 }, { x: 0.5, y: 0.5 }, size);
    expect(isWhole(view, size)).toBe(true);
  });

  test('zooms one axis alone', () => {
    const view = zoomAt(
      wholeMatrix({ rows: 100, cols: 100 }),
      { x: 4, y: 1 },
      { x: 0, y: 0 },
      { rows: 100, cols: 100 },
    );
    expect(view).toEqual({ query: 0, key: 0, queries: 100, keys: 25 });
  });

  test('shows the box that was drawn, in its own shape', () => {
    const plot = { x: 50, y: 20, width: 200, height: 100 };
    const box = { x: 100, y: 30, width: 100, height: 20 };
    expect(zoomToBox(wholeMatrix({ rows: 50, cols: 40 }), plot, box, { rows: 50, cols: 40 })).toEqual({
      query: 5,
      key: 10,
      queries: 10,
      keys: 20,
    });
  });

  test('that reaches beyond the matrix is moved into it', () => {
    expect(clampViewport({ query: -5, key: 2990, queries: 9, keys: 1 }, size)).toEqual({
      query: 0,
      key: 2990,
      queries: 3,
      keys: 4,
    });
  });
});

describe('what lies where', () => {
  const scene = sceneOf({ width: 600, height: 500 }, tokens(10), tokens(20), {
    query: 2,
    key: 4,
    queries: 4,
    keys: 8,
  });
  const { plot } = scene;

  test('the cell at a point is the one whose frame holds it', () => {
    for (const [query, key] of [
      [2, 4],
      [5, 11],
      [3, 7],
    ] as const) {
      const frame = frames(scene, { query, key }).find(({ kind }) => kind === 'cell')!.rect;
      expect(cellAt(scene, { x: frame.x + 0.5, y: frame.y + 0.5 })).toEqual({ query, key });
      expect(cellAt(scene, { x: frame.x + frame.width - 0.5, y: frame.y + frame.height - 0.5 })).toEqual({
        query,
        key,
      });
      expect(frame.width).toBeCloseTo(plot.width / 8, 9);
      expect(frame.height).toBeCloseTo(plot.height / 4, 9);
    }
    expect(cellAt(scene, { x: plot.x - 0.1, y: plot.y + 1 })).toBeNull();
    expect(cellAt(scene, { x: plot.x + 1, y: plot.y + plot.height })).toBeNull();
  });

  test('frames are of what is marked', () => {
    expect(frames(scene, { query: null, key: null })).toEqual([]);
    expect(frames(scene, { query: 3, key: null }).map(({ kind }) => kind)).toEqual(['row']);
    const [row] = frames(scene, { query: 3, key: 5 });
    expect(row!.rect).toMatchObject({ x: plot.x, width: plot.width });
  });

  test('columns that touch are one, those out of sight none', () => {
    const wide = plot.width / 8;
    const found = columns(scene, new Set([11, 0, 5, 6, 19]));
    expect(found).toHaveLength(2);
    expect(found[0]!.x).toBeCloseTo(plot.x + wide, 9);
    expect(found[0]!.width).toBeCloseTo(2 * wide, 9);
    expect(found[1]!.x).toBeCloseTo(plot.x + 7 * wide, 9);
    const all = sceneOf({ width: 600, height: 500 }, tokens(10), tokens(5000));
    const every = columns(
      all,
      Array.from({ length: 5000 }, (_, key) => key),
    );
    expect(every).toHaveLength(1);
    expect(every[0]!.width).toBeCloseTo(all.plot.width, 6);
  });
});
