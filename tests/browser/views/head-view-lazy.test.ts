import { describe, expect, test } from 'vitest';
import type { Locator } from 'vitest/browser';
import { habitOf, longHeadsTrace } from '../../../src/stories/long-heads.js';
import { createTrace, type Block, type BlockRequest } from '../../../src/lib/trace/index.js';
import { wrongPixels } from './line-pixels.js';
import { announcedBy, centerOf, drawn, mouse, showHeadView, statusOf, tokenOf, usePage } from './page.js';

usePage();

interface Read {
  layer: number;
  request: BlockRequest;
  signal: AbortSignal;
  answer(): void;
  fail(error: Error): void;
}

/** A source whose reads wait until the test answers them: a query of layer n looks at the key n + 1 before it. */
function waiting(tokens: number) {
  const reads: Read[] = [];
  const matrixOf = (layer: number) => ({
    rows: tokens,
    cols: tokens,
    type: 'float32' as const,
    max: 1,
    block: (request: BlockRequest, options: { signal?: AbortSignal } = {}) =>
      new Promise<Block>((resolve, reject) => {
        const { row, col, rows, cols } = request;
        const data = Float32Array.from({ length: rows * cols }, (_, i) =>
          row + Math.floor(i / cols) - (col + (i % cols)) === layer + 1 ? 0.9 : 0,
        );
        reads.push({
          layer,
          request,
          signal: options.signal!,
          answer: () =>
            resolve({ ...request, rowLevel: 0, colLevel: 0, type: 'float32', data, offset: 0, stride: cols }),
          fail: reject,
        });
      }),
  });
  const matrices = [0, 1, 2].map(matrixOf);
  const trace = createTrace({
    tokens: Array.from({ length: tokens }, (_, i) => `t${i}`),
    attention: { dims: [3, 1, tokens, tokens], matrix: (layer) => matrices[layer]! },
    causal: true,
  });
  return { trace, reads };
}

/** Mounts without waiting for the weights. */
async function show(props: Parameters<typeof showHeadView>[0], reads: Read[]) {
  const shown = showHeadView(props);
  await expect.poll(() => reads.length).toBeGreaterThan(0);
  for (const read of reads) read.answer();
  return shown;
}

const back = (tokens: number, by: number): [number, number][] =>
  Array.from({ length: tokens - by }, (_, i) => [i + by, i]);
const showsLines = (region: Locator, by: number) =>
  expect
    .poll(() => wrongPixels(region, back(20, by), 'light'))
    .toMatchObject({ missing: 0, extra: 0, inked: expect.toSatisfy((pixels: number) => pixels > 2000) });
const busy = (region: Locator) => region.element().getAttribute('aria-busy');

describe('weights that arrive late', () => {
  test('lines stay until those of another layer are there; the view says it is busy', async () => {
    const { trace, reads } = waiting(20);
    const { region, change } = await show({ trace, layer: 0 }, reads);
    await showsLines(region, 1);
    await change({ layer: 1 });
    await expect.poll(() => reads.at(-1)!.layer).toBe(1);
    await expect.poll(() => busy(region)).toBe('true');
    await showsLines(region, 1);
    reads.at(-1)!.answer();
    await drawn(region);
    await showsLines(region, 2);
  });

  test('what is no longer asked for is aborted, and not shown when it comes all the same', async () => {
    const { trace, reads } = waiting(20);
    const { region, change } = await show({ trace, layer: 0 }, reads);
    await change({ layer: 1 });
    await expect.poll(() => reads.at(-1)!.layer).toBe(1);
    const stale = reads.at(-1)!;
    await change({ layer: 2 });
    await expect.poll(() => reads.at(-1)!.layer).toBe(2);
    expect(stale.signal.aborted).toBe(true);
    reads.at(-1)!.answer();
    await drawn(region);
    stale.answer();
    await showsLines(region, 3);
  });

  test('a hovered token: its number when it is there, the newest only', async () => {
    const { trace, reads } = waiting(20);
    const { region } = await show({ trace, layer: 0 }, reads);
    await mouse.move(centerOf(tokenOf(region, 'queries', 5)));
    await expect.poll(() => reads.at(-1)!.request).toMatchObject({ row: 5, rows: 1 });
    await expect.poll(() => statusOf(region)).toContain('t5 reading its weights');
    expect(announcedBy(region)).toBe('');
    const stale = reads.at(-1)!;
    await mouse.move(centerOf(tokenOf(region, 'queries', 7)));
    await expect.poll(() => reads.at(-1)!.request).toMatchObject({ row: 7, rows: 1 });
    expect(stale.signal.aborted).toBe(true);
    stale.answer();
    reads.at(-1)!.answer();
    await expect.poll(() => announcedBy(region)).toBe('layer 0, head 0: t7 → t6 0.90');
  });

  test('a source that fails says why, in place of the drawing', async () => {
    const { trace, reads } = waiting(20);
    const { region, change } = await show({ trace, layer: 0 }, reads);
    await change({ layer: 1 });
    await expect.poll(() => reads.at(-1)!.layer).toBe(1);
    reads.at(-1)!.fail(new Error('The disk is gone.'));
    await expect.element(region.getByRole('alert')).toHaveTextContent('The disk is gone.');
    const failed = reads.length;
    await change({ layer: 2 });
    await expect.poll(() => reads.length).toBeGreaterThan(failed);
    reads.at(-1)!.answer();
    await showsLines(region, 3);
  });

  test('a token whose weights cannot be read says why, and the rest stays', async () => {
    const { trace, reads } = waiting(20);
    const { region } = await show({ trace, layer: 0 }, reads);
    await mouse.move(centerOf(tokenOf(region, 'queries', 5)));
    await expect.poll(() => reads.at(-1)!.request).toMatchObject({ row: 5, rows: 1 });
    reads.at(-1)!.fail(new Error('The disk is gone.'));
    await expect.poll(() => statusOf(region)).toContain('t5 The disk is gone.');
    await mouse.move(centerOf(tokenOf(region, 'queries', 7)));
    await expect.poll(() => reads.at(-1)!.request).toMatchObject({ row: 7, rows: 1 });
    reads.at(-1)!.answer();
    await expect.poll(() => announcedBy(region)).toBe('layer 0, head 0: t7 → t6 0.90');
  });

  test('parts scrolled past before they came are aborted; none is read that was not in sight', async () => {
    const { trace, reads } = waiting(16_384);
    const { region } = await show({ trace, layer: 0 }, reads);
    const scroller = region.element().querySelector('.scroller')!;
    scroller.scrollTop = 100_000;
    await expect.poll(() => reads.at(-1)!.request.row).toBeGreaterThan(4000);
    const passed = reads.filter(({ request }) => request.row > 4000);
    scroller.scrollTop = 200_000;
    await expect.poll(() => reads.at(-1)!.request.row).toBeGreaterThan(9000);
    expect(passed.every(({ signal }) => signal.aborted)).toBe(true);
    expect(reads.filter(({ request }) => request.row > 300 && request.row < 4000)).toEqual([]);
    for (const read of reads) read.answer();
    await drawn(region);
  });

  test('unmounted, nothing goes on being read', async () => {
    const { trace, reads } = waiting(20);
    const { change, unmount } = await show({ trace, layer: 0 }, reads);
    await change({ layer: 1 });
    await expect.poll(() => reads.at(-1)!.layer).toBe(1);
    await unmount();
    expect(reads.at(-1)!.signal.aborted).toBe(true);
  });
});

test('a source that keeps only some keys says so, and of a query how much it lacks', async () => {
  const { region } = await showHeadView({
    trace: longHeadsTrace({ tokens: 200, heads: 6, keep: 4 }),
    heads: [4, 5],
    selection: { query: 100 },
  });
  await expect.element(region.getByText('some keys only')).toBeVisible();
  const lacks = [4, 5].map((head) =>
    [...habitOf(head, 100).values()]
      .sort((a, b) => b - a)
      .slice(4)
      .reduce((sum, weight) => sum + weight, 0),
  );
  const mean = ((lacks[0]! + lacks[1]!) / 2).toFixed(2);
  expect(Number(mean)).toBeGreaterThan(0.2);
  expect(statusOf(region)).toContain(`${mean} of this query’s weight is not kept`);
});
