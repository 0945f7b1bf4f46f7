// Pages that Python writes, opened with no network: one of its own, and a notebook that was run by nbconvert.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserArgs, findBrowser } from '../../scripts/find-browser.js';
import { diverging, paper } from '../../src/lib/render/colors/index.js';
import { wrongCells } from './picture.js';
import { notebook, python, runCommand, runPython, temporaryFolder } from './python.js';

const made = `
import json, numpy as np, attentrace as at
w = np.tril(np.random.default_rng(4).random((2, 3, 7, 7)).astype("f4")); w /= w.sum(-1, keepdims=True)
view = at.heatmap(w, [*"abcdef", "</script><b>"], layer=1, head=2, theme="light")
`;
const told =
  'print(json.dumps([[float(x) if k <= q else None for k, x in enumerate(r)] for q, r in enumerate(w[1, 2])]))';

describe.skipIf(!python)('without a network', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: findBrowser(), args: browserArgs });
  });
  afterAll(() => browser?.close());

  async function open(path: string) {
    const context = await browser.newContext({ offline: true, viewport: { width: 900, height: 800 } });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(pathToFileURL(path).href);
    return page;
  }

  test('view.to_html writes a page with the view', async () => {
    const folder = temporaryFolder();
    const weights = JSON.parse(
      await runPython(folder, `${made}view.to_html("a.html")\n${told}`),
    ) as number[][];
    const page = await open(join(folder, 'a.html'));
    await page.locator('html[data-ready=true]').waitFor();
    await expect.poll(() => wrongCells(browser, page, page, weights)).toEqual([]);
    expect(await page.locator('b').count()).toBe(0);
  });

  test('python -m attentrace --html writes the Explorer on a file', async () => {
    const folder = temporaryFolder();
    await runPython(folder, `${made}at.save(view.trace, "a.safetensors")`);
    await runCommand(`"${python}" -m attentrace a.safetensors --html a.html`, folder);
    const page = await open(join(folder, 'a.html'));
    await page.locator('html[data-ready=true]').waitFor();
    await page.getByText('Heatmap', { exact: true }).waitFor();
    expect(await page.locator('canvas').count()).toBeGreaterThan(1);
  });

  test('a notebook that nbconvert has run shows the view', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a.ipynb'), notebook([`${made}view`, told]));
    await runCommand(`"${python}" -m nbconvert --to html --execute a.ipynb`, folder);
    const weights = JSON.parse(await runPython(folder, `${made}${told}`)) as number[][];
    const page = await open(join(folder, 'a.html'));
    const frame = page.frameLocator('iframe[title=attentrace]');
    await frame.locator('html[data-ready=true]').waitFor();
    const inner = page.frames().find((other) => other !== page.mainFrame())!;
    await expect.poll(() => wrongCells(browser, page, inner, weights)).toEqual([]);

    // Where scripts are off, and where frames are taken out, a picture of the same weights.
    const context = await browser.newContext({ offline: true });
    const still = await context.newPage();
    // By a policy, which frames inherit: what a browser is told to do without may come late for a frame.
    const policy = `<meta http-equiv="Content-Security-Policy" content="script-src 'none'">`;
    const written = readFileSync(join(folder, 'a.html'), 'utf8');
    writeFileSync(join(folder, 'still.html'), written.replace('<head>', `<head>${policy}`));
    await still.goto(pathToFileURL(join(folder, 'still.html')).href);
    const inFrame = still.frames().find((other) => other !== still.mainFrame())!;
    const picture = inFrame.locator('#still img');
    await picture.waitFor();
    expect(await wrongCells(browser, still, inFrame, weights, picture)).toEqual([]);
    const mailed = written.replace(/<(iframe|script)[\s\S]*?<\/\1>/g, '');
    writeFileSync(join(folder, 'mailed.html'), mailed);
    await still.goto(pathToFileURL(join(folder, 'mailed.html')).href);
    const alone = still.getByAltText('Layer 1, head 2: 7 queries down, 7 keys across');
    expect(await wrongCells(browser, still, still, weights, alone)).toEqual([]);
    await context.close();
  });

  test('the picture has the colours of the views', async () => {
    const told =
      'import json, attentrace.picture as p; print(json.dumps({n: t.ravel().tolist() for n, t in p._tables().items()}))';
    const tables = JSON.parse(await runPython(temporaryFolder(), told)) as Record<string, number[]>;
    expect(tables).toEqual({ paper: [...paper], diverging: [...diverging.light] });
  });

  test('a figure is written as SVG, with no notebook, from Python and from the command line', async () => {
    const folder = temporaryFolder();
    await runPython(folder, `${made}view.to_svg("a.svg", width_mm=85)\nat.save(view.trace, "a.safetensors")`);
    const svg = readFileSync(join(folder, 'a.svg'), 'utf8');
    expect(svg).toMatch(/^<svg[^>]* width="85mm"/);
    expect(svg).toContain('layer 1');
    await runCommand(`"${python}" -m attentrace a.safetensors --view head-view --svg b.svg`, folder);
    expect(readFileSync(join(folder, 'b.svg'), 'utf8')).toContain('&lt;b&gt;');
  });
});
