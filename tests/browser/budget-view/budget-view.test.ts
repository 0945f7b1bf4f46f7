import axe from 'axe-core';
import type { Component, ComponentProps } from 'svelte';
import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { toSVG } from '../../../src/lib/export/index.js';
import {
  BudgetView,
  createExploration,
  createTrace,
  type BudgetViewOptions,
  type Hover,
  type Selection,
} from '../../../src/lib/index.js';
import { chromeColors } from '../../../src/lib/views/kit/palette.js';
import { loadFixture } from '../../../src/stories/fixtures.js';
import derived from '../../unit/analysis/derived.json' with { type: 'json' };
import { announcedBy, boxOf, cellOf, drawn, mouse, showView, statusOf, usePage } from '../views/page.js';
import { fromHex, takePicture, type Rgb } from '../views/pixels.js';

usePage();

type Props = ComponentProps<typeof BudgetView>;
const trace = await loadFixture('induction');
const size = 41;
/** What numpy says that each head of layer 1 keeps (tests/unit/analysis/make_derived.py). */
const [, h2o] = derived.kept;
const layerOne = h2o!.heads.slice(4);
const needle = { name: 'again', positions: [20, 21, 22, 23, 24] };

async function show(props: Partial<Props> = {}) {
  let selection: Selection | undefined;
  let hover: Hover | null = null;
  let options: BudgetViewOptions | undefined;
  const view = await showView<Props>(BudgetView as Component, {
    ...{ trace, layer: 1, policy: 'h2o', budget: 10, groups: [needle], needle: 'again' },
    onSelectionChange: (next) => (selection = next),
    onHoverChange: (next) => (hover = next),
    onOptionsChange: (next) => (options = next),
    ...props,
  });
  const told = { selection: () => selection, hover: () => hover, options: () => options };
  return { ...view, ...told, cell: (head: number, key: number) => cellOf(view.region, head, key, 4, size) };
}

test.each(['light', 'dark'] as const)(
  'every key that stays is filled, and no other, as numpy has it, %s',
  async (theme) => {
    const { region, cell } = await show({ theme });
    const hex = (name: 'paper' | 'accent' | 'accent-soft'): Rgb =>
      fromHex(chromeColors[name][theme === 'light' ? 0 : 1]);
    const picture = await takePicture(boxOf(region));
    const filled = picture.at(cell(0, layerOne[0]!.keys.indexOf(1)));
    expect(filled).not.toEqual(hex('paper'));
    for (const [head, { keys }] of layerOne.entries())
      for (const [key, kept] of keys.entries()) {
        const [ofNeedle, other] = kept ? [hex('accent'), filled] : [hex('accent-soft'), hex('paper')];
        const expected = needle.positions.includes(key) ? ofNeedle : other;
        expect(picture.at(cell(head, key)), `head ${head}, key ${key}`).toEqual(expected);
      }
    for (const { weight } of layerOne)
      await expect.element(region.getByText(weight.toFixed(2), { exact: true }).first()).toBeVisible();
  },
);

test('what is pointed at is told, a click locks it, and keys do the same', async () => {
  const { region, cell, hover, selection } = await show();
  const key = layerOne[2]!.keys.indexOf(1);
  await mouse.move(cell(2, key));
  await expect.poll(hover).toMatchObject({ layer: 1, head: 2, key, query: null });
  await expect.poll(() => statusOf(region)).toMatch(/ kept weight received \d.* layer 1, head 2/);
  const share = layerOne[2]!.weight.toFixed(2);
  expect(statusOf(region)).toContain(`its head keeps ${share} of its weight`);
  await expect.poll(() => announcedBy(region)).toContain('kept');
  await mouse.click(cell(2, key));
  await expect.poll(selection).toMatchObject({ key, query: null, head: 2 });
  await userEvent.keyboard('{Escape}');
  await expect.poll(() => selection()?.key).toBeNull();
  await userEvent.keyboard('{ArrowDown}{Enter}');
  await expect.poll(selection).toMatchObject({ head: 0, key: 0 });
  await userEvent.keyboard('{ArrowDown}{ArrowRight}');
  await expect.poll(hover).toMatchObject({ head: 1, key: 1 });
});

test('another budget, policy and needle', async () => {
  const { region, options } = await show();
  const slider = region.getByRole('slider', { name: 'keys that stay' });
  await expect.element(slider).toHaveAttribute('aria-valuetext', '10 of 41 keys');
  await slider.fill('20');
  await expect.poll(options).toMatchObject({ budget: 20 });
  await expect.element(region.getByText('20 of 41 keys')).toBeVisible();
  await region.getByRole('combobox', { name: 'policy' }).selectOptions('StreamingLLM');
  await expect.element(region.getByText('first 4 and latest')).toBeVisible();
  await expect.element(region.getByText('3/5', { exact: true }).first()).not.toBeInTheDocument();
  // The first 4 and the last 16 of 41: 25 to 40, and none of the needle.
  await expect.element(region.getByText('0/5', { exact: true }).first()).toBeVisible();
  await drawn(region);
  await mouse.move(cellOf(region, 0, 10, 4, size));
  await expect.poll(() => statusOf(region)).toContain(`let go when ${nameOf(26)} came`);
  await region.getByRole('combobox', { name: 'needle' }).selectOptions('no needle');
  await expect.element(region.getByText('0/5', { exact: true }).first()).not.toBeInTheDocument();
});
const nameOf = (key: number): string => `${trace.stream().keyTokens[key]!.label}·${key}`;

test('a group chosen in a linked view is the needle', async () => {
  const exploration = createExploration({ trace, selection: { layer: 1 } });
  const { region } = await show({ trace: undefined, layer: undefined, exploration, needle: null });
  await expect.element(region.getByText(/\/5$/).first()).not.toBeInTheDocument();
  exploration.change({ group: { ...needle, side: 'key' } });
  const [first] = layerOne;
  const kept = Math.round(first!.needle.keys * 5);
  await expect.element(region.getByText(`${kept}/5`, { exact: true }).first()).toBeVisible();
});

test('the figure has what the screen has', async () => {
  const { region, figure } = await show();
  const svg = new DOMParser().parseFromString(toSVG(await figure()), 'image/svg+xml');
  const filled = [...svg.querySelectorAll('rect')].filter(
    (rect) =>
      rect.getAttribute('fill') === chromeColors.muted[0] ||
      rect.getAttribute('fill') === chromeColors.accent[0],
  );
  const cells = layerOne.flatMap(({ keys }) => keys).filter(Boolean).length;
  // And two of the legend.
  expect(filled).toHaveLength(cells + 2);
  const texts = [...svg.querySelectorAll('text')].map(({ textContent }) => textContent.trim());
  for (const { weight } of layerOne) expect(texts).toContain(weight.toFixed(2));
  expect(texts.join(' ')).toContain('layer 1, H2O');
  await region.getByRole('button', { name: 'options' }).click();
  await expect.element(region.getByRole('button', { name: 'SVG' })).toBeVisible();
});

test('an encoder keeps no keys, and a group must be one: said in its place', async () => {
  const even = [0, 1].map(() => [0.5, 0.5]);
  const encoder = createTrace({ tokens: ['a', 'b'], attention: [[even]] });
  const view = await show({ trace: encoder, layer: 0, groups: undefined, needle: null });
  await expect.element(view.region.getByText(/attention that is not causal/)).toBeVisible();
  await view.change({ trace, layer: 1, groups: [{ name: 'far', positions: [99] }] });
  await expect.element(view.region.getByText(/the position 99 in "far"/)).toBeVisible();
});

test.each(['light', 'dark'] as const)('axe, %s, at 1,280 and 320 px', async (theme) => {
  const { region } = await show({ theme });
  for (const width of [1280, 320]) {
    await page.viewport(width, 700);
    await expect.poll(() => boxOf(region).width).toBeLessThanOrEqual(width);
    await drawn(region);
    const { violations } = await axe.run(region.element(), { rules: { region: { enabled: false } } });
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width);
  }
});
