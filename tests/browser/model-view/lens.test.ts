import { describe, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { paper, tableColor, toUnit } from '../../../src/lib/render/colors/index.js';
import { loadFixture } from '../../../src/stories/fixtures.js';
import { readWeights } from '../views/fixture.js';
import { boxOf, statusOf, usePage } from '../views/page.js';
import { takePicture } from '../views/pixels.js';
import { cellOf, gridOf, pointIn, showModel, thumbnailIn } from './model.js';

usePage();

const pair = await loadFixture('pair');
const weights = await readWeights('pair');
const last = 23;

describe('merged and left out', () => {
  test('the first token left out is zero in every thumbnail; renormalised, the rest has its weight', async () => {
    const { region, change } = await showModel({ trace: pair, thumbnail: 'matrix', hide: 'first' });
    const sum = (layer: number, head: number, query: number): number =>
      Array.from({ length: 24 }, (_, key) => weights.at(layer, head, query, key)).reduce((a, b) => a + b);
    for (const renormalize of [false, true]) {
      await change({ trace: pair, thumbnail: 'matrix', hide: 'first', renormalize });
      await expect.element(region).toHaveAttribute('aria-busy', 'false');
      const picture = await takePicture(boxOf(gridOf(region)));
      for (const [layer, head] of [
        [0, 0],
        [3, 1],
        [5, 11],
      ] as const)
        for (const query of [0, 7, last])
          for (const key of [0, 2, 9, last]) {
            const kept = 1 - weights.at(layer, head, query, 0) / sum(layer, head, query);
            const weight = key === 0 ? 0 : weights.at(layer, head, query, key) / (renormalize ? kept : 1);
            const box = thumbnailIn(cellOf(region, layer, head));
            const found = picture.at(pointIn(box, (key + 0.5) / 24, (query + 0.5) / 24));
            const expected = tableColor(paper, toUnit(weight, 'sqrt', [0, 1]));
            // Rounding to one of 256 colours may fall either way.
            found.forEach((value, i) =>
              expect(Math.abs(value - expected[i]!), `${layer}.${head} ${query},${key}`).toBeLessThan(4),
            );
          }
    }
    await region.getByRole('button', { name: 'first token hidden, renormalised' }).click();
    await expect.element(region.getByRole('button', { name: 'first token hidden' })).not.toBeInTheDocument();
  });

  test('words: chosen in the toolbar, in the grid and in the head shown large alike', async () => {
    const { region } = await showModel({
      trace: pair,
      thumbnail: 'matrix',
      open: true,
      selection: { layer: 3, heads: [1] },
    });
    const options = region.getByRole('button', { name: 'options' }).first();
    await options.click();
    await region.getByRole('combobox', { name: 'rows and columns' }).first().selectOptions('words');
    await expect.element(region.getByRole('button', { name: 'merged into words' }).first()).toBeVisible();
    const large = page.getByRole('region', { name: 'layer 3, head 1', exact: true });
    await expect
      .poll(() => large.getByRole('listbox', { name: 'keys' }).getByRole('option').elements().length)
      .toBe(23);
    await expect.element(region).toHaveAttribute('aria-busy', 'false');
    expect(statusOf(region)).toContain('layer 3, head 1');
  });
});
