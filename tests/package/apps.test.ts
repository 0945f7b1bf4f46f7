// The README's example in fresh apps, with the packed package: what a user gets who does as told.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { browserArgs, findBrowser } from '../../scripts/find-browser.js';
import { root } from '../../scripts/run.js';
import { createFreshApp, packPackage, readmeExample, type FreshApp } from './fresh-app.js';

const example = readmeExample();
const tokens: string[] = JSON.parse(example.match(/const tokens = (\[.*?\]);/s)![1]!.replaceAll("'", '"'));
const views = example.match(/^<[A-Z]\w+/gm)!.map((tag) => tag.slice(1));
let browser: Browser;
let tarball: string;

beforeAll(async () => {
  tarball = packPackage('apps');
  browser = await chromium.launch({ executablePath: findBrowser(), args: browserArgs });
});
afterAll(() => browser?.close());

describe('a SvelteKit app', () => {
  let app: FreshApp;
  beforeAll(async () => {
    app = await createFreshApp('sveltekit', { path: 'src/routes/+page.svelte', source: example }, tarball);
  });

  test('in development: renders on the server, hydrates and draws', async () => {
    await withServer(app, 'dev', async (url) => {
      await expectOnServer(url);
      // The first visit finds out what to bundle, and reloads; the second is the one to judge.
      await visit(url);
      await expectDrawn(url);
    });
  });

  test('built, under a strict content security policy: renders on the server, hydrates and draws', async () => {
    app.vite('build');
    await withServer(app, 'preview', async (url) => {
      const response = await expectOnServer(url);
      expect(response.headers.get('content-security-policy')).toMatch(/script-src 'self' 'nonce-[^']+';/);
      await expectDrawn(url);
    });
  });
});

test.each([
  ['vite-svelte', 'newest'],
  ['vite-svelte-oldest', 'oldest'],
])(
  'a plain Vite app, built, under a strict content security policy: draws (%s: the %s Svelte)',
  async (packages) => {
    const page = { path: 'src/App.svelte', source: example };
    const app = await createFreshApp('vite-svelte', page, tarball, packages);
    app.vite('build');
    await withServer(app, 'preview', async (url) => {
      const { headers } = await fetch(url);
      expect(headers.get('content-security-policy')).toContain("script-src 'self';");
      await expectDrawn(url);
    });
  },
);

test('the oldest Svelte tried is the oldest that package.json allows, and the newest is ours', () => {
  const svelteOf = (folder: string): string =>
    JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')).devDependencies.svelte;
  expect(`^${svelteOf('tests/package/apps/vite-svelte-oldest')}`).toBe(packageJson.peerDependencies.svelte);
  expect(`^${svelteOf('tests/package/apps/vite-svelte')}`).toBe(svelteOf('.'));
});

async function withServer(app: FreshApp, command: 'dev' | 'preview', use: (url: string) => Promise<void>) {
  const server = await app.serve(command);
  try {
    await use(server.url);
  } catch (error) {
    throw new Error(`${String(error)}\nThe server said:\n${server.output()}`, { cause: error });
  } finally {
    server.stop();
  }
}

async function expectOnServer(url: string) {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  const text = (await response.text()).replace(/<script.*?<\/script>/gs, '').replace(/<[^>]+>/g, ' ');
  for (const token of tokens) expect(text).toContain(token);
  return response;
}

async function expectDrawn(url: string) {
  const { problems, drawn, chrome } = await visit(url);
  expect(problems).toEqual([]);
  // Of the light theme: the app sets no color-scheme.
  expect(chrome).toEqual({ border: 'rgb(228, 231, 236)', ground: 'rgb(255, 255, 255)' });
  for (const [index, view] of views.entries()) {
    expect(drawn[index], `pixels drawn by ${view}`).toBeGreaterThan(100);
  }
}

/** Opens the page and waits for its views. Gives what the page complained of, how many pixels each view drew, and a frame's colours. */
async function visit(url: string) {
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    const place = message.location().url;
    if (['error', 'warning'].includes(message.type()) && !place.endsWith('/favicon.ico')) {
      problems.push(`${message.text()} (${place})`);
    }
  });
  await page.goto(url, { waitUntil: 'networkidle' });
  const drawn: number[] = [];
  for (const [index, view] of views.entries()) {
    const canvas = page
      .getByRole('region')
      .nth(index)
      .and(page.locator('[aria-busy="false"]'))
      .locator('canvas');
    await canvas
      .first()
      .waitFor({ timeout: 15_000 })
      .catch(() => problems.push(`${view} is not drawn after 15 s`));
    drawn.push(Math.max(...(await canvas.evaluateAll(countDrawnPixels))));
  }
  const chrome = await page
    .getByRole('region')
    .first()
    .evaluate((region) => {
      const { borderTopColor: border, backgroundColor: ground } = getComputedStyle(region);
      return { border, ground };
    });
  await page.close();
  return { problems, drawn, chrome };
}

/** Runs in the page: of each canvas, how many pixels differ from its corner, which is the ground. */
function countDrawnPixels(canvases: Element[]) {
  return (canvases as HTMLCanvasElement[]).map((canvas) => {
    const copy = document.createElement('canvas');
    copy.width = canvas.width;
    copy.height = canvas.height;
    const context = copy.getContext('2d')!;
    context.drawImage(canvas, 0, 0);
    const colors = new Uint32Array(context.getImageData(0, 0, copy.width, copy.height).data.buffer);
    return colors.filter((color) => color !== colors[0]).length;
  });
}
