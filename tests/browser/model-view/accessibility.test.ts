import axe from 'axe-core';
import { describe, expect, test } from 'vitest';
import { page, type Locator } from 'vitest/browser';
import { loadFixture } from '../../../src/stories/fixtures.js';
import { boxOf, centerOf, drawn, mouse, statusOf, usePage } from '../views/page.js';
import { cellOf, gridOf, showModel } from './model.js';

usePage();

const pair = await loadFixture('pair');

/** What axe has to say, one line a rule and place; contrast of colours included. */
async function complaints(region: Locator): Promise<string[]> {
  const { violations } = await axe.run(region.element());
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}

describe.each(['light', 'dark'] as const)('axe finds nothing, %s', (theme) => {
  test('lines at rest and hovered, ordered', async () => {
    const { region } = await showModel({ trace: pair, theme, orderBy: 'entropy' });
    expect(await complaints(region)).toEqual([]);
    await mouse.move(centerOf(cellOf(region, 2, 4)));
    await expect.poll(() => statusOf(region)).toContain('layer 2, head 4');
    expect(await complaints(region)).toEqual([]);
  });

  test.each(['lines', 'matrix'] as const)('a head open as %s', async (kind) => {
    const { region } = await showModel({
      trace: pair,
      theme,
      thumbnail: 'matrix',
      open: true,
      detail: kind,
      selection: { layer: 3, heads: [1] },
    });
    await drawn(page.getByRole('region', { name: 'layer 3, head 1' }));
    expect(await complaints(region)).toEqual([]);
  });

  test('streams, one missing a layer, nothing, and wrong input', async () => {
    const dates = await loadFixture('dates');
    const view = await showModel({ trace: dates, theme, stream: 'cross' });
    expect(await complaints(view.region)).toEqual([]);
    await view.change({ trace: undefined });
    await expect.element(view.region.getByText('No attention yet')).toBeVisible();
    expect(await complaints(view.region)).toEqual([]);
    await view.change({ trace: pair, includeLayers: [9] });
    await expect.element(view.region.getByRole('alert')).toBeVisible();
    expect(await complaints(view.region)).toEqual([]);
  });
});

test('at 320 px nothing but the grid scrolls sideways, and a finger hits a head', async () => {
  await page.viewport(320, 700);
  const { region } = await showModel({ trace: pair, orderBy: 'previous-token', thumbnail: 'matrix' });
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(320);
  for (const control of region.getByRole('button').elements())
    expect(control.getBoundingClientRect().right).toBeLessThanOrEqual(boxOf(region).right);
  const cell = boxOf(region.getByRole('gridcell').first());
  expect(Math.min(cell.width, cell.height)).toBeGreaterThanOrEqual(44);
  const scroller = gridOf(region).element().closest('.scroller')!;
  expect(scroller.scrollWidth).toBeGreaterThan(scroller.clientWidth);
});
