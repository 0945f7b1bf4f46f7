// The lines of the README in apps that know no Svelte, made by the frameworks' own starters, with the packed package installed.
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserArgs, findBrowser } from '../../scripts/find-browser.js';
import { root } from '../../scripts/run.js';
import { installDependencies } from '../../scripts/setup.js';
import { appEnv, freePort, packPackage, readmeExample } from './fresh-app.js';
import { pixelsDrawn, sameAttention } from './same-attention.js';
import { serveStatic, withStatic } from './static-server.js';

// Outside the project, so that nothing is found in its node_modules; kept from run to run.
const hosts = join(
  tmpdir(),
  `attentrace-hosts-${createHash('sha256').update(root).digest('hex').slice(0, 8)}`,
);
const compiled = join(hosts, 'node_modules', 'attentrace', 'dist', 'compiled');
const trace = join(root, 'fixtures', 'minilm-pair.safetensors');
const inHost = (...path: string[]): string => join(hosts, ...path);
let browser: Browser;

beforeAll(async () => {
  mkdirSync(hosts, { recursive: true });
  for (const name of readdirSync(hosts).filter((name) => name !== 'node_modules'))
    rmSync(inHost(name), { recursive: true });
  cpSync(join(root, 'tests', 'package', 'apps', 'hosts'), hosts, { recursive: true });
  await installDependencies(hosts);
  const tarball = packPackage('hosts');
  execFileSync('npm', ['install', '--no-save', '--prefer-offline', '--no-audit', '--no-fund', tarball], {
    cwd: hosts,
    stdio: 'pipe',
  });
  for (const app of ['react', 'vue', 'next', 'webpack', 'esbuild', 'rollup', 'html']) {
    mkdirSync(inHost(app, 'public'), { recursive: true });
    cpSync(trace, inHost(app, 'public', 'trace.safetensors'));
  }
  browser = await chromium.launch({ executablePath: findBrowser(), args: browserArgs });
});
afterAll(() => browser?.close());

const expectSameAttention = (url: string): Promise<void> => sameAttention(browser, url);

/** Runs a tool that is installed for the hosts, in the folder of one. */
function runIn(app: string, tool: string, ...args: string[]): void {
  try {
    execFileSync(process.execPath, [inHost('node_modules', tool), ...args], {
      cwd: inHost(app),
      stdio: 'pipe',
      env: { ...appEnv, NEXT_TELEMETRY_DISABLED: '1' },
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: Buffer; stderr: Buffer };
    throw new Error(`${tool} ${args.join(' ')} in ${app}:\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** Starts a server of a host's own and waits until it answers. */
async function startIn(app: string, tool: string, ...args: string[]) {
  const port = await freePort();
  const all = [inHost('node_modules', tool), ...args, '--port', String(port)];
  const server = spawn(process.execPath, all, { cwd: inHost(app), stdio: 'ignore', env: appEnv });
  const url = `http://localhost:${port}/`;
  for (let tries = 0; !(await fetch(url).catch(() => undefined)); tries++) {
    if (tries > 300 || server.exitCode !== null)
      throw new Error(`${tool} ${args[0]} in ${app} does not answer.`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return { url, stop: () => void server.kill() };
}

/** A snippet of the README, with as many lines of one's own as are promised: all but blank ones and those a starter has too. */
function snippet(language: string, most: number): string {
  const source = readmeExample(language);
  const starters = /^\s*$|^<\/?(script setup|template|script)>$|^}$/;
  expect(source.split('\n').filter((line) => !starters.test(line)).length).toBeLessThanOrEqual(most);
  return source;
}

/** Vite's own server: the page as it is, then as it is after an edit, without a reload. */
async function inDevelopment(app: string, file: string, edit: (source: string) => string): Promise<void> {
  const server = await startIn(app, 'vite/bin/vite.js', 'dev');
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
    runIn('react', 'typescript/bin/tsc', '-b');
    runIn('react', 'vite/bin/vite.js', 'build');
    await withStatic([inHost('react', 'dist')], expectSameAttention);
  });

  test('a prop of the wrong type is found by the compiler', () => {
    const wrong = snippet('jsx', 5).replace('<HeadView', '<HeadView laier={3}');
    writeFileSync(inHost('react', 'src', 'App.tsx'), wrong);
    expect(() => runIn('react', 'typescript/bin/tsc', '-b')).toThrow(/laier/);
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
    runIn('vue', 'vue-tsc/bin/vue-tsc.js', '-b');
    runIn('vue', 'vite/bin/vite.js', 'build');
    await withStatic([inHost('vue', 'dist')], expectSameAttention);
  });
});

test('Next.js, app router: built, rendered on its server, hydrated', async () => {
  const page = snippet('jsx', 5);
  writeFileSync(inHost('next', 'app', 'page.tsx'), `'use client';\n${page}`);
  runIn('next', 'next/dist/bin/next', 'build');
  const server = await startIn('next', 'next/dist/bin/next', 'start');
  try {
    await expectSameAttention(server.url);
  } finally {
    server.stop();
  }
});

test('webpack', async () => {
  mkdirSync(inHost('webpack', 'src'), { recursive: true });
  writeFileSync(inHost('webpack', 'src', 'index.js'), snippet('js', 5));
  runIn('webpack', 'webpack-cli/bin/cli.js');
  await withStatic(
    [inHost('webpack'), inHost('webpack', 'dist'), inHost('webpack', 'public')],
    expectSameAttention,
  );
});

test('esbuild', async () => {
  mkdirSync(inHost('esbuild', 'src'), { recursive: true });
  writeFileSync(inHost('esbuild', 'src', 'index.js'), snippet('js', 5));
  const flags = [
    'src/index.js',
    '--bundle',
    '--format=esm',
    '--splitting',
    '--outdir=out',
    '--log-level=warning',
  ];
  execFileSync(inHost('node_modules', '.bin', 'esbuild'), flags, { cwd: inHost('esbuild'), stdio: 'pipe' });
  await withStatic([inHost('esbuild'), inHost('esbuild', 'public')], expectSameAttention);
});

test('Rollup', async () => {
  mkdirSync(inHost('rollup', 'src'), { recursive: true });
  writeFileSync(inHost('rollup', 'src', 'index.js'), snippet('js', 5));
  const flags = ['src/index.js', '--dir=out', '--format=es', '--plugin=node-resolve', '--plugin=commonjs'];
  runIn('rollup', 'rollup/dist/bin/rollup', ...flags);
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
    const data = `data:application/octet-stream;base64,${readFileSync(trace).toString('base64')}`;
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
