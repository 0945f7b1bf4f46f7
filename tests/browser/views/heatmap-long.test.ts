import { expect, test } from 'vitest';
import { cleanup, render } from 'vitest-browser-svelte';
import type { Locator } from 'vitest/browser';
import { functionAttention, queryKeyAttention, topKeyAttention } from '../../../src/lib/io/index.js';
import { createTrace, type AttentionSource } from '../../../src/lib/trace/index.js';
import { paper, tableColor } from '../../../src/lib/render/colors/index.js';
import { boxOf, statusOf, usePage } from './page.js';
import { Heatmap, type Hover } from '../../../src/lib/index.js';
import { takePicture, type Rgb } from './pixels.js';

usePage();

const names = (count: number) => Array.from({ length: count }, (_, i) => `t${i}`);
const show = async (tokens: number, attention: AttentionSource, props: object = {}): Promise<Locator> => {
  const trace = createTrace({ tokens: names(tokens), attention });
  const screen = await render(Heatmap, { trace, theme: 'light', range: [0, 1], ...props });
  return screen.getByRole('region');
};
const calm = (region: Locator) => expect.element(region).toHaveAttribute('aria-busy', 'false');

/** The darkest of the nine pixels round a place in the plot, in fractions of its width and height. */
async function colorAt(region: Locator, x: number, y: number): Promise<Rgb> {
  const box = boxOf(region.getByRole('application'));
  const picture = await takePicture(box);
  const inside = (at: number, start: number, length: number) =>
    Math.min(Math.max(at, start + 0.5), start + length - 0.5);
  const colors = [-1, 0, 1].flatMap((dx) =>
    [-1, 0, 1].map((dy) =>
      picture.at({
        x: inside(box.left + x * box.width + dx, box.left, box.width),
        y: inside(box.top + y * box.height + dy, box.top, box.height),
      }),
    ),
  );
  return colors.sort((a, b) => a[0] - b[0])[0]!;
}

test('one weight of 0.9 among 16,384² of a function is seen from afar, and close by', async () => {
  const n = 16_384;
  const [query, key] = [12_345, 6_789];
  const attention = functionAttention({
    dims: [1, 1, n, n],
    levels: true,
    block({ row, col, rows, cols, rowLevel, colLevel }) {
      const data = new Uint8Array(rows * cols);
      const [r, c] = [(query >> rowLevel) - row, (key >> colLevel) - col];
      if (r >= 0 && r < rows && c >= 0 && c < cols) data[r * cols + c] = 230;
      return { data };
    },
  });
  for (const viewport of [
    undefined,
    { query: query - 60, key: key - 40, queries: 100, keys: 100 },
    { query: query - 2, key: key - 2, queries: 4, keys: 4 },
  ]) {
    const region = await show(n, attention, { viewport });
    await calm(region);
    const view = viewport ?? { query: 0, key: 0, queries: n, keys: n };
    const x = (key + 0.5 - view.key) / view.keys;
    const y = (query + 0.5 - view.query) / view.queries;
    expect(await colorAt(region, x, y)).toEqual(tableColor(paper, 230 / 255));
    expect(await colorAt(region, 0.2, 0.2)).toEqual(tableColor(paper, 0));
    await cleanup();
  }
});

test('queries and keys: a sample says so until all is computed', async () => {
  const n = 6000;
  const tensor = (seed: number) => ({
    dims: [1, 1, n, 8],
    data: Float32Array.from({ length: n * 8 }, (_, i) => 2 * Math.sin(i * seed)),
  });
  const region = await show(n, queryKeyAttention({ queries: tensor(1.7), keys: tensor(2.3), causal: true }));
  await expect.element(region.getByText('sampled: some weights of each pixel')).toBeVisible();
  await expect.element(region.getByText(/^reading weights/)).toBeVisible();
  await calm(region);
  await expect.element(region.getByText('sampled: some weights of each pixel')).not.toBeInTheDocument();
  // The first query sees itself alone.
  expect(await colorAt(region, 0.5 / 600, 0.5 / 600)).toEqual(tableColor(paper, 1));
});

test('a function that fails is said, and one that is slow is waited for', async () => {
  let answer = (): void => {};
  const slow = functionAttention({
    dims: [1, 1, 40, 40],
    block: ({ rows, cols }) =>
      new Promise((resolve) => {
        answer = () => resolve({ data: new Uint8Array(rows * cols).fill(6) });
      }),
  });
  const region = await show(40, slow);
  await expect.element(region.getByText('reading weights …')).toBeVisible();
  const zero = tableColor(paper, 0);
  expect(await colorAt(region, 0.5, 0.5), 'what is not read').not.toEqual(zero);
  answer();
  await calm(region);
  await cleanup();
  const broken = await show(
    40,
    functionAttention({ dims: [1, 1, 40, 40], block: async () => Promise.reject(new Error('offline')) }),
  );
  await expect
    .element(broken.getByRole('alert'))
    .toHaveTextContent(/could not be read: block.*found an error .offline./);
});

test('what a source did not keep is said beside the row', async () => {
  const dims = [1, 1, 3, 1];
  const attention = topKeyAttention({
    keys: { dims, data: [0, 1, 1] },
    weights: { dims, data: Float32Array.of(1, 0.75, 0.5) },
    causal: true,
  });
  const region = await show(3, attention, { selection: { query: 2, key: 1 } });
  await expect.element(region.getByText(/0\.50? of this query’s weight is not kept/)).toBeVisible();
});

test('what is not kept is not said to be 0, also where there is no room beside the plot', async () => {
  const dims = [1, 1, 2, 1];
  const attention = topKeyAttention({
    keys: { dims, data: [0, 0] },
    weights: { dims, data: Float32Array.of(1, 0.75) },
  });
  const region = await show(2, attention, { selection: { query: 1, key: 1 }, style: 'width: 420px' });
  await expect.poll(() => statusOf(region)).toMatch(/0\.25 of this query’s weight is not kept/);
  await expect.element(region.getByText('some keys only')).toBeVisible();
});

test('a weight that comes late is told, one that cannot be read is said', async () => {
  const told: unknown[] = [];
  const trouble: unknown[] = [];
  const hear = (event: PromiseRejectionEvent): void => {
    trouble.push(event.reason);
    event.preventDefault();
  };
  window.addEventListener('unhandledrejection', hear);
  const attention = functionAttention({
    dims: [1, 1, 4, 4],
    async block({ row, rows, cols }) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (rows === 1 && row === 2) throw new Error('offline');
      return { data: new Uint8Array(rows * cols).fill(51) };
    },
  });
  const region = await show(4, attention, {
    onHoverChange: (hover: Hover | null) => told.push(hover && [hover.query, hover.key, hover.value]),
  });
  await calm(region);
  const plot = region.getByRole('application');
  const { width, height } = boxOf(plot);
  await plot.hover({ position: { x: width * 0.6, y: height * 0.4 } });
  await expect.poll(() => told.at(-1)).toEqual([1, 2, expect.closeTo(0.2, 6)]);
  await plot.hover({ position: { x: width * 0.6, y: height * 0.6 } });
  await expect.poll(() => statusOf(region)).toMatch(/found an error \(offline\)/);
  expect(told.at(-1)).toEqual([2, 2, null]);
  expect(trouble).toEqual([]);
  window.removeEventListener('unhandledrejection', hear);
});
