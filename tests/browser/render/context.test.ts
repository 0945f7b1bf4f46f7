import { afterEach, describe, expect, test, vi } from 'vitest';
import { magma, packColors, tableColor } from '../../../src/lib/render/colors/index.js';
import {
  createHeatmapLayer,
  createLinesLayer,
  stageInfo,
  type Surface,
} from '../../../src/lib/render/index.js';
import { cleanUp, denseMatrix, makeSurface, stageGone, until } from './helpers.js';

afterEach(async () => {
  vi.restoreAllMocks();
  cleanUp();
  await stageGone();
});

const getContext = OffscreenCanvas.prototype.getContext as (
  ...args: unknown[]
) => OffscreenRenderingContext | null;

/** The context that the stage draws with. */
function catchContext(): { current: WebGL2RenderingContext | null } {
  const caught: { current: WebGL2RenderingContext | null } = { current: null };
  vi.spyOn(OffscreenCanvas.prototype, 'getContext').mockImplementation(function (
    this: OffscreenCanvas,
    ...args
  ) {
    const context = getContext.apply(this, args);
    if (String(args[0]) === 'webgl2') caught.current = context as WebGL2RenderingContext;
    return context as null;
  });
  return caught;
}

function drawBoth(surface: Surface): void {
  createHeatmapLayer(surface).setProps({
    matrix: denseMatrix(40, 40, 'float16', (row, col) => (row * 40 + col) / 1600),
    viewport: { query: 0, key: 0, queries: 40, keys: 40 },
    rect: { x: 0, y: 0, width: 200, height: 200 },
    table: magma,
  });
  const lines = createLinesLayer(surface);
  lines.setProps({ lines: { count: 2, query: [0, 5], key: [9, 2], head: [0, 1], weight: [1, 0.7] } });
  lines.setProps({
    rect: { x: 200, y: 0, width: 100, height: 200 },
    tokenPx: 20,
    colors: packColors(['#ff0000', '#00ff00']),
  });
}

describe('a lost context', () => {
  test('is told, and when it is back the same picture is drawn', async () => {
    const context = catchContext();
    const views = [makeSurface(300, 200), makeSurface(300, 200)];
    for (const { surface } of views) drawBoth(surface);
    await until(() => views.every(({ draws }) => draws > 0));
    const before = views.map((view) => view.pixels());
    expect(new Set(before[0]).size).toBeGreaterThan(50);

    const extension = context.current!.getExtension('WEBGL_lose_context')!;
    extension.loseContext();
    await until(() => views.every(({ errors }) => errors.length > 0));
    expect(views.map(({ errors }) => errors.map(({ code }) => code))).toEqual([
      ['context-lost'],
      ['context-lost'],
    ]);
    expect(views[0]!.errors[0]!.message).toContain('reload the page');
    expect(views[0]!.surface.drawNow()).toBe(false);

    const draws = views.map((view) => view.draws);
    for (const { canvas } of views) canvas.width = 300;
    extension.restoreContext();
    await until(() => views.every((view, i) => view.draws > draws[i]!));
    expect(views.map(({ restored }) => restored)).toEqual([1, 1]);
    for (const [i, view] of views.entries()) expect(view.pixels()).toEqual(before[i]);
    expect(context.current!.getError()).toBe(0);
    expect(views.flatMap(({ errors }) => errors)).toHaveLength(2);
  });

  test('a surface made meanwhile is told too, and drawn when it is over', async () => {
    const context = catchContext();
    const first = makeSurface(10, 10);
    await first.surface.ready;
    const extension = context.current!.getExtension('WEBGL_lose_context')!;
    extension.loseContext();
    await until(() => first.errors.length > 0);
    const second = makeSurface(300, 200);
    drawBoth(second.surface);
    expect(await second.surface.ready).toBe(true);
    expect(second.errors.map(({ code }) => code)).toEqual(['context-lost']);
    extension.restoreContext();
    await until(() => second.draws > 0);
    expect(second.pixel(2, 2)).toEqual([...tableColor(magma, 0), 255]);
  });

  test('can be left for good', async () => {
    const context = catchContext();
    const view = makeSurface(10, 10);
    await view.surface.ready;
    context.current!.getExtension('WEBGL_lose_context')!.loseContext();
    await until(() => view.errors.length > 0);
    cleanUp();
    await stageGone();
    const next = makeSurface(10, 10);
    expect(await next.surface.ready).toBe(true);
    expect(next.surface.drawNow()).toBe(true);
  });
});

/** No WebGL 2 from canvases of a kind. */
function without(prototype: { getContext(...args: never[]): unknown }): void {
  const real = prototype.getContext as (...args: unknown[]) => unknown;
  vi.spyOn(prototype, 'getContext').mockImplementation(function (this: unknown, ...args: unknown[]) {
    return args[0] === 'webgl2' ? null : real.apply(this, args);
  });
}

describe('an old stage', () => {
  test('that goes tells nothing to those of the next, however close they follow', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const context = catchContext();
      const first = makeSurface(10, 10);
      expect(await first.surface.ready).toBe(true);
      const old = context.current!;
      cleanUp();
      // The last moment at which the old stage is taken over, and the first at which it is not.
      vi.advanceTimersByTime(499);
      const taken = makeSurface(10, 10);
      expect(await taken.surface.ready).toBe(true);
      expect(context.current).toBe(old);
      cleanUp();
      vi.advanceTimersByTime(500);
      const next = makeSurface(300, 200);
      drawBoth(next.surface);
      const oldCanvas = old.canvas as OffscreenCanvas;
      const told = new Promise((resolve) => oldCanvas.addEventListener('webglcontextlost', resolve));
      expect(await next.surface.ready).toBe(true);
      await told;
      expect(next.surface.drawNow()).toBe(true);
      expect([...taken.errors, ...next.errors]).toEqual([]);
      expect(next.pixel(2, 2)).toEqual([...tableColor(magma, 0), 255]);
    } finally {
      vi.useRealTimers();
    }
  });
});

test('a context that is lost at the start is told, and asked for again', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    let lose = true;
    vi.spyOn(OffscreenCanvas.prototype, 'getContext').mockImplementation(function (
      this: OffscreenCanvas,
      ...args
    ) {
      const context = getContext.apply(this, args) as WebGL2RenderingContext;
      if (lose && String(args[0]) === 'webgl2') context.getExtension('WEBGL_lose_context')!.loseContext();
      return context as never;
    });
    const view = makeSurface(300, 200);
    drawBoth(view.surface);
    await vi.waitUntil(() => view.errors.length > 0 && vi.getTimerCount() > 0, { timeout: 60_000 });
    expect(view.errors.map(({ code }) => code)).toEqual(['context-lost']);
    vi.advanceTimersByTime(1000);
    lose = false;
    await vi.waitUntil(() => view.restored > 0 || (vi.advanceTimersByTime(1000), false), {
      timeout: 60_000,
    });
    expect(await view.surface.ready).toBe(true);
    expect(view.surface.drawNow()).toBe(true);
    expect(view.pixel(2, 2)).toEqual([...tableColor(magma, 0), 255]);
    expect(view.errors).toHaveLength(1);
    cleanUp();
    vi.advanceTimersByTime(500);
  } finally {
    vi.useRealTimers();
  }
});

test('where only a canvas of the page has WebGL 2, that is drawn with', async () => {
  without(OffscreenCanvas.prototype);
  const view = makeSurface(300, 200);
  drawBoth(view.surface);
  expect(await view.surface.ready).toBe(true);
  expect(view.surface.drawNow()).toBe(true);
  expect(view.pixel(2, 2)).toEqual([...tableColor(magma, 0), 255]);
  view.surface.resize(150, 100, 1);
  expect(view.surface.drawNow()).toBe(true);
  expect(view.canvas.width).toBe(150);
  expect(view.pixel(2, 2)).toEqual([...tableColor(magma, 0), 255]);
});

describe('without WebGL2', () => {
  test('every surface is told what to do, nothing is thrown, and a later one may try again', async () => {
    without(OffscreenCanvas.prototype);
    without(HTMLCanvasElement.prototype);
    const views = [makeSurface(10, 10), makeSurface(10, 10)];
    drawBoth(views[0]!.surface);
    expect(await Promise.all(views.map(({ surface }) => surface.ready))).toEqual([false, false]);
    for (const { errors, surface } of views) {
      expect(errors.map(({ code, name }) => [code, name])).toEqual([['no-webgl2', 'RenderError']]);
      expect(errors[0]!.message).toContain('Turn on hardware acceleration');
      expect(surface.drawNow()).toBe(false);
    }
    cleanUp();
    expect(stageInfo()).toEqual({ contexts: 0, surfaces: 0, textures: 0 });
    vi.restoreAllMocks();
    const view = makeSurface(10, 10);
    expect(await view.surface.ready).toBe(true);
  });
});

test('a canvas that has another context is an error, not a blank', async () => {
  const view = makeSurface(10, 10);
  view.canvas.getContext('2d');
  await view.surface.ready;
  expect(view.surface.drawNow()).toBe(false);
  expect(view.errors[0]!.code).toBe('draw-failed');
  expect(view.errors[0]!.message).toContain('context of another kind');
});
