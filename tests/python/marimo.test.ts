// A real marimo, driven in Chromium: weights in its kernel, a view in its page.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserArgs, findBrowser } from '../../scripts/find-browser.js';
import { answers, freePort } from './jupyter.js';
import { wrongCells } from './picture.js';
import { python } from './python.js';

const notebook = `
import marimo
app = marimo.App()

@app.cell
def _():
    import json, marimo as mo, numpy as np, attentrace as at
    w = np.tril(np.random.default_rng(0).random((2, 3, 6, 6)).astype("f4")); w /= w.sum(-1, keepdims=True)
    view = mo.ui.anywidget(at.heatmap(w, list("abcdef"), layer=1, head=2, theme="light"))
    choose = mo.ui.button(label="choose", on_click=lambda _: setattr(view.widget, "selection", {"layer": 0, "heads": [1]}))
    return at, choose, json, mo, view, w

@app.cell
def _(view):
    view
    return

@app.cell
def _(choose):
    choose
    return

@app.cell
def _(json, mo, view):
    mo.md("chosen: " + json.dumps(view.value.get("selection")))
    return

@app.cell
def _(json, mo, w):
    mo.md("weights: " + json.dumps([w[1, 2].tolist(), w[0, 1].tolist()]))
    return
`;

describe.skipIf(!python)('in marimo', () => {
  let browser: Browser;
  let page: Page;
  const endings: (() => unknown)[] = [];

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'attentrace-marimo-'));
    endings.push(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, 'a.py'), notebook);
    const port = await freePort();
    const marimo = spawn(
      python,
      ['-m', 'marimo', '-q', 'run', 'a.py', '--headless', '--no-token', `--port=${port}`, '--host=127.0.0.1'],
      // Settings of whoever runs the tests have no part in it.
      { cwd: folder, stdio: 'ignore', env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder } },
    );
    browser = await chromium.launch({ executablePath: findBrowser(), args: browserArgs });
    endings.unshift(() => browser.close());
    page = await browser.newPage({ viewport: { width: 1000, height: 1200 } });
    page.setDefaultTimeout(60_000);
    await page.route(/^https?:\/\/(?!127\.0\.0\.1)/, (route) => route.abort());
    endings.unshift(await answers(marimo, `http://127.0.0.1:${port}/health`));
    await page.goto(`http://127.0.0.1:${port}`);
  });
  afterAll(async () => {
    for (const end of endings) await end();
  });

  const told = async (what: string) => {
    const text = await page.getByText(`${what}: `).first().textContent();
    return JSON.parse(text!.slice(text!.indexOf(': ') + 2)) as unknown;
  };
  const drawn = (weights: number[][]) =>
    wrongCells(
      browser,
      page,
      page,
      weights.map((row, query) => row.map((weight, key) => (key > query ? null : weight))),
    );

  test('the cells have the colours of the weights, and a selection goes both ways', async () => {
    await page.locator('canvas').first().waitFor();
    const [first, second] = (await told('weights')) as [number[][], number[][]];
    await expect.poll(() => drawn(first)).toEqual([]);
    const box = (await page.locator('canvas').first().boundingBox())!;
    await page.mouse.click(box.x + (1.5 * box.width) / 6, box.y + (3.5 * box.height) / 6);
    await expect
      .poll(() => told('chosen'))
      .toEqual({ stream: 'self', layer: 1, heads: [2], query: 3, key: 1 });
    await page.getByRole('button', { name: 'choose' }).click();
    await expect.poll(() => drawn(second)).toEqual([]);
  });
});
