import type { Component } from 'svelte';
import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import axe from 'axe-core';
import {
  createExploration,
  createTrace,
  HeadScatter,
  ModelView,
  type HeadScatterOptions,
  type HeadScatterProps,
  type Selection,
} from '../../../src/lib/index.js';
import { layerColors } from '../../../src/lib/render/colors/index.js';
import { announcedBy, boxOf, centerOf, drawn, mouse, statusOf, tap, usePage } from '../views/page.js';
import { fromHex, takePicture } from '../views/pixels.js';

usePage();

/** Two layers of three heads over three tokens; weights of head h lie h back. */
const back = (h: number) => [0, 1, 2].map((q) => [0, 1, 2].map((k) => (k === Math.max(0, q - h) ? 1 : 0)));
const trace = createTrace({
  tokens: ['a', 'b', 'c'],
  attention: [0, 1].map(() => [0, 1, 2].map(back)),
  layers: [0, 1],
});
const values = (label: string, of: (layer: number, head: number) => number) => ({
  label,
  values: [0, 1].flatMap((layer) => [0, 1, 2].map((head) => ({ layer, head, value: of(layer, head) }))),
});
const given = {
  horizontal: values('how often', (_, head) => head),
  vertical: values('how much', (layer) => layer),
};

async function show(props: HeadScatterProps = {}) {
  let selection: Selection | undefined;
  let options: HeadScatterOptions | undefined;
  const screen = await render(
    HeadScatter as Component,
    {
      ...{ trace, theme: 'light' },
      onSelectionChange: (next: Selection) => (selection = next),
      onOptionsChange: (next: HeadScatterOptions) => (options = next),
      ...props,
    } as object,
  );
  const region = screen.getByRole('region', { name: 'Scatter of heads' });
  await drawn(region);
  return {
    region,
    list: region.getByRole('listbox'),
    dot: (layer: number, head: number) =>
      region.getByRole('option', { name: `layer ${layer}, head ${head}:` }),
    chosen: () => options?.chosenHeads,
    options: () => options,
    selection: () => selection,
  };
}

test.each(['light', 'dark'] as const)(
  'a dot lies where its values are, in the colour of its layer, %s',
  async (theme) => {
    const view = await show({ ...given, theme });
    const at = (layer: number, head: number) => centerOf(view.dot(layer, head));
    // 0, 1 and 2 at equal steps; the second layer above the first.
    expect(at(0, 2).x - at(0, 1).x).toBeCloseTo(at(0, 1).x - at(0, 0).x, 1);
    expect(at(0, 1).x).toBeGreaterThan(at(0, 0).x + 100);
    expect(at(1, 1).x).toBeCloseTo(at(0, 1).x, 1);
    expect(at(1, 1).y).toBeLessThan(at(0, 1).y - 100);
    const picture = await takePicture(boxOf(view.list));
    for (const layer of [0, 1])
      expect(picture.at(at(layer, 1))).toEqual(fromHex(layerColors(2, theme)[layer]!));
  },
);

test('measures of the attention itself: distance and entropy', async () => {
  const view = await show();
  await expect.element(view.dot(0, 1)).toHaveAccessibleName('layer 0, head 1: distance 0.67, entropy 0.00');
  await expect.element(view.dot(1, 2)).toHaveAccessibleName('layer 1, head 2: distance 1.00, entropy 0.00');
});

test('the head under the pointer is told in the status line and aloud', async () => {
  const view = await show(given);
  await mouse.move(centerOf(view.dot(1, 2)));
  await expect.poll(() => statusOf(view.region)).toMatch(/how often 2\.00 how much 1\.00 layer 1, head 2/);
  await expect
    .poll(() => announcedBy(view.region))
    .toContain('layer 1, head 2: how often 2.00, how much 1.00');
  await mouse.leave();
  await expect.poll(() => statusOf(view.region)).toContain('6 heads');
});

test('a box chooses the heads in it, with Shift beside those chosen; a click on nothing lets go', async () => {
  const view = await show(given);
  const box = boxOf(view.list);
  const between = (a: number, b: number) => (a + b) / 2;
  const [left, right] = [centerOf(view.dot(0, 1)), centerOf(view.dot(1, 2))];
  await mouse.drag({ x: left.x - 30, y: right.y - 10 }, { x: right.x + 10, y: left.y + 10 });
  await expect.poll(view.chosen).toEqual([
    { layer: 0, head: 1 },
    { layer: 0, head: 2 },
    { layer: 1, head: 1 },
    { layer: 1, head: 2 },
  ]);
  expect(view.selection()).toMatchObject({ layer: 0, heads: [1, 2] });
  await expect.element(view.dot(1, 1)).toHaveAttribute('aria-selected', 'true');
  await mouse.click({ x: between(left.x, right.x), y: box.y + box.height / 2 });
  await expect.poll(view.chosen).toEqual([]);
});

test('by keyboard: left and right by the first measure, up and down by the second', async () => {
  const view = await show(given);
  (view.list.element() as unknown as HTMLElement).focus();
  await userEvent.keyboard('{ArrowRight}{ArrowRight}{ArrowRight}{Enter}');
  await expect.poll(view.chosen).toEqual([{ layer: 0, head: 1 }]);
  expect(view.list.element().getAttribute('aria-activedescendant')).toBe(view.dot(0, 1).element().id);
  await userEvent.keyboard('{ArrowUp}{ArrowUp} ');
  await expect.poll(view.chosen).toHaveLength(2);
  await userEvent.keyboard('{Escape}');
  await expect.poll(view.chosen).toEqual([]);
});

test('a finger chooses a head', async () => {
  const view = await show(given);
  await tap(centerOf(view.dot(0, 2)));
  await expect.poll(view.chosen).toEqual([{ layer: 0, head: 2 }]);
});

test('linked: the head hovered in one is told in the other, and what is chosen is chosen there', async () => {
  const exploration = createExploration({ trace });
  const view = await show({ trace: undefined, exploration, ...given });
  const model = await render(ModelView as Component, { exploration, theme: 'light' } as object);
  const grid = model.getByRole('region', { name: 'Model' });
  await drawn(grid);
  await mouse.move(centerOf(view.dot(1, 1)));
  await expect.poll(() => statusOf(grid)).toContain('layer 1, head 1');
  await mouse.click(centerOf(view.dot(1, 1)));
  await expect.poll(() => exploration.selection).toMatchObject({ layer: 1, heads: [1] });
});

test('the measures are picked and swapped; a measure that does not fit is replaced', async () => {
  const view = await show({ horizontal: 'confidence' });
  await view.region.getByRole('combobox', { name: 'vertical measure' }).selectOptions('first token');
  await expect.poll(view.options).toMatchObject({ horizontal: 'confidence', vertical: 'first-token' });
  await view.region.getByRole('button', { name: '⇄' }).click();
  await expect.poll(view.options).toMatchObject({ horizontal: 'first-token', vertical: 'confidence' });
});

test('a head without a value is not drawn, and said', async () => {
  const view = await show({
    ...given,
    vertical: values('how much', (layer, head) => (head === 2 ? NaN : layer)),
  });
  await expect.element(view.region.getByText('2 not shown')).toBeVisible();
  expect(view.list.getByRole('option').elements()).toHaveLength(4);
});

test.each(['light', 'dark'] as const)('axe, %s, at 1,280 and 320 px', async (theme) => {
  const view = await show({ ...given, theme, chosenHeads: [{ layer: 0, head: 1 }] });
  for (const width of [1280, 320]) {
    await page.viewport(width, 700);
    await expect.poll(() => boxOf(view.region).width).toBeLessThanOrEqual(width);
    await drawn(view.region);
    const { violations } = await axe.run(view.region.element(), { rules: { region: { enabled: false } } });
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width);
  }
});
