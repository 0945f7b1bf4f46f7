import axe from 'axe-core';
import { describe, expect, test } from 'vitest';
import { page, type Locator } from 'vitest/browser';
import { createTrace } from '../../../src/lib/index.js';
import { loadFixture } from '../../../src/stories/fixtures.js';
import { biased, groupedQuery } from '../../../src/stories/generated-heads.js';
import { centerOf, mouse, statusOf, usePage } from '../views/page.js';
import { queryOf, showNeurons } from './neurons.js';

usePage();

const pair = await loadFixture('pair');
const induction = await loadFixture('induction');

/** What axe has to say, one line a rule and place; contrast of colours included. */
async function complaints(region: Locator): Promise<string[]> {
  const { violations } = await axe.run(region.element());
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}

describe.each(['light', 'dark'] as const)('axe finds nothing, %s', (theme) => {
  test('lines at rest and hovered', async () => {
    const { region } = await showNeurons({ trace: pair, layer: 3, head: 1, theme });
    expect(await complaints(region)).toEqual([]);
    await mouse.move(centerOf(queryOf(region, 16)));
    await expect.poll(() => statusOf(region)).toContain('them → keys');
    expect(await complaints(region)).toEqual([]);
  });

  test('an opened query with hidden keys, hovered and locked', async () => {
    const { region } = await showNeurons({
      trace: induction,
      layer: 1,
      selection: { query: 8, key: 3 },
      theme,
    });
    expect(await complaints(region)).toEqual([]);
    await mouse.move(centerOf(region.getByRole('rowheader').nth(2)));
    await expect.poll(() => statusOf(region)).toContain('→');
    expect(await complaints(region)).toEqual([]);
  });

  test('notice, shared keys, and nothing recorded', async () => {
    const trace = createTrace({ tokens: ['a'], attention: [[[[1]]]] });
    for (const props of [
      { trace: biased('alibi'), selection: { query: 5 } },
      { trace: groupedQuery(), selection: { query: 5 } },
      { trace },
    ]) {
      const { region, unmount } = await showNeurons({ ...props, theme });
      expect(await complaints(region)).toEqual([]);
      await unmount();
    }
  });

  test('at 320 px', async () => {
    await page.viewport(320, 640);
    const { region } = await showNeurons({ trace: induction, selection: { query: 8 }, theme });
    expect(await complaints(region)).toEqual([]);
  });
});
