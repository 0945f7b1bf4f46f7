import { describe, expect, test, vi } from 'vitest';
import { userEvent, type Locator } from 'vitest/browser';
import type { HeatmapOptions, Viewport } from '../../../src/lib/index.js';
import { paper } from '../../../src/lib/render/colors/index.js';
import { loadFixture } from '../../../src/stories/fixtures.js';
import { readWeights } from './fixture.js';
import { boxOf, cellOf, mouse, pinch, showHeatmap, statusOf, usePage, type Point } from './page.js';
import { takePicture } from './pixels.js';

usePage();

const pair = await loadFixture('pair');
const weights = await readWeights('pair');
const whole: Viewport = { query: 0, key: 0, queries: 24, keys: 24 };

async function showZoomable() {
  let viewport = whole;
  const onViewportChange = vi.fn((next: Viewport | undefined) => (viewport = next ?? whole));
  const { region } = await showHeatmap({
    trace: pair,
    layer: 3,
    head: 1,
    range: [0, 1],
    onOptionsChange: (options: HeatmapOptions) => onViewportChange(options.viewport),
  });
  return { region, onViewportChange, viewport: () => viewport, plot: region.getByRole('application') };
}

/** Where a point of the plot is in the matrix, in cells. */
function under({ x, y }: Point, plot: Locator, view: Viewport) {
  const box = boxOf(plot);
  return {
    query: view.query + ((y - box.y) / box.height) * view.queries,
    key: view.key + ((x - box.x) / box.width) * view.keys,
  };
}

/** Waits until the cell whose middle is at a place of the viewport has the colour of its weight. */
async function expectColor(plot: Locator, view: Viewport, query: number, key: number): Promise<void> {
  const box = boxOf(plot);
  const middle = {
    x: box.x + ((key + 0.5 - view.key) / view.keys) * box.width,
    y: box.y + ((query + 0.5 - view.query) / view.queries) * box.height,
  };
  const entry = Math.round(weights.at(3, 1, query, key) * 255) * 3;
  await expect
    .poll(async () => (await takePicture(box)).at(middle))
    .toEqual([...paper.slice(entry, entry + 3)]);
}

describe('the wheel', () => {
  test('zooms at the pointer: what is under it stays, and is drawn where it is said to be', async () => {
    const { region, plot, viewport, onViewportChange } = await showZoomable();
    const at = cellOf(region, 16, 2, 24);
    const before = under(at, plot, whole);
    await mouse.wheel(at, -300);
    await expect.poll(() => viewport().keys).toBeLessThan(14);
    await mouse.wheel(at, 100);
    await expect.poll(() => onViewportChange.mock.calls.length).toBe(2);
    const view = viewport();
    expect(view.queries).toBeCloseTo(view.keys, 4);
    expect(under(at, plot, view).query).toBeCloseTo(before.query, 4);
    expect(under(at, plot, view).key).toBeCloseTo(before.key, 4);
    expect(statusOf(region)).toContain('them → keys 0.94');
    await mouse.leave();
    for (const [query, key] of [
      [16, 2],
      [15, 3],
      [14, 1],
      [17, 7],
    ] as const)
      await expectColor(plot, view, query, key);
  });

  test('does not zoom out beyond the whole: the page scrolls instead', async () => {
    const { region, plot, onViewportChange } = await showZoomable();
    document.body.style.paddingBottom = '2000px';
    try {
      const at = cellOf(region, 5, 5, 24);
      await mouse.wheel(at, 120);
      await expect.poll(() => window.scrollY).toBeGreaterThan(0);
      expect(onViewportChange).not.toHaveBeenCalled();
      window.scrollTo(0, 0);
      await mouse.wheel(at, -120);
      await expect.poll(() => onViewportChange.mock.calls.length).toBe(1);
      expect(window.scrollY).toBe(0);
      await expect.element(plot).toBeInViewport();
    } finally {
      document.body.style.paddingBottom = '';
      window.scrollTo(0, 0);
    }
  });
});

test('a drag pans: the cell that was taken stays under the pointer, and nothing is locked', async () => {
  const { region, plot, viewport } = await showZoomable();
  const middle = cellOf(region, 11, 11, 24);
  await mouse.wheel(middle, -300);
  await expect.poll(() => viewport().keys).toBeLessThan(14);
  const to = { x: middle.x - 60, y: middle.y + 45 };
  const taken = under(middle, plot, viewport());
  await mouse.drag(middle, to);
  await expect.poll(() => under(to, plot, viewport()).key).toBeCloseTo(taken.key, 4);
  expect(under(to, plot, viewport()).query).toBeCloseTo(taken.query, 4);
  expect(statusOf(region)).not.toContain('locked');

  // Far beyond the edge the matrix stops.
  await mouse.drag(middle, { x: middle.x + 900, y: middle.y + 900 });
  await expect.poll(viewport).toMatchObject({ query: 0, key: 0 });
});

test('two fingers zoom: what is under each stays under it', async () => {
  const { region, plot, viewport } = await showZoomable();
  const [a, b] = [cellOf(region, 10, 8, 24), cellOf(region, 14, 16, 24)];
  const [atA, atB] = [under(a, plot, whole), under(b, plot, whole)];
  const spread = (from: Point, awayFrom: Point): Point => ({
    x: from.x + (from.x - awayFrom.x) * 0.25,
    y: from.y + (from.y - awayFrom.y) * 0.25,
  });
  const [toA, toB] = [spread(a, b), spread(b, a)];
  await pinch([a, b], [toA, toB]);
  await expect.poll(() => viewport().keys).toBeCloseTo(16, 1);
  // Fingers move one after the other, so each step strays a little.
  expect(Math.abs(under(toA, plot, viewport()).key - atA.key)).toBeLessThan(0.6);
  expect(Math.abs(under(toB, plot, viewport()).key - atB.key)).toBeLessThan(0.6);
  expect(Math.abs(under(toB, plot, viewport()).query - atB.query)).toBeLessThan(0.6);
  expect(statusOf(region)).not.toContain('locked');
});

describe('the whole matrix is back after', () => {
  const ways: [name: string, act: (region: Locator) => Promise<void>][] = [
    ['a double-click', (region) => mouse.doubleClick(cellOf(region, 11, 11, 24))],
    ['the chip that says it is zoomed', (region) => region.getByRole('button', { name: 'zoomed' }).click()],
    ['the key 0', () => userEvent.keyboard('0')],
  ];
  test.each(ways)('%s', async (_, act) => {
    const { region, plot, viewport, onViewportChange } = await showZoomable();
    plot.element().focus();
    await mouse.wheel(cellOf(region, 11, 11, 24), -300);
    await expect.poll(() => viewport().keys).toBeLessThan(14);
    await act(region);
    await expect.poll(() => onViewportChange.mock.lastCall).toEqual([undefined]);
    await expect.element(region.getByRole('button', { name: 'zoomed' })).not.toBeInTheDocument();
    expect(statusOf(region)).not.toContain('locked');
    await mouse.leave();
    await expectColor(plot, whole, 16, 2);
  });
});

test('the keys + and − zoom at the middle, and the arrows bring the cursor into sight', async () => {
  const { region, plot, viewport } = await showZoomable();
  plot.element().focus();
  await userEvent.keyboard('++');
  await expect.poll(() => viewport().keys).toBeCloseTo(24 / 1.5 ** 2, 4);
  expect(viewport().key + viewport().keys / 2).toBeCloseTo(12, 4);
  await userEvent.keyboard('-');
  await expect.poll(() => viewport().keys).toBeCloseTo(16, 4);
  expect(viewport().query + viewport().queries / 2).toBeCloseTo(12, 4);
  await userEvent.keyboard('{ArrowDown}{Home}');
  await expect.poll(() => viewport().key).toBe(0);
  await userEvent.keyboard('{End}{PageDown}{PageDown}');
  await expect.poll(viewport).toMatchObject({ query: 8, key: 8 });
  expect(statusOf(region)).toContain('[SEP]·23 → [SEP]·23');
});

test('the overview moves what is seen to where it is pressed', async () => {
  const { region, plot, viewport } = await showZoomable();
  await mouse.wheel(cellOf(region, 2, 2, 24), -500);
  await expect.poll(() => viewport().keys).toBeLessThan(10);
  const heading = boxOf(region.getByRole('heading', { name: 'Overview' }));
  // Right below its heading, 108 px wide and as high as the plot's shape makes it.
  const corner = await overviewCorner(heading);
  const { width, height } = boxOf(plot);
  await mouse.press({ x: corner.x + 108 * 0.75, y: corner.y + 108 * 0.5 * (height / width) });
  await mouse.release();
  await expect.poll(() => viewport().key + viewport().keys / 2).toBeCloseTo(18, 0);
  expect(viewport().query + viewport().queries / 2).toBeCloseTo(12, 0);
  const seen = viewport();
  await mouse.leave();
  await expectColor(plot, seen, Math.ceil(seen.query) + 1, Math.ceil(seen.key) + 1);
});

/** The overview's matrix begins at the first row below its heading where the pixels differ from the paper. */
async function overviewCorner(heading: DOMRect): Promise<Point> {
  const box = new DOMRect(heading.x, heading.bottom, 150, 40);
  const corner = { x: Infinity, y: Infinity };
  (await takePicture(box)).each((color, middle) => {
    if (color.join() === '255,255,255') return;
    corner.x = Math.min(corner.x, middle.x);
    corner.y = Math.min(corner.y, middle.y);
  });
  return corner;
}

test('a viewport from the parent is what is seen', async () => {
  const view = await showHeatmap({ trace: pair, layer: 3, head: 1, range: [0, 1] });
  const plot = view.region.getByRole('application');
  const viewport = { query: 10, key: 0, queries: 8, keys: 8 };
  await view.change({ viewport });
  await expectColor(plot, viewport, 16, 2);
  await expect.element(view.region.getByRole('button', { name: 'zoomed' })).toBeVisible();
  await view.change({ viewport: { query: -5, key: 30, queries: 6, keys: 6 } });
  await expectColor(plot, { query: 0, key: 18, queries: 6, keys: 6 }, 1, 20);
});
