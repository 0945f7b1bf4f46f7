// Reads the colours of a page: the cells of a heatmap against the weights they are of.
import type { Browser, Frame, Locator, Page } from 'playwright';
import { paper } from '../../src/lib/render/colors/index.js';

const readers = new WeakMap<Browser, Promise<Page>>();

/** A page that decodes pictures: that of a notebook may not. */
function readerOf(browser: Browser): Promise<Page> {
  if (!readers.has(browser)) readers.set(browser, browser.newPage());
  return readers.get(browser)!;
}

/** Red, green, blue of pixels of a screenshot, by their places in CSS pixels. */
async function colorsAt(
  browser: Browser,
  page: Page,
  places: readonly (readonly [x: number, y: number])[],
): Promise<number[][]> {
  const png = (await page.screenshot()).toString('base64');
  const reader = await readerOf(browser);
  return reader.evaluate(
    async ([data, at]) => {
      const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
      context.drawImage(bitmap, 0, 0);
      return at.map(([x, y]) => [
        ...context.getImageData(Math.round(x), Math.round(y), 1, 1).data.slice(0, 3),
      ]);
    },
    [png, places] as const,
  );
}

/**
 * The cells of a heatmap, linear and fitted, whose colour is not that of their weight.
 *
 * @param weights `[query][key]`; null for those that are not drawn, as they are hidden
 * @param shown what they are drawn on; the first canvas unless said
 */
export async function wrongCells(
  browser: Browser,
  page: Page,
  frame: Page | Frame,
  weights: readonly (readonly (number | null)[])[],
  shown = frame.locator('canvas').first(),
): Promise<string[]> {
  const box = await shown.boundingBox();
  if (!box) return ['nothing to be seen'];
  const most = Math.max(...weights.flat().map((weight) => weight ?? 0));
  const cells = weights.flatMap((row, query) => row.map((weight, key) => ({ query, key, weight })));
  const places = cells.map(
    ({ query, key }) =>
      [
        box.x + ((key + 0.5) * box.width) / weights[0]!.length,
        box.y + ((query + 0.5) * box.height) / weights.length,
      ] as const,
  );
  const colors = await colorsAt(browser, page, places);
  return cells.flatMap(({ query, key, weight }, i) => {
    if (weight === null) return [];
    const entry = Math.round((weight / most) * 255);
    const near = [entry - 1, entry, entry + 1].map((n) => [...paper.slice(n * 3, n * 3 + 3)].join());
    const found = colors[i]!.join();
    return near.includes(found) ? [] : [`${query} → ${key}, weight ${weight}: ${found}, not ${near[1]}`];
  });
}

/** A screenshot of an element; of one that stands between two pixels those that the browser moves it to. */
export async function shotOf(page: Page, element: Locator): Promise<Buffer> {
  await element.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await element.boundingBox())!;
  const clip = { x: Math.round(x), y: Math.round(y), width: Math.round(width), height: Math.round(height) };
  return page.screenshot({ clip });
}

/** The share of pixels of two screenshots that are not the same; 1 where their sizes are not. */
export async function differing(browser: Browser, one: Buffer, other: Buffer): Promise<number> {
  const reader = await readerOf(browser);
  return reader.evaluate(
    async (pngs) => {
      const [a, b] = await Promise.all(
        pngs.map(async (data) => {
          const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
          const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
          context.drawImage(bitmap, 0, 0);
          return context.getImageData(0, 0, bitmap.width, bitmap.height);
        }),
      );
      if (a!.width !== b!.width || a!.height !== b!.height) return 1;
      let count = 0;
      for (let i = 0; i < a!.data.length; i += 4)
        if ([0, 1, 2].some((channel) => Math.abs(a!.data[i + channel]! - b!.data[i + channel]!) > 8)) count++;
      return count / (a!.width * a!.height);
    },
    [one.toString('base64'), other.toString('base64')],
  );
}
