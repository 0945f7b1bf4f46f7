import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser as Chromium, type Page as ChromiumPage } from 'playwright';
import puppeteer, { type Browser as Firefox, type Page as FirefoxPage } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserArgs, findBrowser } from '../../scripts/find-browser.js';
import { serveStatic } from '../package/static-server.js';
import { firefoxPath, openDisplay, whyNoFirefox } from './find-firefox.js';

/**
 * The stories of the built Storybook in Firefox, beside Chromium: the same picture but for the edges of letters and lines, the same
 * words under the same pointer, and nothing thrown.
 */
const storybook = join(import.meta.dirname, '../../storybook-static');
const missing = whyNoFirefox() ?? (existsSync(storybook) ? undefined : 'run npm run storybook:build first');
if (missing) console.log(`The tests in Firefox are skipped: ${missing}.`);

const size = { width: 1000, height: 760 };
const stories: [id: string, mostDiffers?: number][] = [
  ['headview--locked-token'],
  ['tokenview--signed-values'],
  ['modelview--lines'],
  ['modelview--matrices'],
  ['heatmap--sentence-pair'],
  ['heatmap--paragraph'],
  ['heatmap--signed-numbers'],
  ['neuronview--products-of-one-query'],
  ['tokenview--sentence-pair'],
  // Its text is wrapped at other words, as letters are not equally wide in both.
  ['groupview--linked', 0.05],
  ['explorer--sentence-pair'],
];

describe.skipIf(missing)('in Firefox', () => {
  let server: Awaited<ReturnType<typeof serveStatic>>;
  let display: Awaited<ReturnType<typeof openDisplay>>;
  let chrome: Chromium;
  let firefox: Firefox;
  let reference: ChromiumPage;
  let tested: FirefoxPage;
  const errors: string[] = [];

  beforeAll(async () => {
    server = await serveStatic([storybook]);
    display = await openDisplay();
    chrome = await chromium.launch({ executablePath: findBrowser(), args: browserArgs });
    reference = await chrome.newPage({ viewport: size });
    firefox = await puppeteer.launch({
      browser: 'firefox',
      executablePath: firefoxPath!,
      headless: true,
      env: { ...process.env, DISPLAY: display.name },
      extraPrefsFirefox: {
        // In software, where there is no graphics card.
        'webgl.force-enabled': true,
        'layout.css.devPixelsPerPx': '1.0',
        // Chromium has none that take room when it is driven.
        'ui.useOverlayScrollbars': 1,
        'widget.gtk.overlay-scrollbars.enabled': true,
      },
    });
    tested = await firefox.newPage();
    await tested.setViewport(size);
    tested.on('pageerror', (error) => errors.push(String(error)));
  });
  afterAll(async () => {
    await firefox?.close();
    await chrome?.close();
    display?.close();
    server?.stop();
  });

  test.each(stories)('%s', async (id, mostDiffers = 0.02) => {
    const url = `${server.url}iframe.html?id=${id}&viewMode=story&globals=theme:light`;
    const drawn = `document.querySelector('.attentrace') && !document.querySelector('[aria-busy="true"]')`;
    await Promise.all([reference.goto(url), tested.goto(url)]);
    await Promise.all([
      reference.waitForFunction(drawn, undefined, { timeout: 60_000 }),
      tested.waitForFunction(drawn, { timeout: 60_000 }),
    ]);
    const [ours, theirs] = [await reference.screenshot(), await tested.screenshot()];
    const share = await shareThatDiffers(chrome, ours, theirs);
    expect(share).toBeLessThan(mostDiffers);
    expect(errors).toEqual([]);

    const place = await reference.evaluate(() => {
      const view = document.querySelector('[role="application"], [role="option"], [role="gridcell"]')!;
      const { left, top, width, height } = view.getBoundingClientRect();
      return { x: left + width * 0.6, y: top + height * 0.4 };
    });
    await reference.mouse.move(place.x, place.y);
    await tested.mouse.move(place.x, place.y);
    const told = `[...document.querySelectorAll('[aria-live="polite"]')].map((e) => e.textContent.trim()).filter(Boolean).join(' | ')`;
    await expect.poll(() => reference.evaluate(told)).not.toBe('');
    const words = await reference.evaluate(told);
    await expect.poll(() => tested.evaluate(told)).toBe(words);
  });
});

/** The share of pixels of two pictures that differ in a colour by more than an edge that is smoothed otherwise does. */
async function shareThatDiffers(browser: Chromium, one: Uint8Array, other: Uint8Array): Promise<number> {
  const page = await browser.newPage();
  try {
    return await page.evaluate(
      async (pictures) => {
        const [a, b] = await Promise.all(
          pictures.map(async (data) => {
            const bitmap = await createImageBitmap(
              await (await fetch(`data:image/png;base64,${data}`)).blob(),
            );
            const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
            context.drawImage(bitmap, 0, 0);
            return context.getImageData(0, 0, bitmap.width, bitmap.height);
          }),
        );
        if (a!.data.length !== b!.data.length) return 1;
        let differing = 0;
        for (let i = 0; i < a!.data.length; i += 4)
          if ([0, 1, 2].some((c) => Math.abs(a!.data[i + c]! - b!.data[i + c]!) > 48)) differing++;
        return differing / (a!.width * a!.height);
      },
      [one, other].map((png) => Buffer.from(png).toString('base64')),
    );
  } finally {
    await page.close();
  }
}
