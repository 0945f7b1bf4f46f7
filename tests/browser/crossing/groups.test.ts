// GroupView and CompareView where they are put, and through a lens: what is hovered and chosen reaches the views beside them.
import type { Component } from 'svelte';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import {
  CompareView,
  createExploration,
  GroupView,
  TokenView,
  type Selection,
} from '../../../src/lib/index.js';
import { cellOf, centerOf, drawn, mouse, statusOf, usePage } from '../views/page.js';
import { otherTrace, signedTrace, tokens, trace, weights } from './trace.js';

usePage();
const groups = {
  queryGroups: [{ name: 'who', positions: [4] }],
  keyGroups: [
    { name: 'cat', positions: [1] },
    { name: 'sat', positions: [2, 3] },
  ],
};

test.each(['token', 'word'] as const)('GroupView by %s: groups stay those of tokens', async (granularity) => {
  const exploration = createExploration({ trace, lens: { granularity } });
  let selection: Selection | undefined;
  const onSelectionChange = (next: Selection) => (selection = next);
  const props = { exploration, theme: 'light', ...groups, onSelectionChange };
  const screen = await render(GroupView as Component, props as object);
  const region = screen.getByRole('region', { name: 'Groups' });
  await drawn(region);
  await render(TokenView as Component, { exploration, theme: 'light' } as object);
  const option = region.getByRole('listbox', { name: 'What is looked at' }).getByRole('option').nth(1);
  // The mean of all heads, summed here by hand.
  const share = weights.flat().reduce((sum, head) => sum + (head[4]![2]! + head[4]![3]!) / 4, 0);
  await expect.element(option).toHaveAccessibleName(new RegExp(`share ${share.toFixed(2)}`));
  await mouse.click(centerOf(option));
  await expect.poll(() => selection?.group).toEqual({ name: 'sat', positions: [2, 3], side: 'key' });
  const marked = () =>
    [...document.querySelectorAll<HTMLElement>('.token.grouped')].map(({ textContent }) =>
      textContent!.trim(),
    );
  await expect.poll(marked).toEqual(granularity === 'word' ? ['sat'] : ['s', 'at']);
});

test('GroupView of signed numbers: a sum has its sign, and no lift', async () => {
  const screen = await render(
    GroupView as Component,
    { trace: signedTrace, theme: 'light', ...groups } as object,
  );
  const region = screen.getByRole('region', { name: 'Groups' });
  await drawn(region);
  await mouse.move(
    centerOf(region.getByRole('listbox', { name: 'What is looked at' }).getByRole('option').nth(1)),
  );
  // −0.4 in every head to “s”, and what there is to “at”.
  const matrix = signedTrace.stream().matrix(0, 0);
  expect(matrix.signed).toBe(true);
  await expect.poll(() => statusOf(region)).toMatch(/who → sat −0\.\d+/);
  expect(statusOf(region)).not.toContain('even');
});

test('CompareView is busy until its maps are drawn, and they are drawn when it is not', async () => {
  const screen = await render(
    CompareView as Component,
    { theme: 'light', a: trace, b: otherTrace } as object,
  );
  const region = screen.getByRole('region', { name: 'Compare' });
  await expect.element(region).toBeInTheDocument();
  const inside = () => [...region.element().querySelectorAll('[aria-busy]')].map((one) => one.ariaBusy);
  const seen: string[] = [];
  const watch = new MutationObserver(() => {
    if (region.element().ariaBusy === 'false') seen.push(...inside().filter((busy) => busy === 'true'));
  });
  watch.observe(region.element(), { attributes: true, subtree: true, attributeFilter: ['aria-busy'] });
  await drawn(region);
  expect(inside().length).toBeGreaterThanOrEqual(4);
  expect(new Set(inside())).toEqual(new Set(['false']));
  watch.disconnect();
  expect(seen).toEqual([]);
});

test.each(['token', 'word'] as const)(
  'CompareView of signed streams, by %s: maps, and why there is no distance',
  async (granularity) => {
    const props = { theme: 'light', a: signedTrace, b: signedTrace, granularity, layer: 1, head: 1 };
    const screen = await render(CompareView as Component, props as object);
    const region = screen.getByRole('region', { name: 'Compare' });
    await drawn(region);
    expect(region.getByRole('note').element().textContent).toContain('quantity');
    if (granularity === 'word') return;
    const map = region.getByRole('region', { name: 'Difference: b − a', exact: true });
    await mouse.move(cellOf(map, 4, 2, tokens.length, tokens.length));
    await expect.poll(() => statusOf(region)).toMatch(/down → s 0 .*−0\.40 in a −0\.40 in b/);
  },
);
