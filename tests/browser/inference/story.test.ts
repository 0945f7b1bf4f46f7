import axe from 'axe-core';
import { describe, expect, it } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { page, userEvent } from 'vitest/browser';
import recorded from '../../../fixtures/dates.safetensors?url';
import { loadSafetensors } from '../../../src/lib/io/index.js';
import { demos } from '../../../src/stories/inference/demo-models.js';
import TypeAndWatch from '../../../src/stories/inference/TypeAndWatch.svelte';
import { cellOf, drawn, mouse, statusOf, usePage } from '../views/page.js';

/** What the story says; the view after it says things of its own. */
const status = () => page.getByRole('status').first();

describe('the story that types a text into a model', () => {
  usePage();

  it('draws the attention of the text that was typed, as Python computed it', async () => {
    const python = await loadSafetensors(new URL(recorded, location.href));
    await render(TypeAndWatch, { ...demos.dates, text: '', view: 'heatmap', layer: 1, head: 2 });
    await userEvent.fill(
      page.getByRole('textbox', { name: 'A date in words' }),
      'Tuesday, 3rd of March 1998',
    );
    await userEvent.click(page.getByRole('button', { name: 'Show its attention' }));
    await expect.element(page.getByText('It writes 1998-03-03.')).toBeVisible();

    const region = page.getByRole('region');
    await drawn(region);
    const stream = python.stream('encoder');
    for (const [query, key] of [
      [1, 2],
      [9, 11],
      [24, 25],
      [26, 18],
      [0, 0],
    ] as const) {
      const { data, offset } = await stream.matrix(1, 2).block({ row: query, col: key, rows: 1, cols: 1 });
      const weight = data[offset]!;
      // Two digits after the point, three below 0.1.
      const shown = weight < 0.001 ? '<0.001' : weight.toFixed(weight < 0.0995 ? 3 : 2);
      const [from, to] = [query, key].map((at) => stream.keyTokens[at]!.raw);
      await mouse.move(cellOf(region, query, key, 28));
      await expect
        .poll(() => statusOf(region).replace(/·\d+/g, '').replace(/[·␣]/g, ' '))
        .toContain(`${from} → ${to} ${shown}`);
    }
  });

  it('stops writing when told, and keeps the attention of what there is', async () => {
    await render(TypeAndWatch, { ...demos.induction, text: '', layer: 1, write: 5000 });
    const [write, stop] = ['Write on', 'Stop'].map((name) => page.getByRole('button', { name }));
    await expect.element(stop!).toBeDisabled();
    await userEvent.fill(page.getByRole('textbox', { name: demos.induction.label }), demos.induction.text);
    await userEvent.click(write!);
    // Three tokens of the cycle are said, and it goes on.
    await expect.element(status()).toHaveTextContent(/^Writing, \d+ tokens: .*t11 t56 t45/);
    await userEvent.click(stop!);
    const done = /^Stopped: (\d+) tokens written, attention of all (\d+)\.$/;
    await expect.element(status()).toHaveTextContent(done);
    const [, written, all] = done.exec(status().element().textContent)!.map(Number);
    expect(written).toBeGreaterThanOrEqual(3);
    expect(written).toBeLessThan(5000);
    // <s> and the twelve words of the text before them.
    expect(all).toBe(13 + written!);
    await drawn(page.getByRole('region'));
    await expect.element(page.getByRole('region').getByText('t45').last()).toBeInTheDocument();
    await expect.element(stop!).toBeDisabled();
    await expect.element(write!).toBeEnabled();
  });

  it('asked twice before its model is there it writes once, and can be stopped', async () => {
    await render(TypeAndWatch, { ...demos.induction, text: '', layer: 1, write: 5000 });
    const field = page.getByRole('textbox', { name: demos.induction.label });
    await userEvent.fill(field, demos.induction.text);
    const { form } = field.element() as HTMLInputElement;
    form!.requestSubmit();
    form!.requestSubmit();
    await expect.element(status()).toHaveTextContent(/^Writing, \d+ tokens/);
    await userEvent.click(page.getByRole('button', { name: 'Stop' }));
    await expect.element(status()).toHaveTextContent(/^Stopped/);
    await expect.element(page.getByRole('button', { name: 'Write on' })).toBeEnabled();
  });

  it('a model that did not come is asked for again', async () => {
    const { options } = demos.induction;
    let asked = 0;
    await render(TypeAndWatch, {
      ...demos.induction,
      options: () =>
        asked++ ? options() : { ...options(), model: new URL('/nowhere.onnx', 'http://127.0.0.1:1') },
    });
    await expect.element(status()).toHaveTextContent('no answer');
    await userEvent.click(page.getByRole('button', { name: 'Show its attention' }));
    await expect.element(status()).toHaveTextContent('Attention of 13 tokens.');
  });

  it('says, beside the attention, whether it matters', async () => {
    await render(TypeAndWatch, { ...demos.induction });
    const ask = page.getByRole('button', { name: 'Does it matter?' });
    await expect.element(ask).toBeEnabled();
    await userEvent.click(ask);
    await expect.element(status()).toHaveTextContent('13 tokens hidden, one at a time.');
    // t63 was followed by t11 before: without it, at position 5, the model has nothing to copy.
    const rows = page.getByRole('row').all().slice(1);
    const read = rows.map((row) => row.element().textContent!.split(/\s+/).filter(Boolean));
    expect(read.map(([token]) => token)).toEqual(['<s>', ...demos.induction.text.split(' ')]);
    const changes = read.map((cells) => Number(cells.at(-1)));
    expect(changes.indexOf(Math.max(...changes))).toBe(5);
    expect(changes[5]).toBeGreaterThan(0.9);
    const looked = read.map((cells) => Number(cells.at(-2)));
    expect(looked.reduce((a, b) => a + b)).toBeCloseTo(1, 1);
    await expect
      .element(page.getByRole('table'))
      .toHaveTextContent(/After t63: .*Correlation of the two: 0\.\d\d\./);
  });

  it('has nothing for axe to find fault with, its table of changes included', async () => {
    await render(TypeAndWatch, { ...demos.induction });
    const ask = page.getByRole('button', { name: 'Does it matter?' });
    await expect.element(ask).toBeEnabled();
    await userEvent.click(ask);
    await expect.element(page.getByRole('table')).toBeVisible();
    const { violations } = await axe.run(document.body, { rules: { region: { enabled: false } } });
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  });

  it('says what is wrong where the text is', async () => {
    await render(TypeAndWatch, { ...demos.induction });
    await userEvent.fill(page.getByRole('textbox', { name: demos.induction.label }), 't1 t999');
    await userEvent.click(page.getByRole('button', { name: 'Show its attention' }));
    await expect
      .element(status())
      .toHaveTextContent(/running the model on 3 tokens: found .* expected a run without errors/);
  });
});
