import { describe, expect, test } from 'vitest';
import { userEvent, type Locator } from 'vitest/browser';
import { habitOf, longHeads, longHeadsTrace, longText } from '../../../src/stories/long-heads.js';
import { createTrace, type AttentionSource, type Matrix } from '../../../src/lib/trace/index.js';
import { backgroundColors } from '../../../src/lib/render/colors/index.js';
import { ends, wrongPixels } from './line-pixels.js';
import { fromHex, takePicture } from './pixels.js';
import { boxOf, centerOf, drawn, mouse, showHeadView, statusOf, usePage } from './page.js';

usePage();

const tokens = 16_384;
const middle = 8_000;
const scroller = (region: Locator): HTMLElement => region.element().querySelector('.scroller')!;
const list = (region: Locator, side: 'queries' | 'keys') => region.getByRole('listbox', { name: side });
const overview = (region: Locator, side: 'queries' | 'keys') =>
  region.getByRole('slider', { name: `overview of ${side}` });
const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));

/** Positions whose middle is in sight, as the page has them. */
function inSight(region: Locator, side: 'queries' | 'keys'): number[] {
  const { top, bottom } = scroller(region).getBoundingClientRect();
  return list(region, side)
    .getByRole('option')
    .elements()
    .filter((option) => {
      const box = option.getBoundingClientRect();
      const y = box.y + box.height / 2;
      return y >= top && y < bottom;
    })
    .map((option) => Number(option.getAttribute('aria-posinset')) - 1);
}

/** Scrolled apart: pairs of tokens in the page whose weight reaches the threshold. */
function* linesInPage(region: Locator, head: number, threshold: number): Generator<[number, number]> {
  const { queries, keys } = ends(region);
  for (const query of Object.keys(queries).map(Number))
    for (const [key, weight] of habitOf(head, query))
      if (weight >= threshold && keys[key] !== undefined) yield [query, key];
}

/** Scrolled together: pairs of tokens that can be in sight at once, both or one of them or neither there, whose weight reaches the threshold. */
function* linesNear(region: Locator, head: number, threshold: number): Generator<[number, number]> {
  const span = Math.ceil(scroller(region).clientHeight / 20);
  const positions = Object.keys(ends(region).queries).map(Number);
  for (let query = Math.max(0, positions[0]! - span); query <= positions.at(-1)! + span; query++)
    for (const [key, weight] of habitOf(head, query))
      if (weight >= threshold && query - key <= span) yield [query, key];
}

/** A source that counts the weights that are read of it, in all and by frame of the page. */
function counted(source: AttentionSource) {
  const cells = { all: 0, inFrame: 0, mostInFrame: 0 };
  let running = true;
  const tick = (): void => {
    cells.inFrame = 0;
    if (running) requestAnimationFrame(tick);
  };
  tick();
  const watch = (matrix: Matrix): Matrix => ({
    ...matrix,
    block(request, options) {
      const count = request.rows * request.cols;
      cells.all += count;
      cells.inFrame += count;
      cells.mostInFrame = Math.max(cells.mostInFrame, cells.inFrame);
      return matrix.block(request, options);
    },
  });
  const matrices = Array.from({ length: source.dims[1] }, (_, head) => watch(source.matrix(0, head)));
  const attention: AttentionSource = { ...source, matrix: (_, head) => matrices[head]! };
  const trace = createTrace({ ...longText(source.dims[2]), attention, causal: true });
  return { trace, cells, stop: () => (running = false) };
}

describe('at 16,384 tokens', () => {
  test.each(['light', 'dark'] as const)('lines are at their places after scrolling, %s', async (theme) => {
    const head = 5;
    const { region } = await showHeadView({
      trace: longHeadsTrace({ tokens, heads: 6 }),
      heads: [head],
      theme,
    });
    scroller(region).scrollTop = middle * 20;
    await expect.poll(() => inSight(region, 'queries')).toContain(middle + 5);
    await drawn(region);
    await expect
      .poll(() => wrongPixels(region, linesNear(region, head, 0.05), theme))
      .toEqual({ missing: 0, extra: 0, inked: expect.toSatisfy((pixels: number) => pixels > 5000) });
    const [queries, keys] = [inSight(region, 'queries'), new Set(inSight(region, 'keys'))];
    const count = queries
      .flatMap((query) => [...habitOf(head, query).keys()])
      .filter((key) => keys.has(key)).length;
    expect(statusOf(region)).toContain(`${count} lines in sight`);
    // Pictures that are moved, and those of what comes into sight, by less than a picture and by several windows.
    for (const step of theme === 'light' ? [180, 480, 480, -900] : []) {
      scroller(region).scrollTop += step;
      await drawn(region);
      await expect
        .poll(() => wrongPixels(region, linesNear(region, head, 0.05), theme))
        .toMatchObject({ missing: 0, extra: 0, inked: expect.toSatisfy((pixels: number) => pixels > 5000) });
    }
  });

  test('scrolled apart: queries of the middle beside the first keys', async () => {
    const head = 0;
    const { region } = await showHeadView({
      trace: longHeadsTrace({ tokens, heads: 6 }),
      heads: [head],
      scrolling: 'apart',
      selection: { query: 12_000 },
    });
    expect(inSight(region, 'queries')).toContain(12_000);
    expect(inSight(region, 'keys')).toContain(3);
    expect(statusOf(region)).toContain('→ <s> 0.60');
    await userEvent.keyboard('{Escape}');
    list(region, 'queries').element().focus();
    await userEvent.keyboard('{Escape}');
    await expect
      .poll(() => wrongPixels(region, linesInPage(region, head, 0.05), 'light'))
      .toMatchObject({ missing: 0, extra: 0, inked: expect.toSatisfy((pixels: number) => pixels > 5000) });
    await mouse.wheel(centerOf(list(region, 'keys').getByRole('option').nth(5)), 400);
    await expect.poll(() => inSight(region, 'keys')).not.toContain(3);
    expect(inSight(region, 'queries')).toContain(12_000);
  });

  test('while some lines are missing, the others are there wherever one scrolls', async () => {
    const source = longHeads({ tokens, heads: 12 });
    const matrices = Array.from({ length: 12 }, (_, head) => source.matrix(0, head));
    const late = matrices[11]!;
    matrices[11] = {
      ...late,
      block: (request, options) =>
        request.row < 4000 ? late.block(request, options) : new Promise<never>(() => {}),
    };
    const attention: AttentionSource = { ...source, matrix: (_, head) => matrices[head]! };
    const { region } = await showHeadView({
      trace: createTrace({ ...longText(tokens), attention, causal: true }),
    });
    const step = scroller(region).clientHeight / 2;
    /** In the lowest 80 px of the lines. */
    async function inkBelow(): Promise<number> {
      const { left, width } = region.element().querySelector('.lines canvas')!.getBoundingClientRect();
      const { bottom } = scroller(region).getBoundingClientRect();
      const picture = await takePicture(new DOMRect(left, bottom - 80, width, 80));
      let inked = 0;
      picture.each((color) => (inked += Number(`${color}` !== `${fromHex(backgroundColors.light)}`)));
      return inked / (80 * width);
    }
    scroller(region).scrollTop = Math.ceil((middle * 20) / step) * step + 10;
    await expect.poll(() => inSight(region, 'queries')).toContain(middle + 20);
    await expect.poll(inkBelow).toBeGreaterThan(0.3);
    const inPage = Object.keys(ends(region).queries);
    scroller(region).scrollTop += step - 20;
    await expect.poll(() => inSight(region, 'queries')).not.toContain(middle);
    expect(Object.keys(ends(region).queries)).toEqual(inPage);
    await expect.poll(inkBelow).toBeGreaterThan(0.3);
    expect(region.element().getAttribute('aria-busy')).toBe('true');
  });

  test('what is read while one scrolls follows what is in sight', async () => {
    const { trace, cells, stop } = counted(longHeads({ tokens, heads: 12 }));
    const { region } = await showHeadView({ trace });
    // About 30 rows are in sight; with what is kept around them 384 × 384 weights of each head would be much.
    expect(cells.all).toBeLessThan(12 * 384 * 384);
    const before = cells.all;
    for (let step = 0; step < 120; step++) {
      scroller(region).scrollTop += 60;
      await nextFrame();
    }
    await drawn(region);
    expect(cells.mostInFrame).toBeLessThan(2 ** 20);
    // 360 rows on: each of them with the keys about it.
    expect(cells.all - before).toBeLessThan(12 * (360 + 256) * 384);
    const walked = cells.all;
    for (let step = 0; step < 40; step++) {
      scroller(region).scrollTop -= 60;
      await nextFrame();
    }
    await drawn(region);
    expect(cells.all).toBe(walked);
    stop();
  });

  test('the largest of each query: rows are read whole, a few a frame, each once', async () => {
    const { trace, cells, stop } = counted(longHeads({ tokens, heads: 12 }));
    const { region, change } = await showHeadView({ trace, edges: 'top', top: 2 });
    await change({ threshold: 0.1 });
    // Read is once when one scrolls and once in the frame: each its budget and the tile in which that ends.
    const most = 2 * (2 ** 20 + 2 ** 16);
    expect(cells.mostInFrame).toBeLessThanOrEqual(most);
    for (let step = 0; step < 30; step++) {
      scroller(region).scrollTop += 60;
      await nextFrame();
    }
    await drawn(region);
    expect(cells.mostInFrame).toBeLessThanOrEqual(most);
    // 30 rows in sight, 90 scrolled, and half a screen around.
    expect(cells.all).toBeLessThan(12 * tokens * 180);
    stop();
  });
});

describe('what a locked token reaches out of sight', () => {
  const heads = [0, 1, 2, 3, 4, 5];
  const query = 12_000;
  const trace = longHeadsTrace({ tokens, heads: 6 });

  /** Counted from the weights as they are made. */
  function beyond(region: Locator, picks: (head: number, weight: number) => boolean) {
    const first = Math.min(...inSight(region, 'keys'));
    let [lines, weight] = [0, 0];
    for (const head of heads)
      for (const [key, value] of habitOf(head, query)) {
        if (key >= first) continue;
        weight += value / heads.length;
        if (picks(head, value)) lines++;
      }
    return `↑ ${lines} lines, ${weight.toFixed(2)} of the weight`;
  }
  const count = (region: Locator) => region.getByRole('button', { name: /^before what is in sight/ });

  test('is counted at the edge, by each rule', async () => {
    const { region, change } = await showHeadView({ trace, selection: { query } });
    await expect.poll(() => inSight(region, 'queries')).toContain(query);
    const said = () =>
      count(region).element().querySelector('.long')!.parentElement!.textContent!.split('weight')[0]!.trim() +
      ' weight';
    await expect.poll(said).toBe(beyond(region, (_, weight) => weight >= 0.05));
    await change({ threshold: 0.25 });
    await expect.poll(said).toBe(beyond(region, (_, weight) => weight >= 0.25));
    await change({ edges: 'top', top: 1 });
    await expect
      .poll(said)
      .toBe(beyond(region, (head, weight) => weight >= Math.max(...habitOf(head, query).values())));
    scroller(region).scrollTop += 100;
    await expect
      .poll(said)
      .toBe(beyond(region, (head, weight) => weight >= Math.max(...habitOf(head, query).values())));
  });

  test('a click goes to the strongest, the chip scrolls together again', async () => {
    const { region } = await showHeadView({ trace, selection: { query } });
    await expect.poll(() => inSight(region, 'queries')).toContain(query);
    const first = Math.min(...inSight(region, 'keys'));
    const strongest = heads
      .flatMap((head) => [...habitOf(head, query)])
      .filter(([key]) => key < first)
      .reduce((a, b) => (b[1] > a[1] ? b : a));
    count(region).element().focus();
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => inSight(region, 'keys')).toContain(strongest[0]);
    expect(inSight(region, 'queries')).toContain(query);
    expect(statusOf(region)).toContain(strongest[1].toFixed(2));
    await expect.element(list(region, 'keys')).toHaveFocus();
    await region.getByRole('button', { name: /scrolled apart/ }).click();
    await expect.poll(() => inSight(region, 'keys')).toContain(query);
  });

  test('of a key: its weight, and its lines where they can be known', async () => {
    const { region, change } = await showHeadView({ trace, heads: [2], selection: { key: 1024 } });
    await expect.poll(() => inSight(region, 'keys')).toContain(1024);
    const last = Math.max(...inSight(region, 'queries'));
    // Head 2 looks at the start of its document: the queries 1,024 to 2,047 look at key 1,024 with 0.5; 1,024 itself with all but the first token's 0.2.
    const below = 2047 - last;
    const share = (below * 0.5) / (1023 * 0.5 + 0.8);
    const after = () => region.getByRole('button', { name: /^after what is in sight/ });
    await expect
      .element(after())
      .toHaveAccessibleName(new RegExp(`sight: ${below.toLocaleString('en')} lines, ${share.toFixed(2)} of`));
    await change({ edges: 'top', top: 1 });
    await expect.element(after()).toHaveAccessibleName(new RegExp(`sight: ${share.toFixed(2)} of`));
  });

  test('scrolled out of sight itself, its lines come from the edge, and a click brings it back', async () => {
    const { region } = await showHeadView({ trace, selection: { query } });
    scroller(region).scrollTop -= 5000;
    const back = region.getByRole('button', { name: /^↓/ });
    await expect.element(back).toBeVisible();
    expect(inSight(region, 'queries')).not.toContain(query);
    await back.click();
    await expect.poll(() => inSight(region, 'queries')).toContain(query);
  });
});

describe('the overview', () => {
  test('is a slider: keys, a press and a drag move what is in sight', async () => {
    const { region } = await showHeadView({ trace: longHeadsTrace({ tokens, heads: 1 }) });
    const strip = overview(region, 'queries');
    await expect.element(strip).toHaveAttribute('aria-valuemax', '16384');
    strip.element().focus();
    // A row each; the first has 10 px of space above it.
    await userEvent.keyboard('{ArrowDown}{ArrowDown}{ArrowDown}');
    await expect.poll(() => inSight(region, 'queries')[0]).toBe(2);
    await expect.element(strip).toHaveAttribute('aria-valuenow', '3');
    await userEvent.keyboard('{End}');
    await expect.poll(() => inSight(region, 'queries').at(-1)).toBe(16_383);
    expect(strip.element().getAttribute('aria-valuetext')).toMatch(/ to 16,383 of 16,384 tokens$/);
    await userEvent.keyboard('{PageUp}');
    await expect.poll(() => inSight(region, 'queries').at(-1)).toBeLessThan(16_383);
    await userEvent.keyboard('{Home}');
    await expect.poll(() => inSight(region, 'queries')[0]).toBe(0);

    const box = boxOf(strip);
    const at = (part: number) => ({ x: box.x + box.width / 2, y: box.y + box.height * part });
    await mouse.click(at(0.5));
    await expect.poll(() => inSight(region, 'queries')).toContain(8192);
    await mouse.drag(at(0.5), at(0.25));
    await expect.poll(() => inSight(region, 'queries')).toContain(4096);
    // Together: keys too.
    expect(inSight(region, 'keys')).toContain(4096);
  });

  test('shows where the locked token’s weight lies', async () => {
    const { region } = await showHeadView({
      trace: longHeadsTrace({ tokens, heads: 6 }),
      heads: [2],
      selection: { query: 12_000 },
    });
    const canvas = () => overview(region, 'keys').element().querySelector('canvas')!;
    await expect.poll(() => canvas().height).toBeGreaterThan(100);
    const inked = () => {
      const { width, height } = canvas();
      const data = canvas().getContext('2d')!.getImageData(0, 0, width, height).data;
      const rows = Array.from({ length: height }, (_, y) => y).filter((y) =>
        Array.from({ length: width }, (_, x) => data[(y * width + x) * 4 + 3]!).some((alpha) => alpha > 0),
      );
      return rows.map((y) => y / height);
    };
    const places = [...habitOf(2, 12_000).keys()].map((key) => key / tokens);
    const near = (a: number[], b: number[]) => a.every((x) => b.some((y) => Math.abs(x - y) < 0.006));
    await expect.poll(() => inked().length).toBeGreaterThan(2);
    expect(near(places, inked())).toBe(true);
    expect(near(inked(), places)).toBe(true);
    expect(overview(region, 'queries').element().querySelector('canvas')).toBeNull();
  });

  test('is there only where tokens do not fit', async () => {
    const { region } = await showHeadView({ trace: longHeadsTrace({ tokens: 12, heads: 1 }) });
    expect(region.getByRole('slider').elements()).toHaveLength(0);
  });
});

test('side by side, the counts stand at the left and the right, no wider than their words', async () => {
  const { region } = await showHeadView({
    trace: longHeadsTrace({ tokens, heads: 6 }),
    selection: { query: 12_000 },
    layout: 'horizontal',
  });
  const count = region.getByRole('button', { name: /^before what is in sight/ });
  await expect.element(count).toHaveTextContent('←');
  const [box, view] = [boxOf(count), boxOf(region)];
  expect(box.left - view.left).toBeLessThan(20);
  expect(box.width).toBeLessThan(300);
});

test('few queries beside many keys: the canvas is as long as what is in sight, wherever that is', async () => {
  const [queries, keys] = [100, 3000];
  const head = Array.from({ length: queries }, (_, query) => {
    const row = new Float32Array(keys);
    row[query] = 0.25;
    row[2900 + query] = 0.75;
    return [...row];
  });
  const { region } = await showHeadView({
    trace: createTrace({
      attention: [[head]],
      tokens: longText(keys).tokens,
      queryPositions: Array.from({ length: queries }, (_, i) => i),
    }),
    selection: { query: 20 },
  });
  const canvas = () => region.element().querySelector('.sheet canvas')!.getBoundingClientRect();
  const view = () => scroller(region).getBoundingClientRect();
  scroller(region).scrollTop = 2850 * 20;
  await expect.poll(() => inSight(region, 'keys')).toContain(2860);
  await drawn(region);
  expect(canvas().height).toBeLessThan(3 * view().height);
  expect(canvas().top).toBeLessThanOrEqual(view().top);
  expect(canvas().bottom).toBeGreaterThanOrEqual(view().bottom - 20);
  // The locked query's line to its key in sight comes from the edge, as its row is out of sight.
  scroller(region).scrollTop = 2905 * 20;
  await drawn(region);
  const paper = fromHex(backgroundColors.light).join();
  const inked = async () => {
    const { right, keys: keyAt } = ends(region);
    let count = 0;
    (await takePicture(new DOMRect(right - 14, keyAt[2920]! - 4, 12, 8))).each((color) => {
      if (color.join() !== paper) count++;
    });
    return count;
  };
  await expect.poll(inked).toBeGreaterThan(6);
});
