import axe from 'axe-core';
import type { Component, ComponentProps } from 'svelte';
import { expect, test } from 'vitest';
import { page, type Locator } from 'vitest/browser';
import { attributions, causes } from '../../../src/lib/analysis/index.js';
import { createTrace, EvidenceView, traceOf } from '../../../src/lib/index.js';
import { announcedBy, boxOf, centerOf, drawn, mouse, showView, usePage } from '../views/page.js';

usePage();

const size = 60;
const row = (q: number) => Array.from({ length: size }, (_, k) => (k <= q ? 1 / (q + 1) : 0));
const recorded = createTrace({
  tokens: Array.from({ length: size }, (_, i) => `t${i}`),
  attention: [[Array.from({ length: size }, (_, q) => row(q))]],
});
const occluded = {
  position: size - 1,
  measure: 'total-variation',
  method: 'hidden-keys',
  changes: Array.from({ length: size }, (_, token) => ({ token, change: token % 4 === 0 ? 0.8 : 0.2 })),
} as const;
const signed = Array.from({ length: size }, (_, i) => (i === 1 ? -4 : i === 2 ? 2 : 0));
const trace = traceOf(
  recorded,
  causes(recorded.stream(), occluded),
  attributions(recorded.stream(), signed, { name: 'LRP', evidence: 'contribution', query: size - 1 }),
);
type Props = ComponentProps<typeof EvidenceView>;
const keysIn = (region: Locator): Locator => region.getByRole('listbox', { name: 'keys' });
const show = (props: Partial<Props> = {}) => showView<Props>(EvidenceView as Component, { trace, ...props });

test('each bar is its share of the largest in its own column, to the left of 0 where it is negative', async () => {
  const { region } = await show();
  const rowOf = (key: number): Element => keysIn(region).getByRole('option').nth(key).element();
  const bars = (key: number): DOMRect[] =>
    [...rowOf(key).querySelectorAll('i')].map((bar) => bar.getBoundingClientRect());
  const track = rowOf(0).querySelector('i')!.parentElement!.offsetWidth;
  const [self, occlusion, lrp] = bars(1);
  expect(self!.width).toBeCloseTo(track, 0);
  expect(occlusion!.width).toBeCloseTo(track / 4, 0);
  expect(bars(4)[1]!.width).toBeCloseTo(track, 0);
  expect(lrp!.width).toBeCloseTo(track / 2, 0);
  expect(bars(2)[2]!.width).toBeCloseTo(track / 4, 0);
  expect(bars(2)[2]!.left).toBeCloseTo(lrp!.right, 0);
});

test('of a long list the rows in sight are there, below the heads of the columns; the badge of each opens there', async () => {
  const { region, change } = await show({ style: 'block-size: 300px' });
  await change({ selection: { query: size - 1, key: 30 } });
  const [first] = keysIn(region).getByRole('option').elements();
  await mouse.move(centerOf(keysIn(region).getByRole('option').first()));
  expect(first).toHaveTextContent(/^t0/);
  await expect.poll(() => announcedBy(region)).toContain('occlusion 0.80');
  const badge = region.getByRole('button', { name: 'causal' });
  await mouse.move(centerOf(badge));
  const told = region.getByText(/The model was run again/).first();
  await expect.element(told).toBeVisible();
  const [box, within] = [boxOf(told), boxOf(region)];
  expect(document.elementFromPoint(box.x + 5, box.y + 5)).not.toBeNull();
  expect(box.bottom).toBeLessThan(within.bottom);
  expect(box.left).toBeGreaterThan(within.left);
  expect(box.right).toBeLessThan(within.right);
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
