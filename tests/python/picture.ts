// Reads the colours of a page: the cells of a heatmap against the weights they are of.
import type { Browser, Frame, Page } from 'playwright';
import { paper } from '../../src/lib/render/colors/index.js';

/** Red, green, blue of pixels of a screenshot, by their places in CSS pixels. */
async function colorsAt(
  browser: Browser,
  page: Page,
  places: readonly (readonly [x: number, y: number])[],
): Promise<number[][]> {
  const png = (await page.screenshot()).toString('base64');
  // A page of its own decodes it: that of a notebook may not.
  const reader = await browser.newPage();
  try {
    return await reader.evaluate(
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
  } finally {
    await reader.close();
  }
}

/**
 * The cells of a heatmap, linear and fitted, whose colour is not that of their weight.
 *
 * @param weights `[query][key]`; null for those that are not drawn, as they are hidden
 */
export async function wrongCells(
  browser: Browser,
  page: Page,
  frame: Page | Frame,
  weights: readonly (readonly (number | null)[])[],
): Promise<string[]> {
  const box = await frame.locator('canvas').first().boundingBox();
  if (!box) return ['no canvas'];
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
