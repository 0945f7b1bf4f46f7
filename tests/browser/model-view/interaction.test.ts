import { describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { distance, entropy, previousTokenScore } from '../../../src/lib/analysis/index.js';
import type { Hover, Selection } from '../../../src/lib/index.js';
import { loadFixture } from '../../../src/stories/fixtures.js';
import {
  announcedBy,
  boxOf,
  centerOf,
  mouse,
  statusOf,
  swipe,
  tap,
  tokenOf,
  usePage,
} from '../views/page.js';
import { cellOf, gridOf, headsIn, nameOf, showModel } from './model.js';

usePage();

const pair = await loadFixture('pair');
const stream = pair.stream();
const detail = (name: string) => page.getByRole('region', { name, exact: true });

describe('a head large', () => {
  test('a click opens it, another switches, the same closes', async () => {
    const selections: Selection[] = [];
    const { region } = await showModel({ trace: pair, onSelectionChange: (next) => selections.push(next) });
    await mouse.click(centerOf(cellOf(region, 3, 1)));
    await expect.element(detail('layer 3, head 1').getByRole('listbox', { name: 'queries' })).toBeVisible();
    await expect.element(cellOf(region, 3, 1)).toHaveAttribute('aria-selected', 'true');
    expect(selections.at(-1)).toMatchObject({ stream: 'self', layer: 3, heads: [1] });

    // The grid has made room for it.
    await expect
      .poll(() => boxOf(gridOf(region)).right)
      .toBeLessThan(boxOf(detail('layer 3, head 1')).left + 1);
    await mouse.click(centerOf(cellOf(region, 4, 2)));
    await expect.element(detail('layer 4, head 2')).toBeVisible();
    expect(detail('layer 3, head 1').query()).toBeNull();

    await mouse.click(centerOf(cellOf(region, 4, 2)));
    await expect.poll(() => detail('layer 4, head 2').query()).toBeNull();
    await expect.element(cellOf(region, 4, 2)).toHaveAttribute('aria-selected', 'false');
    expect(selections.at(-1)).toMatchObject({ layer: 4, heads: [...stream.heads] });
  });

  test('hovering a token isolates its lines, and says so in both', async () => {
    const { region } = await showModel({ trace: pair, open: true, selection: { layer: 3, heads: [1] } });
    const large = detail('layer 3, head 1');
    await mouse.move(centerOf(tokenOf(large, 'queries', 16)));
    await expect.poll(() => statusOf(large)).toContain('them → keys');
    await expect.poll(() => statusOf(region)).toContain('layer 3, head 1');
  });

  test('what is chosen in it is chosen in the grid', async () => {
    const { region } = await showModel({ trace: pair, open: true, selection: { layer: 3, heads: [1] } });
    await detail('layer 3, head 1').getByRole('button', { name: 'next layer' }).click();
    await expect.element(cellOf(region, 4, 1)).toHaveAttribute('aria-selected', 'true');
    await expect.element(detail('layer 4, head 1')).toBeVisible();
  });

  test('as a heatmap and back', async () => {
    const { region } = await showModel({ trace: pair, open: true, selection: { layer: 3, heads: [1] } });
    const kinds = region.getByRole('group', { name: 'show as' });
    await kinds.getByRole('button', { name: 'matrix' }).click();
    await expect.element(detail('layer 3, head 1').getByRole('application')).toBeVisible();
    await kinds.getByRole('button', { name: 'lines' }).click();
    await expect.element(detail('layer 3, head 1').getByRole('listbox', { name: 'keys' })).toBeVisible();
  });

  test('over the grid where there is no room beside it; closing gives the grid its focus back', async () => {
    await page.viewport(320, 700);
    const { region } = await showModel({ trace: pair });
    await mouse.click(centerOf(cellOf(region, 1, 2)));
    const large = detail('layer 1, head 2');
    await expect.element(large).toBeVisible();
    await expect.poll(() => boxOf(large).width).toBeGreaterThan(boxOf(region).width * 0.9);
    await expect.element(region.getByRole('button', { name: 'close' })).toHaveFocus();
    await userEvent.keyboard('{Escape}');
    await expect.poll(() => large.query()).toBeNull();
    await expect.element(gridOf(region)).toHaveFocus();
  });

  test('is not shown where other views do', async () => {
    const onSelectionChange = vi.fn();
    const { region } = await showModel({ trace: pair, detail: 'none', onSelectionChange });
    await mouse.click(centerOf(cellOf(region, 2, 3)));
    await expect.element(cellOf(region, 2, 3)).toHaveAttribute('aria-selected', 'true');
    expect(onSelectionChange).toHaveBeenLastCalledWith(expect.objectContaining({ layer: 2, heads: [3] }));
    expect(region.getByRole('region').query()).toBeNull();
    await mouse.click(centerOf(cellOf(region, 2, 3)));
    await expect.element(cellOf(region, 2, 3)).toHaveAttribute('aria-selected', 'false');
  });

  test('takes no focus when the page opens it', async () => {
    await page.viewport(320, 700);
    await showModel({ trace: pair, open: true, selection: { layer: 3, heads: [1] } });
    await expect.element(detail('layer 3, head 1')).toBeVisible();
    expect(document.activeElement).toBe(document.body);
  });
});

describe('hover', () => {
  test('names the head, shows it larger beside its cell, and tells the page', async () => {
    const hovers: (Hover | null)[] = [];
    const { region } = await showModel({ trace: pair, onHoverChange: (hover) => hovers.push(hover) });
    for (const [layer, head] of [
      [0, 0],
      [5, 11],
      [3, 6],
    ] as const) {
      const cell = cellOf(region, layer, head);
      await mouse.move(centerOf(cell));
      await expect.poll(() => statusOf(region)).toContain(`layer ${layer}, head ${head}`);
      const card = region.element().querySelector('.card')!;
      await expect.poll(() => card.checkVisibility()).toBe(true);
      const [at, of] = [card.getBoundingClientRect(), boxOf(cell)];
      expect(at.width).toBeGreaterThan(of.width * 1.5);
      const apart = at.left >= of.right || at.right <= of.left || at.top >= of.bottom || at.bottom <= of.top;
      expect(apart).toBe(true);
      expect(card.textContent).toContain(`layer ${layer}, head ${head}`);
    }
    expect(hovers.at(-1)).toEqual({
      stream: 'self',
      layer: 3,
      head: 6,
      query: null,
      key: null,
      value: null,
    });
    await mouse.leave();
    await expect.poll(() => hovers.at(-1)).toBeNull();
    expect(region.element().querySelector('.card')!.checkVisibility()).toBe(false);
  });

  test('from another view marks the head without a card', async () => {
    const hover = { stream: 'self', layer: 2, head: 5, query: 1, key: 2, value: 0.1 } as const;
    const { region } = await showModel({ trace: pair, hover });
    expect(statusOf(region)).toContain('layer 2, head 5');
    expect(region.element().querySelector('.card')!.checkVisibility()).toBe(false);
  });
});

describe('keys', () => {
  test('walk the grid, open, switch and close', async () => {
    const { region } = await showModel({ trace: pair });
    gridOf(region).element().focus();
    const focused = () => {
      const id = gridOf(region).element().getAttribute('aria-activedescendant');
      return id && nameOf(document.getElementById(id)!);
    };
    for (const [key, place] of [
      ['{ArrowDown}', 'layer 0, head 0'],
      ['{ArrowDown}', 'layer 1, head 0'],
      ['{ArrowRight}{ArrowRight}', 'layer 1, head 2'],
      ['{ArrowUp}{ArrowUp}{ArrowUp}', 'layer 0, head 2'],
      ['{End}', 'layer 0, head 11'],
      ['{ArrowRight}', 'layer 0, head 11'],
      ['{PageDown}', 'layer 5, head 11'],
      ['{ArrowLeft}', 'layer 5, head 10'],
      ['{Home}', 'layer 5, head 0'],
      ['{Control>}{End}{/Control}', 'layer 5, head 11'],
      ['{Control>}{Home}{/Control}', 'layer 0, head 0'],
    ] as const) {
      await userEvent.keyboard(key);
      await expect.poll(focused, { message: key }).toBe(place);
      await expect.poll(() => announcedBy(region)).toBe(place);
    }
    await userEvent.keyboard('{Enter}');
    await expect.element(detail('layer 0, head 0')).toBeVisible();
    await userEvent.keyboard('{ArrowRight}{Enter}');
    await expect.element(detail('layer 0, head 1')).toBeVisible();
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => detail('layer 0, head 1').query()).toBeNull();
    await userEvent.keyboard(' {Escape}');
    await expect.poll(() => region.getByRole('region').query()).toBeNull();
    await expect.element(gridOf(region)).toHaveFocus();
  });

  test('scroll to the head they go to', async () => {
    await page.viewport(320, 700);
    const { region } = await showModel({ trace: pair });
    gridOf(region).element().focus();
    await userEvent.keyboard('{ArrowDown}{End}');
    await expect.element(cellOf(region, 0, 11)).toBeVisible();
    await expect.poll(() => boxOf(cellOf(region, 0, 11)).right).toBeLessThanOrEqual(boxOf(region).right + 1);
  });
});

describe('order', () => {
  const values = (measure: (layer: number, head: number) => number) =>
    stream.layers.flatMap((layer) =>
      stream.heads.map((head) => ({ layer, head, value: measure(layer, head) })),
    );

  test('by entropy in each layer, its value in the margin of each head', async () => {
    const { region } = await showModel({ trace: pair, orderBy: 'entropy' });
    const expected = values((layer, head) => entropy(stream.matrix(layer, head)) as number);
    const order = stream.layers.flatMap((layer) =>
      expected.filter((v) => v.layer === layer).sort((a, b) => b.value - a.value),
    );
    expect(headsIn(region)).toEqual(order.map(({ layer, head }) => `${layer}.${head}`));
    const shown = region
      .getByRole('gridcell')
      .elements()
      .map((cell) => cell.querySelector('.caption')!.textContent!.trim().split(/\s+/));
    expect(shown).toEqual(order.map(({ head, value }) => [String(head), value.toFixed(2)]));
    await mouse.move(centerOf(cellOf(region, 3, 1)));
    const { value } = expected.find((v) => v.layer === 3 && v.head === 1)!;
    await expect.poll(() => statusOf(region)).toContain(`entropy ${value.toFixed(2)}`);
  });

  test('chosen in the toolbar: by previous token, over all layers, lowest first', async () => {
    const { region } = await showModel({ trace: pair });
    expect(headsIn(region)[0]).toBe('0.0');
    await region.getByRole('combobox', { name: 'order', exact: true }).selectOptions('by previous token');
    await region.getByRole('combobox', { name: 'order within' }).selectOptions('over all layers');
    const expected = values((layer, head) => previousTokenScore(stream.matrix(layer, head)) as number)
      .sort((a, b) => b.value - a.value)
      .map(({ layer, head }) => `${layer}.${head}`);
    await expect.poll(() => headsIn(region).slice(0, 24)).toEqual(expected.slice(0, 24));
    await region.getByRole('button', { name: 'highest first' }).click();
    await expect.poll(() => headsIn(region).slice(0, 24)).toEqual(expected.toReversed().slice(0, 24));
    await region.getByRole('combobox', { name: 'order', exact: true }).selectOptions('model order');
    await expect.poll(() => headsIn(region).slice(0, 2)).toEqual(['0.0', '0.1']);
  });

  test('cross attention has no distance: it keeps the model’s order, and offers only what means something', async () => {
    const dates = await loadFixture('dates');
    const { region } = await showModel({ trace: dates, stream: 'cross', orderBy: 'distance' });
    expect(headsIn(region).slice(0, 4)).toEqual(['0.0', '0.1', '0.2', '0.3']);
    const picker = region.getByRole('combobox', { name: 'order', exact: true });
    expect([...(picker.element() as HTMLSelectElement).options].map(({ label }) => label)).toEqual([
      'model order',
      'by entropy',
      'by effective keys',
      'by confidence',
      'by first token',
    ]);
    await region.getByRole('combobox', { name: 'stream' }).selectOptions('encoder');
    const encoder = dates.stream('encoder');
    const sorted = [...encoder.heads]
      .map((head) => ({ head, value: distance(encoder.matrix(0, head)) as number }))
      .sort((a, b) => b.value - a.value);
    await expect.poll(() => headsIn(region).slice(0, 4)).toEqual(sorted.map(({ head }) => `0.${head}`));
  });
});

describe('filters', () => {
  test('keep the model’s numbers, and the order of the model', async () => {
    const view = await showModel({ trace: pair, includeLayers: [5, 1], includeHeads: [11, 0] });
    expect(headsIn(view.region)).toEqual(['1.0', '1.11', '5.0', '5.11']);
    await expect.element(view.region.getByRole('columnheader', { name: 'head 11' })).toBeVisible();
    await expect.element(view.region.getByRole('rowheader', { name: 'layer 5' })).toBeVisible();
    await view.change({ includeLayers: [2], includeHeads: undefined });
    await expect.poll(() => headsIn(view.region)).toEqual(stream.heads.map((head) => `2.${head}`));
  });

  test('a number no stream holds is an error that lists those there are', async () => {
    const { region } = await showModel({ trace: pair, includeHeads: [0, 12] });
    await expect.element(region.getByRole('alert')).toHaveTextContent(/includeHeads.*12.*0, 1, 2/);
  });
});

test('grid, rows, headers and cells say what and where they are', async () => {
  const { region } = await showModel({ trace: pair, includeLayers: [1, 3] });
  const grid = gridOf(region).element();
  expect([grid.getAttribute('aria-rowcount'), grid.getAttribute('aria-colcount')]).toEqual(['3', '13']);
  const cell = cellOf(region, 3, 2).element();
  expect(cell.getAttribute('aria-colindex')).toBe('4');
  expect(cell.parentElement!.getAttribute('aria-rowindex')).toBe('3');
  expect(region.getByRole('columnheader').elements()).toHaveLength(13);
  expect(document.getElementById(grid.getAttribute('aria-describedby')!)!.textContent).toContain(
    'Arrow keys',
  );
});

describe('touch', () => {
  test('a tap opens a head, the button closes it; nothing is left hovered', async () => {
    await page.viewport(320, 640);
    const { region } = await showModel({ trace: pair });
    await tap(centerOf(cellOf(region, 1, 2)));
    await expect.element(detail('layer 1, head 2')).toBeVisible();
    expect(region.element().querySelector('.card')!.checkVisibility()).toBe(false);
    await tap(centerOf(region.getByRole('button', { name: 'close', exact: true })));
    await expect.poll(() => detail('layer 1, head 2').query()).toBeNull();
    expect(statusOf(region)).not.toContain('head 2');
  });

  test('a swipe scrolls the grid and opens nothing', async () => {
    await page.viewport(320, 400);
    const { region } = await showModel({ trace: pair, style: '--attentrace-height: 300px' });
    const scroller = gridOf(region).element().closest('.scroller')!;
    await swipe(centerOf(cellOf(region, 2, 2)), -100);
    await expect.poll(() => scroller.scrollTop).toBeGreaterThan(30);
    expect(region.getByRole('region').query()).toBeNull();
  });
});
