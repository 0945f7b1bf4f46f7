import { afterEach, expect, test } from 'vitest';
import { diverging, packColors, paper, tableColor } from '../../../src/lib/render/colors/index.js';
import { createThumbnailsLayer, stageInfo, type ThumbnailsOptions } from '../../../src/lib/render/index.js';
import { createTrace } from '../../../src/lib/trace/index.js';
import type { Block, Matrix, Stream } from '../../../src/lib/trace/types.js';
import { cleanUp, denseMatrix, makeSurface, stageGone, until } from './helpers.js';

afterEach(cleanUp);

/** A stream of 4 × 8 heads on 10 tokens, each of one weight everywhere, from 0 to 31 thirty-seconds. */
function evenStream(change: (matrix: Matrix, layer: number, head: number) => Matrix = (matrix) => matrix) {
  const tokens = Array.from({ length: 10 }, (_, i) => `t${i}`);
  const base = createTrace({
    tokens,
    attention: [[tokens.map((_, i) => tokens.map((_, j) => Number(i === j)))]],
  });
  const asked: string[] = [];
  const stream: Stream = {
    ...base.stream(),
    causal: false,
    layers: [0, 1, 2, 3],
    heads: [0, 1, 2, 3, 4, 5, 6, 7],
    matrix(layer, head) {
      asked.push(`${layer}.${head}`);
      return change(
        denseMatrix(10, 10, 'float32', () => weightOf(layer, head)),
        layer,
        head,
      );
    },
  };
  return { stream, asked };
}
const weightOf = (layer: number, head: number): number => (layer * 8 + head) / 32;
const color = (weight: number) => [...tableColor(paper, weight), 255];
const nothing = [0, 0, 0, 0];

const thumbnails = [0, 1, 2, 3].flatMap((layer) =>
  [0, 1, 2, 3, 4, 5, 6, 7].map((head) => ({ layer, head, x: head * 20, y: layer * 20 })),
);

async function view(options: ThumbnailsOptions = {}) {
  const test = makeSurface(160, 80);
  const progress: string[] = [];
  const layer = createThumbnailsLayer(test.surface, {
    onProgress: (ready, total) => progress.push(`${ready}/${total}`),
    ...options,
  });
  layer.setProps({ kind: 'matrix', widthPx: 20, heightPx: 20, scale: 'linear', thumbnails });
  await test.surface.ready;
  return { test, layer, progress };
}

const pixels = (test: ReturnType<typeof makeSurface>) =>
  thumbnails.map(({ x, y }) => test.pixel(x + 10, y + 10));

test('all heads are drawn, each in its place, and then no more', async () => {
  const { stream, asked } = evenStream();
  const { test, layer, progress } = await view();
  layer.setProps({ stream });
  await until(() => progress.at(-1) === '32/32');
  expect(pixels(test)).toEqual(thumbnails.map(({ layer, head }) => color(weightOf(layer, head))));
  expect(asked).toHaveLength(32);
  const { draws } = test;
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(test.draws).toBe(draws);
  expect(layer.setProps({ stream })).toBe(false);
});

test('what was made is moved, not made again; another stream is', async () => {
  const { stream, asked } = evenStream();
  const { test, layer, progress } = await view();
  layer.setProps({ stream });
  await until(() => progress.at(-1) === '32/32');
  layer.setProps({ thumbnails: [{ layer: 3, head: 7, x: 0, y: 0 }] });
  test.surface.drawNow();
  expect(test.pixel(10, 10)).toEqual(color(31 / 32));
  expect(test.pixel(30, 10)).toEqual(nothing);
  expect(asked).toHaveLength(32);
  const other = evenStream();
  layer.setProps({ stream: other.stream });
  test.surface.drawNow();
  expect(test.pixel(10, 10)).toEqual(nothing);
  await until(() => test.pixel(10, 10)[3] === 255);
  expect(other.asked).toEqual(['3.7']);
});

test('the first are made first, in slices, and only they are waited for', async () => {
  const slow = evenStream((matrix) => ({
    ...matrix,
    block(request) {
      const until = performance.now() + 12;
      while (performance.now() < until);
      return matrix.block(request);
    },
  }));
  const { test, layer, progress } = await view();
  layer.setProps({ stream: slow.stream, awaited: 4 });
  let turns = 0;
  const timer = setInterval(() => turns++);
  await until(() => progress.at(-1) === '4/4');
  const inSight = slow.asked.length;
  expect(slow.asked.slice(0, 4)).toEqual(['0.0', '0.1', '0.2', '0.3']);
  expect(inSight).toBeLessThan(32);
  await until(() => slow.asked.length === 32);
  clearInterval(timer);
  // Each head is longer than a slice: others have their turn after each.
  expect(turns).toBeGreaterThan(15);
  await until(() => test.pixel(150, 70)[3] === 255);
});

test('heads that arrive later are drawn when they do, a few at a time, and let go when they are not needed', async () => {
  const waiting: { arrive: () => void; fail: (cause: Error) => void; signal: AbortSignal }[] = [];
  const { stream } = evenStream((matrix) => ({
    ...matrix,
    block: (request, options) =>
      new Promise<Block>((resolve, fail) =>
        waiting.push({
          arrive: () => resolve(matrix.block(request) as Block),
          fail,
          signal: options!.signal!,
        }),
      ),
  }));
  const failures: unknown[] = [];
  const { test, layer, progress } = await view({
    onFailures: (now) => failures.push(now.map(({ cause }) => cause)),
  });
  layer.setProps({ stream });
  await until(() => waiting.length > 0);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const atOnce = waiting.length;
  expect(atOnce).toBeLessThan(10);
  waiting[1]!.arrive();
  await until(() => test.pixel(30, 10)[3] === 255);
  expect(test.pixel(10, 10)).toEqual(nothing);
  await until(() => waiting.length === atOnce + 1);

  waiting[0]!.fail(new Error('the disk is gone'));
  await until(() => failures.length > 0);
  expect(failures).toEqual([[new Error('the disk is gone')]]);

  layer.setProps({ stream: null });
  await until(() => waiting[2]!.signal.aborted);
  waiting[2]!.arrive();
  await until(() => progress.length > 0);
  // What was let go has not failed.
  expect(failures.slice(1)).toEqual([[]]);
});

test('heads that are scrolled away are let go, and read again when they are back', async () => {
  const waiting = new Map<string, { arrive: () => void; signal: AbortSignal }>();
  const { stream } = evenStream((matrix, layer, head) => ({
    ...matrix,
    block: (request, options) =>
      new Promise<Block>((resolve) =>
        waiting.set(`${layer}.${head}`, {
          arrive: () => resolve(matrix.block(request) as Block),
          signal: options!.signal!,
        }),
      ),
  }));
  const { test, layer } = await view();
  layer.setProps({ stream, thumbnails: thumbnails.slice(0, 8) });
  await until(() => waiting.size === 6);
  const old = waiting.get('0.3')!;
  layer.setProps({ thumbnails: thumbnails.slice(4, 12) });
  // The two that are still seen are read on, the four others are not.
  expect(['0.0', '0.1', '0.2', '0.3', '0.4', '0.5'].map((key) => waiting.get(key)!.signal.aborted)).toEqual([
    true,
    true,
    true,
    true,
    false,
    false,
  ]);
  await until(() => waiting.size === 10);
  old.arrive();
  waiting.get('0.4')!.arrive();
  await until(() => test.pixel(90, 10)[3] === 255);
  layer.setProps({ thumbnails: thumbnails.slice(0, 8) });
  for (const key of ['0.5', '0.6', '0.7']) waiting.get(key)!.arrive();
  await until(() => waiting.get('0.3') !== old);
  waiting.get('0.3')!.arrive();
  await until(() => test.pixel(70, 10)[3] === 255);
});

test('a slice reads no more than four million weights, or one head', async () => {
  const size = 1200;
  const turns: number[] = [];
  let read = 0;
  const { stream } = evenStream();
  const tokens = Array.from({ length: size }, (_, i) => ({ ...stream.queryTokens[0]!, position: i }));
  const large: Stream = {
    ...stream,
    queryTokens: tokens,
    keyTokens: tokens,
    matrix: (layer, head) => ({
      rows: size,
      cols: size,
      type: 'float32',
      block({ row, col, rows, cols, rowLevel = 0, colLevel = 0 }) {
        read += rows * cols * 2 ** (rowLevel + colLevel);
        const data = new Float32Array(rows * cols).fill(weightOf(layer, head));
        return { row, col, rows, cols, rowLevel, colLevel, type: 'float32', data, offset: 0, stride: cols };
      },
    }),
  };
  const { test, layer, progress } = await view();
  // A turn of the event loop ends when a message that was posted in it is heard.
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    if (read > 0) turns.push(read);
    read = 0;
    port2.postMessage(null);
  };
  port2.postMessage(null);
  layer.setProps({ stream: large, kind: 'matrix' });
  await until(() => progress.at(-1) === '32/32');
  port1.close();
  expect(pixels(test)).toEqual(thumbnails.map(({ layer, head }) => color(weightOf(layer, head))));
  expect(turns.reduce((sum, weights) => sum + weights, 0)).toBeGreaterThanOrEqual(32 * size * size);
  expect(Math.max(...turns)).toBeLessThan(2 * 4.2e6);
});

test('at another size the old thumbnails stand in until the new are made', async () => {
  const { stream, asked } = evenStream();
  const { test, layer, progress } = await view();
  layer.setProps({ stream });
  await until(() => progress.at(-1) === '32/32');
  asked.length = 0;
  const frames: number[][] = [];
  const size = (px: number) =>
    layer.setProps({
      widthPx: px,
      heightPx: px,
      thumbnails: thumbnails.map((one) => ({ ...one, x: one.head * px, y: one.layer * px })),
    });
  // A size that changes with each frame, as when a window is dragged: cells of 8 and of 10 pixels are of another level.
  for (const px of [18, 14, 9, 8, 8]) {
    size(px);
    test.surface.drawNow();
    frames.push(test.pixel(7 * px + 4, 3 * px + 4));
  }
  expect(frames).toEqual(Array(5).fill(color(31 / 32)));
  expect(asked).toHaveLength(0);
  await until(() => progress.at(-1) === '32/32' && asked.length === 32);
  expect(test.pixel(7 * 8 + 4, 3 * 8 + 4)).toEqual(color(31 / 32));
  // What stood in is gone: its atlas, and no other than that of the new size is left.
  await until(() => stageInfo().textures === 3);
});

test('no more are kept than asked for', async () => {
  const { stream, asked } = evenStream();
  const { test, layer } = await view({ capacity: 2 });
  for (const head of [0, 1, 2, 1, 0]) {
    layer.setProps({ stream, thumbnails: [{ layer: 3, head, x: 0, y: 0 }] });
    await until(() => test.pixel(10, 10).join() === color(weightOf(3, head)).join());
  }
  expect(asked).toEqual(['3.0', '3.1', '3.2', '3.0']);
});

test('a head that cannot be read is told, and the others are drawn', async () => {
  const { stream } = evenStream((matrix, layer, head) => {
    if (layer === 1 && head === 1) throw new Error('row 3 sums to 2');
    return matrix;
  });
  const failures: unknown[] = [];
  const { test, layer } = await view({ onFailures: (now) => failures.push(...now) });
  layer.setProps({ stream });
  await until(() => test.pixel(150, 70)[3] === 255);
  expect(failures).toEqual([{ layer: 1, head: 1, cause: new Error('row 3 sums to 2') }]);
  expect(test.pixel(30, 30)).toEqual(nothing);
});

test('lines take the colour of their layer, and thumbnails are made anew at another size', async () => {
  const { stream } = evenStream();
  const { test, layer, progress } = await view();
  layer.setProps({ stream, kind: 'lines', colors: Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9) });
  await until(() => progress.at(-1) === '32/32');
  const [red, green, blue, opacity] = test.pixel(150, 30);
  // The canvas gives colours back divided by opacity, rounded.
  expect([red, green, blue]).toEqual([0, 255, 0]);
  expect(opacity).toBeGreaterThan(20);
  layer.setProps({ widthPx: 40, heightPx: 40, thumbnails: [{ layer: 2, head: 7, x: 0, y: 0 }] });
  await until(() => test.pixel(38, 38)[2] === 255);
  expect(test.pixel(45, 20)).toEqual(nothing);
});

test('destroyed at any time, it leaves nothing', async () => {
  await stageGone();
  const { stream, asked } = evenStream();
  const { test, layer } = await view();
  layer.setProps({ stream });
  test.surface.drawNow();
  layer.destroy();
  layer.destroy();
  expect(stageInfo().textures).toBe(0);
  expect(layer.setProps({ stream: null })).toBe(false);
  const before = asked.length;
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(asked.length).toBe(before);
});

test.each(['light', 'dark'] as const)(
  'signed weights, %s: cells between the ends of the table, lines in the colour of the sign',
  async (theme) => {
    // A head of 1 × 1 weights: one of −1, one of ½.
    const { stream } = evenStream((matrix, _, head) =>
      Object.assign(
        denseMatrix(10, 10, 'float32', () => (head === 0 ? -1 : 0.5)),
        { signed: true, max: matrix.max },
      ),
    );
    const { test, layer } = await view();
    const both = [0, 1].map((head) => ({ layer: 0, head, x: head * 20, y: 0 }));
    const table = diverging[theme];
    layer.setProps({ stream, thumbnails: both, table, range: [-1, 1], colors: packColors(['#00ff00']) });
    await until(() => test.pixel(10, 10)[3] > 0 && test.pixel(30, 10)[3] > 0);
    expect(test.pixel(10, 10)).toEqual([...tableColor(table, 0), 255]);
    expect(test.pixel(30, 10)).toEqual([...tableColor(table, 0.75), 255]);

    layer.setProps({ kind: 'lines' });
    // Where lines of ½ are laid over each other they cover less than all, as cells never do.
    await until(() => test.pixel(20, 1)[3] < 255 && test.pixel(30, 10)[3] > 0);
    expect(test.pixel(10, 10)).toEqual([...tableColor(table, 0), 255]);
    const [red, , blue, alpha] = test.pixel(30, 10);
    expect(alpha).toBeGreaterThan(100);
    expect(blue).toBeGreaterThan(red);
  },
);
