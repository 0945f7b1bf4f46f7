// The lines of the README in apps that know no Svelte, made by the frameworks' own starters, with the packed package installed.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserArgs, findBrowser } from '../../scripts/find-browser.js';
import { readmeExample } from './fresh-app.js';
import { fixture, HostApps, snippet } from './host-apps.js';
import { pixelsDrawn, sameAttention } from './same-attention.js';
import { serveStatic, withStatic } from './static-server.js';

const apps = new HostApps('hosts');
const { inHost } = apps;
const compiled = inHost('node_modules', 'attentrace', 'dist', 'compiled');
let browser: Browser;

beforeAll(async () => {
  await apps.install(['react', 'vue', 'next', 'webpack', 'esbuild', 'rollup', 'html']);
  browser = await chromium.launch({ executablePath: findBrowser(), args: browserArgs });
});
afterAll(() => browser?.close());

const expectSameAttention = (url: string): Promise<void> => sameAttention(browser, url);

/** Vite's own server: the page as it is, then as it is after an edit, without a reload. */
async function inDevelopment(app: string, file: string, edit: (source: string) => string): Promise<void> {
  const server = await apps.start(app, 'vite/bin/vite.js', 'dev');
  const path = inHost(app, 'src', file);
  const source = readFileSync(path, 'utf8');
  try {
    // The first visit finds out what to bundle, and reloads.
    const page = await browser.newPage();
    await page.goto(server.url, { waitUntil: 'networkidle' });
    await expectSameAttention(server.url);
    const section = page.locator('section.attentrace[aria-busy="false"]');
    await section.waitFor();
    await page.evaluate(() => Object.assign(window, { loadedOnce: true }));
    const canvases = await page.locator('canvas').count();
    writeFileSync(path, edit(source));
    await expect.poll(() => section.first().textContent(), { timeout: 20_000 }).toMatch(/layer.*4/s);
    expect(await page.evaluate(() => 'loadedOnce' in window)).toBe(true);
    expect(await page.locator('section.attentrace').count()).toBe(1);
    expect(await page.locator('canvas').count()).toBe(canvases);
    await expect.poll(() => pixelsDrawn(page)).toBeGreaterThan(2000);
    await page.close();
  } finally {
    server.stop();
    writeFileSync(path, source);
  }
}

describe('React + Vite', () => {
  beforeAll(() => writeFileSync(inHost('react', 'src', 'App.tsx'), snippet('jsx', 5)));

  test('in development, in strict mode, and while it is edited', async () => {
    await inDevelopment('react', 'App.tsx', (source) => source.replace('<HeadView', '<HeadView layer={4}'));
  });

  test('built, its types checked', async () => {
    apps.run('react', 'typescript/bin/tsc', '-b');
    apps.run('react', 'vite/bin/vite.js', 'build');
    await withStatic([inHost('react', 'dist')], expectSameAttention);
  });

  test('a prop of the wrong type is found by the compiler', () => {
    const wrong = snippet('jsx', 5).replace('<HeadView', '<HeadView laier={3}');
    writeFileSync(inHost('react', 'src', 'App.tsx'), wrong);
    expect(() => apps.run('react', 'typescript/bin/tsc', '-b')).toThrow(/laier/);
  });
});

describe('Vue + Vite', () => {
  beforeAll(() =>
    writeFileSync(inHost('vue', 'src', 'App.vue'), snippet('vue', 5).replace('setup>', 'setup lang="ts">')),
  );

  test('in development, and while it is edited', async () => {
    await inDevelopment('vue', 'App.vue', (source) => source.replace('<HeadView', '<HeadView :layer="4"'));
  });

  test('built, its types checked', async () => {
    apps.run('vue', 'vue-tsc/bin/vue-tsc.js', '-b');
    apps.run('vue', 'vite/bin/vite.js', 'build');
    await withStatic([inHost('vue', 'dist')], expectSameAttention);
  });
});

test('Next.js, app router: built, rendered on its server, hydrated', async () => {
  const page = snippet('jsx', 5);
  writeFileSync(inHost('next', 'app', 'page.tsx'), `'use client';\n${page}`);
  apps.run('next', 'next/dist/bin/next', 'build');
  const server = await apps.start('next', 'next/dist/bin/next', 'start');
  try {
    await expectSameAttention(server.url);
  } finally {
    server.stop();
  }
});

test('webpack', async () => {
  mkdirSync(inHost('webpack', 'src'), { recursive: true });
  writeFileSync(inHost('webpack', 'src', 'index.js'), snippet('js', 5));
  apps.run('webpack', 'webpack-cli/bin/cli.js');
  await withStatic(
    [inHost('webpack'), inHost('webpack', 'dist'), inHost('webpack', 'public')],
    expectSameAttention,
  );
});

test('esbuild', async () => {
  mkdirSync(inHost('esbuild', 'src'), { recursive: true });
  writeFileSync(inHost('esbuild', 'src', 'index.js'), snippet('js', 5));
  bundle('src/index.js');
  await withStatic([inHost('esbuild'), inHost('esbuild', 'public')], expectSameAttention);
});

test('Rollup', async () => {
  mkdirSync(inHost('rollup', 'src'), { recursive: true });
  writeFileSync(inHost('rollup', 'src', 'index.js'), snippet('js', 5));
  const flags = ['src/index.js', '--dir=out', '--format=es', '--plugin=node-resolve', '--plugin=commonjs'];
  apps.run('rollup', 'rollup/dist/bin/rollup', ...flags);
  await withStatic([inHost('rollup'), inHost('rollup', 'public')], expectSameAttention);
});

describe('plain HTML', () => {
  const html = (): string[] => [inHost('html'), inHost('html', 'public'), compiled];
  const callback = '<script>addEventListener("hoverchange", ({ detail }) => console.log(detail))</script>';
  const page = (body: string): string =>
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>A page</title>${body}`;

  test('from a static server', async () => {
    writeFileSync(inHost('html', 'index.html'), page(snippet('html', 3) + callback));
    await withStatic(html(), expectSameAttention);
  });

  test('from file://, its script in the page: no network at all', async () => {
    const code = readFileSync(join(compiled, 'standalone.js'), 'utf8');
    // What would end the script in the page, and what would be loaded from elsewhere.
    expect(code.match(/<\/script|^import\b|[;}]import\b|\bimport\s*\((?!URL\.createObjectURL)/gi)).toBe(null);
    const data = `data:application/octet-stream;base64,${readFileSync(fixture).toString('base64')}`;
    const body = `<script type="module">${code}</script><attentrace-head-view src="${data}"></attentrace-head-view>${callback}`;
    writeFileSync(inHost('html', 'alone.html'), page(body));
    await expectSameAttention(pathToFileURL(inHost('html', 'alone.html')).href);
  });

  test.each([
    ['in a worker', '', ['blob:']],
    ["in slices on the page's thread, where a policy forbids workers", "worker-src 'none'", []],
  ])('large weights are read %s', async (_, policy, workers) => {
    writeFileSync(
      inHost('html', 'large.html'),
      page(`<div id="view"></div><script type="module">
        import { createView, Heatmap } from '/standalone.js';
        const n = 1200;
        const data = new Uint8Array(n * n);
        for (let i = 0; i < n; i++) data[i * n + (i >> 1)] = 255;
        createView(document.querySelector('#view'), Heatmap, { attention: { dims: [1, 1, n, n], data }, tokens: Array.from({ length: n }, (_, i) => 't' + i) });
      </script>`),
    );
    const server = await serveStatic(html(), policy ? { 'Content-Security-Policy': policy } : {});
    const tab = await browser.newPage();
    const started: string[] = [];
    tab.on('worker', (worker) => started.push(worker.url().slice(0, 5)));
    await tab.goto(`${server.url}large.html`);
    await tab.locator('section[aria-busy="false"] canvas').first().waitFor({ timeout: 60_000 });
    await expect.poll(() => pixelsDrawn(tab), { timeout: 20_000 }).toBeGreaterThan(200);
    expect([...new Set(started)]).toEqual(workers);
    await tab.close();
    server.stop();
  });
});

describe('what docs/frameworks.md shows runs', () => {
  const example = (language: string): string => readmeExample(language, 'docs/frameworks.md');

  test('React: an Explorer with children', async () => {
    mkdirSync(inHost('esbuild', 'linked'), { recursive: true });
    writeFileSync(inHost('esbuild', 'linked', 'Linked.jsx'), example('jsx'));
    writeFileSync(
      inHost('esbuild', 'linked', 'index.jsx'),
      `import { createRoot } from 'react-dom/client';
       import { loadTrace } from 'attentrace/io';
       import { Linked } from './Linked.jsx';
       const trace = await loadTrace('/trace.safetensors');
       createRoot(document.getElementById('view')).render(<Linked trace={trace} />);`,
    );
    bundle('linked/index.jsx', '--jsx=automatic');
    await withStatic([inHost('esbuild'), inHost('esbuild', 'public')], expectLinked);
  });

  test('Vue: an Explorer with children, bound both ways', async () => {
    writeFileSync(inHost('vue', 'src', 'App.vue'), example('vue'));
    apps.run('vue', 'vite/bin/vite.js', 'build');
    await withStatic([inHost('vue', 'dist')], expectLinked);
  });

  test('elements: an explorer around others', async () => {
    writeFileSync(
      inHost('html', 'index.html'),
      `<!doctype html><html lang="en"><title>A page</title><h2>Layer 3</h2>${example('html')}</html>`,
    );
    await withStatic([inHost('html'), inHost('html', 'public'), compiled], expectLinked);
  });

  test('createView, updated and destroyed', async () => {
    writeFileSync(inHost('esbuild', 'src', 'index.js'), example('js'));
    bundle('src/index.js');
    await withStatic([inHost('esbuild'), inHost('esbuild', 'public')], async (url) => {
      const page = await browser.newPage();
      const said: string[] = [];
      page.on('console', (message) => said.push(message.text()));
      page.on('pageerror', (error) => said.push(String(error)));
      await page.goto(url, { waitUntil: 'networkidle' });
      expect(said.filter((text) => /error/i.test(text) && !/404/.test(text))).toEqual([]);
      // The file is not read yet: options are known, a selection is not.
      expect(said.join()).toMatch(/undefined.*edges: top/);
      expect(await page.locator('section.attentrace').count()).toBe(0);
      await page.close();
    });
  });

  /** Views that share layer 3, a theme and what is hovered. */
  async function expectLinked(url: string): Promise<void> {
    const page = await browser.newPage({ viewport: { width: 1000, height: 1400 } });
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    try {
      await page.goto(url);
      const [heads, map] = ['Heads', 'Heatmap'].map((name) =>
        page.getByRole('region', { name }).and(page.locator('[aria-busy="false"]')),
      );
      await heads!.waitFor();
      await map!.waitFor();
      expect(await page.locator('h2').textContent()).toBe('Layer 3');
      const token = heads!.getByRole('option').filter({ hasText: /^\s*them\s*$/ });
      await token.first().click();
      await expect.poll(() => map!.textContent()).toMatch(/“?them”?/);
      expect(problems).toEqual([]);
    } catch (error) {
      throw new Error(`${String(error)}\nThe page said: ${problems.join('\n')}`, { cause: error });
    } finally {
      await page.close();
    }
  }
});

/** Bundles with esbuild what its page loads. */
function bundle(entry: string, ...flags: string[]): void {
  const all = [entry, '--bundle', '--format=esm', '--splitting', '--outdir=out', '--entry-names=index'];
  execFileSync(inHost('node_modules', '.bin', 'esbuild'), [...all, '--log-level=warning', ...flags], {
    cwd: inHost('esbuild'),
    stdio: 'pipe',
  });
}
