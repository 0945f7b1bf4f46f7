import { getTestContext } from 'pixi.js';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { magma, tableColor } from '../../../src/lib/render/colors/index.js';
import {
  createHeatmapLayer,
  createLinesLayer,
  createSurface,
  stageInfo,
  type Surface,
} from '../../../src/lib/render/index.js';
import { cleanUp, denseMatrix, makeSurface, stageGone, until } from './helpers.js';

/** Every WebGL context that anything on the page was given. A spy of vitest's would remember every canvas. */
const contexts: WebGL2RenderingContext[] = [];
const prototypes = [HTMLCanvasElement.prototype, OffscreenCanvas.prototype].map((prototype) => {
  const canvas = prototype as { getContext(...args: unknown[]): unknown };
  return { canvas, getContext: canvas.getContext };
});

beforeEach(() => {
  for (const { canvas, getContext } of prototypes)
    canvas.getContext = function (...args) {
      const context = getContext.apply(this, args);
      if (String(args[0]).startsWith('webgl') && context) contexts.push(context as WebGL2RenderingContext);
      return context;
    };
});

afterEach(async () => {
  vi.restoreAllMocks();
  for (const { canvas, getContext } of prototypes) canvas.getContext = getContext;
  cleanUp();
  await stageGone();
  contexts.length = 0;
});

const alive = () => contexts.filter((gl) => !gl.isContextLost());
const nothing = [0, 0, 0, 0];
const color = (weight: number) => [...tableColor(magma, weight), 255];

/** Fills a surface with the colour of one weight. */
function fill(surface: Surface, weight: number, sidePx: number) {
  const layer = createHeatmapLayer(surface);
  layer.setProps({
    matrix: denseMatrix(1, 1, 'float32', () => weight),
    viewport: { query: 0, key: 0, queries: 1, keys: 1 },
    rect: { x: 0, y: 0, width: sidePx, height: sidePx },
    table: magma,
    gap: false,
  });
  return layer;
}

describe('one context', () => {
  test('serves 30 surfaces of different sizes, each with its own picture', async () => {
    const views = Array.from({ length: 30 }, (_, i) => makeSurface(20 + 13 * i, 20 + 13 * i));
    views.forEach(({ surface }, i) => fill(surface, i / 30, 20 + 13 * i));
    await until(() => views.every(({ draws }) => draws > 0));
    for (const [i, { canvas, pixel }] of views.entries()) {
      expect(canvas.width).toBe(20 + 13 * i);
      for (const at of [0, canvas.width - 1]) expect(pixel(at, at)).toEqual(color(i / 30));
    }
    expect(stageInfo()).toMatchObject({ contexts: 1, surfaces: 30 });
    expect(alive()).toHaveLength(1);
    expect(contexts, 'Pixi asked a context of its own about precision').toHaveLength(1);
  });

  test('leaves Pixi a real one to ask other things', async () => {
    await makeSurface(10, 10).surface.ready;
    const asked = getTestContext();
    expect(asked).toBeInstanceOf(WebGLRenderingContext);
    asked.getExtension('WEBGL_lose_context')!.loseContext();
  });

  test('draws a small surface rightly after a large one', async () => {
    const [large, small] = [makeSurface(600, 500), makeSurface(7, 3)];
    fill(large.surface, 1, 600);
    fill(small.surface, 0.5, 7);
    await until(() => small.draws > 0 && large.draws > 0);
    large.surface.drawNow();
    small.surface.drawNow();
    expect(
      new Set(Array.from({ length: 21 }, (_, i) => small.pixel(i % 7, Math.floor(i / 7)).join())),
    ).toEqual(new Set([color(0.5).join()]));
  });

  test('goes a little after the last surface, and comes back for the next', async () => {
    for (let round = 0; round < 3; round++) {
      const view = makeSurface(10, 10);
      fill(view.surface, 1, 10);
      await until(() => view.draws > 0);
      expect(view.pixel(5, 5)).toEqual(color(1));
      cleanUp();
      expect(stageInfo()).toEqual({ contexts: 1, surfaces: 0, textures: 0 });
      await stageGone();
      expect(alive()).toHaveLength(0);
    }
  });

  test('is kept through a quick remount', async () => {
    const first = makeSurface(10, 10);
    await first.surface.ready;
    cleanUp();
    const second = makeSurface(10, 10);
    await second.surface.ready;
    await new Promise((resolve) => setTimeout(resolve, 700));
    fill(second.surface, 1, 10);
    second.surface.drawNow();
    expect(second.pixel(5, 5)).toEqual(color(1));
    expect(contexts).toHaveLength(1);
  });
});

describe('drawing on demand', () => {
  test('asks for no frame at rest, and for one when several surfaces change', async () => {
    const views = [makeSurface(10, 10), makeSurface(10, 10)];
    await until(() => views.every(({ draws }) => draws > 0));
    const frames = vi.spyOn(window, 'requestAnimationFrame');
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(frames).not.toHaveBeenCalled();
    const before = views.map(({ draws }) => draws);
    for (let i = 0; i < 5; i++) for (const { surface } of views) surface.invalidate();
    await until(() => views.every(({ draws }, i) => draws > before[i]!));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(frames).toHaveBeenCalledTimes(1);
    expect(views.map(({ draws }) => draws)).toEqual(before.map((draws) => draws + 1));
  });

  test('in a frame draws for a while, then those that are left in the next, before any that ask again', async () => {
    const views = Array.from({ length: 6 }, () => makeSurface(10, 10));
    await until(() => views.every(({ draws }) => draws > 0));
    const drawn: { view: number; frame: unknown }[] = [];
    views.forEach(({ surface }, view) =>
      surface.addLayer({
        prepare() {
          drawn.push({ view, frame: document.timeline.currentTime });
          const start = performance.now();
          while (performance.now() < start + 15);
          if (view === 0 && drawn.length < 12) surface.invalidate();
        },
        destroy() {},
      }),
    );
    await until(() => drawn.length >= 12);
    expect(drawn.slice(0, 7).map(({ view }) => view)).toEqual([0, 1, 2, 3, 4, 5, 0]);
    const inFrames = [...new Set(drawn.map(({ frame }) => frame))].map((of) =>
      drawn.filter(({ frame }) => frame === of).map(({ view }) => view),
    );
    expect(Math.max(...inFrames.map((views) => views.length))).toBe(2);
    expect(inFrames.every((views) => new Set(views).size === views.length)).toBe(true);
  });

  test('setProps says whether anything changed', async () => {
    const view = makeSurface(10, 10);
    const heatmap = fill(view.surface, 1, 10);
    expect(
      heatmap.setProps({ scale: 'linear', range: [0, 1], rect: { x: 0, y: 0, width: 10, height: 10 } }),
    ).toBe(false);
    expect(heatmap.setProps({ scale: 'sqrt' })).toBe(true);
    const lines = createLinesLayer(view.surface);
    expect(lines.setProps({ tokenPx: 18 })).toBe(true);
    expect(lines.setProps({ tokenPx: 18, focus: { query: null, key: null } })).toBe(false);
  });

  test('drawNow takes the place of the frame asked for', async () => {
    const view = makeSurface(10, 10);
    await until(() => view.draws > 0);
    const before = view.draws;
    view.surface.invalidate();
    expect(view.surface.drawNow()).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(view.draws).toBe(before + 1);
  });

  test('before ready, and without a size, there is nothing to draw', async () => {
    const view = makeSurface(0, 10);
    expect(view.surface.drawNow()).toBe(false);
    await view.surface.ready;
    expect(view.surface.drawNow()).toBe(false);
    expect(view.errors).toEqual([]);
  });
});

describe('the background', () => {
  test('is transparent, also over an older picture', async () => {
    const view = makeSurface(20, 20);
    const layer = fill(view.surface, 1, 20);
    await until(() => view.draws > 0);
    expect(view.pixel(15, 15)).toEqual(color(1));
    layer.setProps({ rect: { x: 0, y: 0, width: 10, height: 10 } });
    view.surface.drawNow();
    expect(view.pixel(15, 15)).toEqual(nothing);
    layer.destroy();
    view.surface.drawNow();
    expect(view.pixel(5, 5)).toEqual(nothing);
  });
});

test('a canvas whose window goes away before its frame comes holds up nobody, and is drawn when it is back', async () => {
  const [away, stays] = [makeSurface(20, 20), makeSurface(20, 20)];
  fill(away.surface, 1, 20);
  fill(stays.surface, 1, 20);
  await until(() => away.draws > 0 && stays.draws > 0);
  const frame = document.createElement('iframe');
  document.body.append(frame);
  frame.contentDocument!.body.append(away.canvas);
  const before = away.draws;
  away.surface.invalidate();
  await until(() => away.draws > before);
  away.surface.invalidate();
  document.body.append(away.canvas);
  frame.remove();
  const draws = stays.draws;
  stays.surface.invalidate();
  await until(() => stays.draws > draws);
  const last = away.draws;
  away.surface.resize(10, 10, 1);
  await until(() => away.draws > last);
  expect(away.pixel(5, 5)).toEqual(color(1));
  expect([...away.errors, ...stays.errors]).toEqual([]);
});

describe('size', () => {
  test('the canvas has device pixels, at fractions too', async () => {
    const view = makeSurface(33, 21, 1.5);
    await until(() => view.draws > 0);
    expect([view.canvas.width, view.canvas.height]).toEqual([50, 32]);
  });

  test('a surface larger than the context can draw is drawn coarser', async () => {
    const view = makeSurface(30000, 10, 2);
    fill(view.surface, 1, 30000);
    await until(() => view.draws > 0);
    expect(view.canvas.width).toBeLessThanOrEqual(contexts[0]!.getParameter(contexts[0]!.MAX_TEXTURE_SIZE));
    expect(view.canvas.width).toBeGreaterThan(4000);
    expect(view.surface.pixelRatio).toBeCloseTo(view.canvas.width / 30000, 3);
    expect(view.pixel(view.canvas.width - 1, 0)).toEqual(color(1));
  });
});

describe('destruction', () => {
  test('before ready leaves nothing and draws nothing', async () => {
    const view = makeSurface(10, 10);
    fill(view.surface, 1, 10);
    view.surface.destroy();
    view.surface.destroy();
    expect(await view.surface.ready).toBe(false);
    view.surface.invalidate();
    expect(view.surface.drawNow()).toBe(false);
    expect(stageInfo()).toMatchObject({ surfaces: 0, textures: 0 });
    expect(view.draws).toBe(0);
  });

  test('layers may go before, after, or with their surface', async () => {
    const view = makeSurface(10, 10);
    const [heatmap, lines] = [fill(view.surface, 1, 10), createLinesLayer(view.surface)];
    await view.surface.ready;
    heatmap.destroy();
    view.surface.destroy();
    lines.destroy();
    heatmap.destroy();
    expect(heatmap.setProps({ scale: 'log' })).toBe(false);
    lines.setProps({ lines: { count: 0, query: [], key: [], head: [], weight: [] } });
    expect(stageInfo()).toMatchObject({ surfaces: 0, textures: 0 });
  });

  test('200 surfaces, some never ready, leave no surface, texture or canvas', async () => {
    const keeper = makeSurface(10, 10);
    await keeper.surface.ready;
    const canvases: WeakRef<HTMLCanvasElement>[] = [];
    for (let i = 0; i < 200; i++) canvases.push(await mountAndUnmount(i));
    expect(stageInfo()).toEqual({ contexts: 1, surfaces: 1, textures: 0 });
    expect(alive()).toHaveLength(1);
    const { gc } = globalThis as { gc?: () => void };
    expect(gc, 'the browser is started with --js-flags=--expose-gc').toBeTypeOf('function');
    await until(() => {
      gc!();
      return canvases.every((canvas) => canvas.deref() === undefined);
    });
  });

  async function mountAndUnmount(i: number): Promise<WeakRef<HTMLCanvasElement>> {
    const canvas = document.createElement('canvas');
    const surface = createSurface(canvas, { onError: (error) => expect.unreachable(error.message) });
    surface.resize(10, 10, 1);
    fill(surface, 1, 10);
    const lines = createLinesLayer(surface);
    lines.setProps({ lines: { count: 1, query: [0], key: [0], head: [0], weight: [1] } });
    lines.setProps({ rect: { x: 0, y: 0, width: 10, height: 10 }, tokenPx: 10 });
    if (i % 3 > 0) await surface.ready;
    if (i % 3 > 1) expect(surface.drawNow()).toBe(true);
    surface.destroy();
    return new WeakRef(canvas);
  }
});
