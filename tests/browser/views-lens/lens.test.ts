import { render } from 'vitest-browser-svelte';
import { userEvent, type Locator } from 'vitest/browser';
import { describe, expect, test, vi } from 'vitest';
import type { Hover, Selection } from '../../../src/lib/index.js';
import Bound from '../views/Bound.svelte';
import { shown } from '../views/fixture.js';
import {
  announcedBy,
  cellOf,
  centerOf,
  drawn,
  mouse,
  showHeadView,
  showHeatmap,
  statusOf,
  tokenOf,
  usePage,
} from '../views/page.js';
import { pair, raw, rowOf, weights, words, wordWeight } from './words.js';

usePage();

/** The last word of "cellist" and what it belongs to. */
const ist = raw.indexOf('##ist');
const cellist = words.findIndex((positions) => positions.includes(ist));
const place = { layer: 3, head: 1 };

const openOptions = async (region: Locator) => {
  await region.getByRole('button', { name: 'options', exact: true }).click();
  await expect.element(region.getByRole('group', { name: 'options' })).toBeVisible();
};
const choose = (region: Locator, name: string, option: string) =>
  userEvent.selectOptions(region.getByRole('combobox', { name }), option);
const chip = (region: Locator, name: RegExp) => region.getByRole('button', { name });

const views = {
  Heatmap: {
    show: (props: object = {}) => showHeatmap({ trace: pair, ...place, ...props }),
    rows: (region: Locator) => statusOf(region).match(/(\d+) × \d+$/)?.[1],
  },
  HeadView: {
    show: (props: object = {}) =>
      showHeadView({ trace: pair, layer: 3, heads: [1], style: '--attentrace-height: 690px', ...props }),
    rows: (region: Locator) =>
      String(region.getByRole('listbox', { name: 'queries' }).getByRole('option').elements().length),
  },
};

describe.each(Object.entries(views))('%s: what is merged and left out', (_, { show, rows }) => {
  test.each([
    ['words', 'merged into words', 23],
    ['sentences', 'merged into sentences', 5],
    ['segments', 'merged into segments', 2],
  ])('the menu merges into %s; a chip says so and undoes it', async (option, name, count) => {
    const { region } = await show();
    expect(region.getByRole('combobox', { name: 'rows and columns' }).elements()).toEqual([]);
    await openOptions(region);
    await choose(region, 'rows and columns', option);
    await expect.poll(() => rows(region)).toBe(String(count));
    await chip(region, new RegExp(name)).click();
    await expect.poll(() => rows(region)).toBe('24');
    expect(chip(region, /merged/).elements()).toEqual([]);
    await expect.element(region.getByRole('combobox', { name: 'rows and columns' })).toHaveValue('token');
  });

  test.each([
    ['first token', 'first token hidden'],
    ['special tokens', 'special tokens hidden'],
  ])(
    'the menu leaves out %s, renormalised or not; the chip says which and undoes it',
    async (option, name) => {
      const { region } = await show();
      await openOptions(region);
      await choose(region, 'leave out keys', option);
      await expect.element(chip(region, new RegExp(`^${name} ×$`))).toBeVisible();
      await region.getByRole('button', { name: 'renormalise' }).click();
      await expect.element(chip(region, new RegExp(`^${name}, renormalised ×$`))).toBeVisible();
      await chip(region, new RegExp(name)).click();
      await expect.element(region.getByRole('combobox', { name: 'leave out keys' })).toHaveValue('none');
      expect(chip(region, /hidden/).elements()).toEqual([]);
    },
  );

  test('token positions of one’s own are counted, and undone', async () => {
    const { region } = await show({ hide: [4, 7] });
    await openOptions(region);
    await expect.element(region.getByRole('combobox', { name: 'leave out keys' })).toHaveValue('custom');
    await chip(region, /^2 tokens hidden ×$/).click();
    await expect.element(region.getByRole('combobox', { name: 'leave out keys' })).toHaveValue('none');
  });

  test('the menu opens, is walked and closes by keys, and gives the focus back', async () => {
    const { region } = await show();
    const button = region.getByRole('button', { name: 'options', exact: true });
    button.element().focus();
    await userEvent.keyboard('{Enter}');
    await expect.element(button).toHaveAttribute('aria-expanded', 'true');
    await userEvent.keyboard('{Tab}');
    expect(region.getByRole('group', { name: 'options' }).element().contains(document.activeElement)).toBe(
      true,
    );
    await userEvent.keyboard('{Escape}');
    await expect.element(button).toHaveAttribute('aria-expanded', 'false');
    await expect.element(button).toHaveFocus();
  });
});

/** A word as it is told: with its position among words where it stands there again. */
function nameOf(positions: readonly number[], position: number): string {
  const labelOf = (of: readonly number[]) => of.map((token) => raw[token]!.replace('##', '')).join('');
  const label = labelOf(positions);
  return words.filter((word) => labelOf(word) === label).length > 1 ? `${label}·${position}` : label;
}

describe('Heatmap: positions outside are those of tokens', () => {
  test('hover and selection; weights are those of words', async () => {
    const onHoverChange = vi.fn<(hover: Hover | null) => void>();
    const onSelectionChange = vi.fn<(selection: Selection) => void>();
    const { region } = await showHeatmap({
      trace: pair,
      ...place,
      granularity: 'word',
      onHoverChange,
      onSelectionChange,
    });
    // After "cellist" words and tokens are numbered differently.
    const [them, keys] = [15, 2];
    const at = cellOf(region, them, keys, 23);
    await mouse.click(at);
    await expect.poll(() => statusOf(region)).toContain(`them → keys ${shown(wordWeight(3, 1, them, keys))}`);
    const { value, ...where } = onHoverChange.mock.lastCall![0]!;
    expect(where).toEqual({ stream: 'self', ...place, query: raw.indexOf('them'), key: 2 });
    expect(value).toBeCloseTo(wordWeight(3, 1, them, keys), 5);
    expect(onSelectionChange.mock.lastCall![0]).toMatchObject({ query: raw.indexOf('them'), key: 2 });

    await mouse.move(cellOf(region, cellist, cellist, 23));
    await expect
      .poll(() => announcedBy(region))
      .toContain(`layer 3, head 1: cellist → cellist ${shown(wordWeight(3, 1, cellist, cellist))},`);
    // The first token of a word stands for it.
    expect(onHoverChange.mock.lastCall![0]).toMatchObject({ query: ist - 1, key: ist - 1 });
  });

  test('a selection from outside marks the word that holds the token', async () => {
    const screen = await render(Bound, {
      view: 'Heatmap',
      of: { trace: pair, theme: 'light', ...place, granularity: 'word' },
    });
    const region = screen.getByRole('region');
    await drawn(region);
    screen.component.bind({ selection: { layer: 3, heads: [1], query: ist, key: ist } });
    await expect.poll(() => statusOf(region)).toMatch(/^cellist → cellist .* locked/);
  });

  test('every weight of a row of words, by the keyboard', async () => {
    const { region } = await showHeatmap({
      trace: pair,
      ...place,
      granularity: 'word',
      selection: { query: raw.indexOf('them'), key: 0 },
    });
    region.getByRole('application').element().focus();
    for (const [key, positions] of words.entries()) {
      if (key > 0) await userEvent.keyboard('{ArrowRight}');
      const label = nameOf(positions, key);
      const weight = wordWeight(3, 1, 15, key);
      await expect
        .poll(() => announcedBy(region))
        .toContain(`layer 3, head 1: them → ${label} ${weight < 0.001 ? '<0.001' : shown(weight)},`);
    }
  });

  test('left out and renormalised: the numbers are those of what is left', async () => {
    const { region } = await showHeatmap({ trace: pair, ...place, hide: 'special', renormalize: true });
    const [query, key] = [15, 7];
    const row = rowOf(3, 1, query);
    const left = row.reduce((sum, weight, i) => (raw[i]!.startsWith('[') ? sum : sum + weight), 0);
    const before = row.reduce((sum, weight) => sum + weight, 0);
    await mouse.move(cellOf(region, query, key, 24));
    await expect
      .poll(() => announcedBy(region))
      .toContain(`layer 3, head 1: found → lost ${shown((row[key]! * before) / left)},`);
    await mouse.move(cellOf(region, query, 23, 24));
    await expect.poll(() => announcedBy(region)).toBe('layer 3, head 1: found → [SEP]·23 0, left out');
  });
});

describe('HeadView: positions outside are those of tokens', () => {
  test('hover and selection', async () => {
    const onHoverChange = vi.fn<(hover: Hover | null) => void>();
    const onSelectionChange = vi.fn<(selection: Selection) => void>();
    const { region } = await showHeadView({
      trace: pair,
      layer: 3,
      heads: [1],
      granularity: 'word',
      onHoverChange,
      onSelectionChange,
    });
    await mouse.click(centerOf(tokenOf(region, 'queries', 15)));
    await expect.poll(() => statusOf(region)).toContain(`them → keys ${shown(wordWeight(3, 1, 15, 2))}`);
    expect(onHoverChange.mock.lastCall![0]).toMatchObject({ query: raw.indexOf('them'), key: null });
    expect(onSelectionChange.mock.lastCall![0]).toMatchObject({ query: raw.indexOf('them'), key: null });
    await mouse.move(centerOf(tokenOf(region, 'keys', cellist)));
    await expect
      .poll(() => onHoverChange.mock.lastCall![0])
      .toMatchObject({ query: raw.indexOf('them'), key: ist - 1 });
    expect(onHoverChange.mock.lastCall![0]!.value).toBeCloseTo(wordWeight(3, 1, 15, cellist), 5);
  });

  test('the numbers beside the keys are sums over the pieces of each', async () => {
    const { region } = await showHeadView({
      trace: pair,
      layer: 3,
      heads: [0],
      granularity: 'word',
      threshold: 0.01,
      selection: { query: raw.indexOf('cell') },
      style: '--attentrace-height: 690px',
    });
    const found = () =>
      words.map(
        (_, key) =>
          tokenOf(region, 'keys', key)
            .element()
            .textContent!.match(/[\d.]+$/)?.[0] ?? '',
      );
    const expected = words.map((_, key) => {
      const weight = wordWeight(3, 0, cellist, key);
      return weight >= 0.01 ? shown(weight) : '';
    });
    expect(expected.filter(Boolean).length).toBeGreaterThan(3);
    await expect.poll(found).toEqual(expected);
  });

  test('keys that are left out get no lines, and are crossed out', async () => {
    const { region } = await showHeadView({
      trace: pair,
      layer: 0,
      heads: [3],
      hide: 'first',
      threshold: 0.02,
      style: '--attentrace-height: 690px',
    });
    const lines = raw
      .flatMap((_, query) => rowOf(0, 3, query).slice(1))
      .filter((weight) => weight >= 0.02).length;
    await expect.poll(() => statusOf(region)).toContain(`${lines} of 576 weights`);
    expect(weights.at(0, 3, 0, 0)).toBeGreaterThan(0.02);
    const decoration = (key: number) =>
      getComputedStyle(tokenOf(region, 'keys', key).getByText(raw[key]!, { exact: true }).element())
        .textDecorationLine;
    expect([decoration(0), decoration(1)]).toEqual(['line-through', 'none']);
  });
});
