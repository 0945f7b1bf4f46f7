// What every page must show: the attention of one file, by its pixels, by hover and by callback.
import type { Browser, Frame, Page } from 'playwright';
import { expect } from 'vitest';

const fixedPlace =
  'section.attentrace.attentrace.attentrace { position: fixed; inset: 0 auto auto 0; inline-size: 800px; block-size: 500px }';

/** How many pixels the first page drew. */
let picture: number | undefined;

export interface Visit {
  /** Whether the page logs what is hovered. */
  callback?: boolean;
  /** Whether it is in the one frame of the page. */
  framed?: boolean;
  /** Whether it must do without a network. */
  offline?: boolean;
}

/** Opens a page that shows a HeadView of the fixture `pair`, and compares its picture with that of the first one opened. */
export async function sameAttention(
  browser: Browser,
  url: string,
  { callback = true, framed = false, offline = false }: Visit = {},
): Promise<void> {
  const context = await browser.newContext({
    viewport: { width: 1000, height: 700 },
    colorScheme: 'light',
    offline,
  });
  const page = await context.newPage();
  const { problems, said } = listen(page);
  const loaded: string[] = [];
  page.on('request', (request) => loaded.push(request.url()));
  try {
    await page.goto(url);
    const frame = framed ? (await (await page.waitForSelector('iframe')).contentFrame())! : page.mainFrame();
    const region = frame.getByRole('region', { name: 'Heads' });
    const token = region.getByRole('option').filter({ hasText: /^\s*them\s*$/ });
    await token.first().waitFor();
    // Wherever the page has it, so that all draw the same picture.
    await frame.addStyleTag({ content: fixedPlace });
    await frame.locator('section[aria-busy="false"] canvas').first().waitFor();
    await expect.poll(() => pixelsDrawn(frame), { timeout: 20_000 }).toBeGreaterThan(2000);
    picture ??= await pixelsDrawn(frame);
    // Lines that are kept as pictures have their edges a fifth of a pixel elsewhere.
    const difference = async () => Math.abs((await pixelsDrawn(frame)) - picture!) / picture!;
    await expect.poll(difference, { timeout: 20_000 }).toBeLessThan(0.01);
    await token.first().hover();
    await expect.poll(() => region.textContent(), { timeout: 20_000 }).toMatch(/them → \S+/);
    if (callback) await expect.poll(() => said.join()).toMatch(/"stream":"self".*"query":\d+/);
    if (offline) expect(loaded.filter((one) => !/^(file|blob|data):|^about:/.test(one))).toEqual([]);
    expect(problems).toEqual([]);
  } catch (error) {
    throw new Error(`${String(error)}\nThe page said: ${[...problems, ...said].join('\n')}`, {
      cause: error,
    });
  } finally {
    await context.close();
  }
}

/** What a page complains of, and what it logs. */
function listen(page: Page) {
  const [problems, said]: [string[], string[]] = [[], []];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', async (message) => {
    const { url } = message.location();
    if (['error', 'warning'].includes(message.type()) && !/favicon/.test(url)) problems.push(message.text());
    for (const argument of message.args())
      said.push(JSON.stringify(await argument.jsonValue().catch(() => null)));
  });
  return { problems, said };
}

/** How many pixels differ from their canvas's ground, of the canvas with most. */
export const pixelsDrawn = (page: Page | Frame): Promise<number> =>
  page.evaluate(() => {
    const counts = [...document.querySelectorAll('canvas')].map((canvas) => {
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d')!;
      copy.drawImage(canvas, 0, 0);
      const colors = new Uint32Array(copy.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
      return colors.filter((color) => color !== colors[0]).length;
    });
    return Math.max(0, ...counts);
  });
