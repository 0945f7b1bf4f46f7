// Pages and figures that the package writes without a browser, opened in one: from a file, in a frame, on paper.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserArgs, findBrowser } from '../../scripts/find-browser.js';
import { root } from '../../scripts/run.js';
import { pixelsDrawn, sameAttention } from './same-attention.js';
import { withStatic } from './static-server.js';

const compiled = join(root, 'dist', 'compiled');
const fixture = join(root, 'fixtures', 'minilm-pair.safetensors');
const folder = mkdtempSync(join(tmpdir(), 'attentrace-pages-'));
let browser: Browser;

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: findBrowser(), args: browserArgs });
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

/** Runs a module that imports the package as it is built, and gives what it prints. */
const inNode = (code: string): string =>
  execFileSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64e6,
  });

const trace = `import { loadTrace } from 'attentrace/io'; const trace = await loadTrace(${JSON.stringify(fixture)});`;

/** Writes a page with `toHTML`, and gives its address. */
function writePage(name: string, views: object[], options: string): string {
  const path = join(folder, name);
  inNode(`${trace}
    import { createTrace } from 'attentrace/trace';
    import { toHTML } from 'attentrace/export';
    import { writeFileSync } from 'node:fs';
    writeFileSync(${JSON.stringify(path)}, await toHTML(${JSON.stringify(views)}, ${options}));`);
  return pathToFileURL(path).href;
}

const attribute = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');

describe('a page that toHTML wrote', () => {
  let page: string;
  beforeAll(() => {
    page = writePage('page.html', [{ view: 'HeadView' }], '{ trace, layers: [0, 3] }');
  });

  test('draws and is hovered like any other, from a file and without a network', async () => {
    const here = `<script type="module" src="/standalone.js"></script><attentrace-head-view src="/trace.safetensors"></attentrace-head-view>`;
    writeFileSync(
      join(folder, 'index.html'),
      `<!doctype html><html lang="en"><title>A page</title>${here}</html>`,
    );
    writeFileSync(join(folder, 'trace.safetensors'), readFileSync(fixture));
    await withStatic([folder, compiled], (url) => sameAttention(browser, url, { callback: false }));
    await sameAttention(browser, page, { callback: false, offline: true });
  });

  test.each(['', 'sandbox="allow-scripts"'])('and in the srcdoc of a frame: %s', async (sandbox) => {
    const inside = attribute(readFileSync(new URL(page), 'utf8'));
    const frame = `<iframe title="A view" ${sandbox} style="border: 0; position: fixed; inset: 0; inline-size: 100%; block-size: 100%" srcdoc="${inside}"></iframe>`;
    const path = join(folder, `frame${sandbox.length}.html`);
    writeFileSync(
      path,
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>A frame</title>${frame}</html>`,
    );
    await sameAttention(browser, pathToFileURL(path).href, { callback: false, framed: true, offline: true });
  });

  test('holds the layers that were asked for and no others; several views are linked', async () => {
    const views = [{ view: 'HeadView', props: { layer: 3 } }, { view: 'Heatmap' }];
    const url = writePage('two.html', views, '{ trace, layers: [0, 3], heads: [1, 2] }');
    const tab = await browser.newPage();
    await tab.goto(url);
    const [heads, map] = [
      tab.getByRole('region', { name: 'Heads' }),
      tab.getByRole('region', { name: 'Heatmap' }),
    ];
    await heads.and(tab.locator('[aria-busy="false"]')).waitFor();
    await map.and(tab.locator('[aria-busy="false"]')).waitFor();
    const layers = await heads.getByRole('button', { name: 'next layer' }).isDisabled();
    expect(layers).toBe(true);
    await heads.getByRole('listbox', { name: 'queries' }).getByRole('option').nth(3).click();
    await expect.poll(() => map.textContent()).toContain('locked');
    await tab.close();
  });

  test('shows what tokens hold as text', async () => {
    const tokens = ['</script><img src=x onerror="window.hacked = 1">', '<!--<script>', `"'&`];
    const eye = [0, 1, 2].map((i) => [0, 1, 2].map((j) => Number(i === j)));
    const options = `{ trace: createTrace({ attention: [[${JSON.stringify(eye)}]], tokens: ${JSON.stringify(tokens)} }) }`;
    const tab = await browser.newPage();
    await tab.goto(writePage('hostile.html', [{ view: 'HeadView' }, { view: 'TokenView' }], options));
    await tab.locator('section[aria-busy="false"] canvas').first().waitFor();
    const text = await tab.getByRole('region', { name: 'Text' }).textContent();
    expect(text).toContain(tokens[0]);
    expect(await tab.evaluate(() => ['hacked' in window, document.images.length])).toEqual([false, 0]);
    await tab.close();
  });

  test('is refused where it would be over 50 MB, by its size', () => {
    const size = 3600;
    const large = `{ trace: createTrace({ attention: { dims: [1, 1, ${size}, ${size}], data: new Float32Array(${size * size}).fill(1 / ${size}) } }) }`;
    const wrong = `import { createTrace } from 'attentrace/trace'; import { toHTML } from 'attentrace/export';
      console.log(await toHTML([{ view: 'Heatmap' }], ${large}).catch((error) => error.message));`;
    expect(inNode(wrong)).toMatch(/would take 7\d\.\d MB, over 50\.0: name the layers and heads/);
  });
});

describe('a figure made in Node', () => {
  const figures = `${trace}
    import { figureOf, toSVG } from 'attentrace/export';
    const of = { layer: 2, head: 1, width: 720 };
    const figures = await Promise.all([
      figureOf('Heatmap', trace, of),
      figureOf('HeadView', trace, { layer: 2, heads: [1, 7] }),
      figureOf('GroupView', trace, { width: 900 }),
    ]);
    console.log(JSON.stringify(figures.map((figure) => toSVG(figure, { widthMm: 180 }))));`;

  test('is 180 mm wide on A4 paper, on one page, its text as letters', async () => {
    const svgs: string[] = JSON.parse(inNode(figures));
    expect(svgs).toHaveLength(3);
    for (const [i, svg] of svgs.entries()) {
      const tab = await browser.newPage();
      const problems: string[] = [];
      tab.on('pageerror', (error) => problems.push(String(error)));
      await tab.setContent(
        `<!doctype html><style>@page { size: A4; margin: 15mm } body { margin: 0 }</style>${svg}`,
      );
      const box = await tab.locator('svg').evaluate((element) => {
        const { width, height } = element.getBoundingClientRect();
        return { width, height };
      });
      // A CSS pixel is 1/96 of an inch.
      expect(box.width).toBeCloseTo((180 / 25.4) * 96, 0);
      expect(box.height).toBeLessThan(((297 - 30) / 25.4) * 96);
      const pdf = await tab.pdf({ preferCSSPageSize: true, printBackground: true });
      const text = pdf.toString('latin1');
      const [, width, height] = /\/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]/.exec(text)!;
      // Points, 72 an inch.
      expect([(Number(width) / 72) * 25.4, (Number(height) / 72) * 25.4]).toEqual([
        expect.closeTo(210, 0),
        expect.closeTo(297, 0),
      ]);
      expect(text.match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
      expect(text).toMatch(/\/Type\s*\/Font\b/);
      expect(text).toMatch(/\/ToUnicode/);
      if (process.env.ATTENTRACE_KEEP) writeFileSync(join(process.env.ATTENTRACE_KEEP, `a4-${i}.pdf`), pdf);
      expect(problems).toEqual([]);
      await tab.close();
    }
  });
});

test('a script on another site starts its worker here', async () => {
  const cors = { 'Access-Control-Allow-Origin': '*' };
  await withStatic(
    [compiled],
    async (elsewhere) => {
      writeFileSync(
        join(folder, 'large.html'),
        `<!doctype html><html lang="en"><title>A page</title><div id="view"></div><script type="module">
        import { createView, Heatmap } from '${elsewhere}standalone.js';
        const n = 1200;
        const data = new Uint8Array(n * n);
        for (let i = 0; i < n; i++) data[i * n + (i >> 1)] = 255;
        createView(document.querySelector('#view'), Heatmap, { attention: { dims: [1, 1, n, n], data } });
      </script></html>`,
      );
      await withStatic([folder], async (url) => {
        expect(new URL(url).origin).not.toBe(new URL(elsewhere).origin);
        const tab = await browser.newPage();
        const started: string[] = [];
        tab.on('worker', (worker) => started.push(worker.url().slice(0, 5)));
        const problems: string[] = [];
        tab.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
        await tab.goto(`${url}large.html`);
        await tab.locator('section[aria-busy="false"] canvas').first().waitFor({ timeout: 60_000 });
        await expect.poll(() => pixelsDrawn(tab), { timeout: 20_000 }).toBeGreaterThan(200);
        expect([...new Set(started)]).toEqual(['blob:']);
        expect(problems.filter((text) => !/favicon|404/.test(text))).toEqual([]);
        await tab.close();
      });
    },
    cors,
  );
});
