// Pages that Python writes, opened with no network: one of its own, and a notebook that was run by nbconvert.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserArgs, findBrowser } from '../../scripts/find-browser.js';
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
    await expect.poll(() => wrongCells(browser, page, page, weights), { timeout: 30_000 }).toEqual([]);
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
    await expect.poll(() => wrongCells(browser, page, inner, weights), { timeout: 30_000 }).toEqual([]);
  });
});
