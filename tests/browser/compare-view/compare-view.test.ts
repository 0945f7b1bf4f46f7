import type { Component } from 'svelte';
import { expect, test } from 'vitest';
import { userEvent, type Locator } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import axe from 'axe-core';
import {
  CompareView,
  createView,
  createTrace,
  type CompareViewOptions,
  type CompareViewProps,
  type Selection,
  type View,
} from '../../../src/lib/index.js';
import { diverging, paper } from '../../../src/lib/render/colors/index.js';
import { changedHead, madePair, madeTexts, plantedChange } from '../../../src/stories/compare-traces.js';
import { boxOf, cellOf, drawn, mouse, statusOf, usePage } from '../views/page.js';
import { takePicture, type Rgb } from '../views/pixels.js';

usePage();
const { before, after } = madePair();
const count = before.stream().keyTokens.length;
const [sink, not] = [0, 3];

async function show(props: CompareViewProps) {
  let selection: Selection | undefined;
  let options: CompareViewOptions | undefined;
  const screen = await render(
    CompareView as Component,
    {
      theme: 'light',
      nameA: 'before',
      nameB: 'after',
      onSelectionChange: (next: Selection) => (selection = next),
      onOptionsChange: (next: CompareViewOptions) => (options = next),
      ...props,
    } as object,
  );
  const region = screen.getByRole('region', { name: 'Compare' });
  await drawn(region);
  const map = (name: string): Locator => region.getByRole('region', { name, exact: true });
  return {
    screen,
    region,
    heads: region.getByRole('grid', { name: 'How far each head moved' }),
    difference: map('Difference: after − before'),
    a: map('before'),
    b: map('after'),
    selection: () => selection,
    options: () => options,
  };
}

/** The colour that a table has for a place from 0 to 1; tables round. */
function near(color: Rgb, table: Uint8Array, unit: number): void {
  const at = Math.round(unit * 255) * 3;
  const expected = [...table.slice(at, at + 3)];
  const off = Math.max(...color.map((channel, i) => Math.abs(channel - expected[i]!)));
  expect(off, `${color.join()} is not ${expected.join()}`).toBeLessThanOrEqual(3);
}

/** All that a screen reader is told, by the view and those in it. */
const told = (region: Locator): string =>
  [...region.element().parentElement!.querySelectorAll('[aria-live="polite"]')]
    .map((one) => one.textContent)
    .join(' ');

test('the change is drawn with its sign and size, and both sides by one measure', async () => {
  const view = await show({ a: before, b: after, ...{ layer: changedHead.layer, head: changedHead.head } });
  for (const map of [view.difference, view.a, view.b]) await drawn(map);
  const at = async (map: Locator, query: number, key: number): Promise<Rgb> => {
    const picture = await takePicture(boxOf(map.getByRole('application')));
    return picture.at(cellOf(map, query, key, count, count));
  };
  // b − a: half of the weight moved, the largest there is, so both ends of the colours; elsewhere nothing, the middle.
  near(await at(view.difference, 5, not), diverging.light, 1);
  near(await at(view.difference, 5, sink), diverging.light, 0);
  near(await at(view.difference, 5, 6), diverging.light, 0.5);
  // The largest weight of both sides is 0.6, of b.
  const most = 0.1 + plantedChange;
  near(await at(view.b, 5, not), paper, 1);
  near(await at(view.a, 5, not), paper, 0.1 / most);
  near(await at(view.a, 5, sink), paper, 0.5 / most);
  near(await at(view.b, 5, sink), paper, 0);
});

test('the head that changed is the one that stands out, with its distance; the others are at 0', async () => {
  const view = await show({ a: before, b: after, distance: 'total-variation' });
  const cells = view.heads.getByRole('gridcell').elements();
  const values = cells.map((cell) => Number(/: ([\d.]+)/.exec(cell.ariaLabel!)![1]));
  const { layer, head } = changedHead;
  expect(values.map((value, i) => (value > 0 ? i : -1)).filter((i) => i >= 0)).toEqual([layer * 6 + head]);
  expect(values[layer * 6 + head]).toBe(plantedChange);
  const box = cells[layer * 6 + head]!.getBoundingClientRect();
  const picture = await takePicture(boxOf(view.heads));
  near(picture.at({ x: box.x + box.width / 2, y: box.y + box.height / 2 }), paper, 1);
  // Found and shown by one click.
  await view.region.getByRole('button', { name: 'show the head that moved most' }).click();
  await expect.poll(view.selection).toMatchObject({ layer, heads: [head] });
  await expect.poll(() => statusOf(view.region)).toContain('total variation 0.50');
});

test('one hover in all: the status line tells the difference and both sides', async () => {
  const view = await show({ a: before, b: after, ...{ layer: changedHead.layer, head: changedHead.head } });
  for (const map of [view.difference, view.a, view.b]) {
    await drawn(map);
    await mouse.move(cellOf(map, 4, not, count, count));
    await expect
      .poll(() => statusOf(view.region))
      .toMatch(/^bad → not \+0\.50 .*0\.10 in before 0\.60 in after/);
    // Each map tells of the same cell what it has there.
    const marked = [view.difference, view.a, view.b].map(
      (one) => one.element().querySelectorAll('.cell').length,
    );
    expect(new Set(marked).size).toBe(1);
    await mouse.leave();
  }
});

test('by keyboard: a head is chosen, a cell is reached, and all is told', async () => {
  const view = await show({ a: before, b: after, distance: 'total-variation' });
  (view.heads.element() as HTMLElement).focus();
  await userEvent.keyboard('{ArrowDown}{ArrowDown}{ArrowDown}{ArrowRight}{ArrowRight}{ArrowRight}');
  await expect.poll(() => statusOf(view.region)).toContain('layer 2, head 3');
  await expect.poll(() => told(view.region)).toContain('total variation 0.50');
  await userEvent.keyboard('{Enter}');
  await expect.poll(view.selection).toMatchObject({ layer: 2, heads: [3] });
  await drawn(view.difference);
  (view.difference.getByRole('application').element() as HTMLElement).focus();
  await userEvent.keyboard('{ArrowRight}{ArrowRight}{ArrowRight}{ArrowRight}');
  await expect.poll(() => statusOf(view.region)).toMatch(/→ not \+0\.50/);
  await userEvent.keyboard('{Enter}');
  await expect.poll(view.selection).toMatchObject({ key: not });
});

test('texts with words put in: each is marked, and counted', async () => {
  const view = await show({ ...madeTexts(), layer: 2, head: 3 });
  const text = view.region.getByRole('region', { name: 'Text of both, and what changed' });
  await expect.element(text.getByRole('option', { name: '+honestly' })).toBeVisible();
  await expect.element(text.getByRole('option', { name: '+!' })).toBeVisible();
  expect(view.region.element().textContent).toContain('11 tokens, aligned by what is common, 3 in one only');
});

test('the sink left out: the distance changes, and is said to', async () => {
  const view = await show({
    a: before,
    b: after,
    distance: 'total-variation',
    hide: 'first',
    layer: 2,
    head: 3,
  });
  // Without the first token: 0.1 of 0.5 before, 0.6 of 1 after.
  await expect.poll(() => statusOf(view.region)).toContain('total variation 0.40');
  await expect.element(view.region.getByRole('button', { name: /first token hidden/ })).toBeVisible();
});

test('what a second run moves is told beside it', async () => {
  const view = await show({
    a: before,
    b: after,
    floor: after,
    distance: 'total-variation',
    layer: 2,
    head: 3,
  });
  await expect.poll(() => statusOf(view.region)).toContain('floor (a second run): 0.50');
});

test('nothing to compare, and what cannot be compared, are said in place of the view', async () => {
  const screen = await render(CompareView as Component, { theme: 'light' } as object);
  await expect.element(screen.getByText('Pass two traces, a and b.')).toBeVisible();
  const other = createTrace({
    tokens: ['the', 'movie'],
    attention: [
      [
        [
          [1, 0],
          [0.5, 0.5],
        ],
      ],
    ],
  });
  await screen.rerender({ a: before, b: other } as object);
  await expect.element(screen.getByRole('alert')).toBeVisible();
  await expect.poll(() => screen.getByRole('alert').element().textContent).toContain('as in a');
  // Given what can be, it is shown.
  await screen.rerender({ a: before, b: after } as object);
  await expect.element(screen.getByRole('grid')).toBeVisible();
});

test('another pair given while the first is compared: only the last is shown', async () => {
  const { a, b } = madeTexts();
  const screen = await render(CompareView as Component, { theme: 'light', a, b } as object);
  await screen.rerender({ a: before, b: after } as object);
  const region = screen.getByRole('region', { name: 'Compare' });
  await drawn(region);
  await expect.poll(() => region.element().textContent).toContain('8 tokens, same tokens');
});

test.each(['light', 'dark'] as const)('axe, %s, at 1,280 and 320 px', async (theme) => {
  const view = await show({ theme, a: before, b: after, layer: 2, head: 3 });
  for (const width of [1280, 320]) {
    view.region.element().parentElement!.style.inlineSize = `${width - 16}px`;
    await expect.poll(() => boxOf(view.region).width).toBeLessThan(width);
    await drawn(view.difference);
    const { violations } = await axe.run(view.region.element(), { rules: { region: { enabled: false } } });
    expect(violations.map(({ id, nodes }) => [id, nodes[0]!.html.slice(0, 200)])).toEqual([]);
  }
});

test('through a lens: words merged, cells tell what they hold', async () => {
  const view = await show({ a: before, b: after, layer: 2, head: 3, granularity: 'sentence' });
  await drawn(view.difference);
  // One sentence: it looks at itself with all it has, before and after.
  await mouse.move(cellOf(view.difference, 0, 0, 1, 1));
  await expect.poll(() => statusOf(view.region)).toMatch(/ 0 .*1\.00 in before 1\.00 in after/);
});

test('in any page: createView, a figure of all three, and an element', async () => {
  const place = document.createElement('div');
  document.body.append(place);
  const made = createView(place, CompareView as unknown as View<CompareViewProps>, {
    ...{ a: before, b: after, nameA: 'before', nameB: 'after', layer: 2, head: 3, theme: 'light' },
  });
  // Asked for at once, it waits for the comparison.
  const svg = await made.toSVG({ whole: true });
  await expect.poll(() => place.querySelector('section[aria-label="Compare"]')?.ariaBusy).toBe('false');
  await expect.poll(() => made.selection).toMatchObject({ layer: 2, heads: [3] });
  // Each of the three has the text, as queries and as keys.
  expect(svg.match(/>\s*movie\s*</g)).toHaveLength(6);
  made.destroy();
  expect(place.childElementCount).toBe(0);

  await import('../../../src/lib/embed/elements.js');
  const element = document.createElement('attentrace-compare-view');
  Object.assign(element, { a: before, b: after });
  place.append(element);
  await expect.poll(() => element.textContent).toContain('8 tokens, same tokens');
  place.remove();
});
