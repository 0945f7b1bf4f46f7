import { describe, expect, test, vi } from 'vitest';
import { userEvent, type Locator } from 'vitest/browser';
import { loadFixture } from '../../../src/stories/fixtures.js';
import { readWeights, shown, type Weights } from './fixture.js';
import {
  announcedBy,
  boxOf,
  centerOf,
  mouse,
  showHeadView,
  statusOf,
  textIn,
  tokenOf,
  usePage,
} from './page.js';

usePage();

const pair = await loadFixture('pair');
const weights = await readWeights('pair');
const everyHead = Array.from({ length: 12 }, (_, head) => head);
/** Layer 3, head 1: "them" looks at "keys". */
const [them, keys] = [16, 2];

/** The head with most weight between two tokens. */
const strongest = (layer: number, query: number, key: number, heads = everyHead) =>
  heads.reduce((a, b) => (weights.at(layer, b, query, key) > weights.at(layer, a, query, key) ? b : a));

/** How many weights of a part of the matrix get a line, as the status line says it. */
function counted(
  of: Weights,
  layer: number,
  heads: number[],
  threshold: number,
  queries = [0, of.queries],
  segment = [0, of.keys],
) {
  const count = { drawn: 0, total: 0 };
  for (const head of heads)
    for (let query = queries[0]!; query < queries[1]!; query++)
      for (let key = segment[0]!; key < segment[1]!; key++) {
        count.total++;
        if (of.at(layer, head, query, key) >= threshold) count.drawn++;
      }
  return `${count.drawn.toLocaleString('en')} of ${count.total.toLocaleString('en')} weights`;
}

const swatch = (region: Locator, head: number) =>
  region.getByRole('button', { name: `head ${head}`, exact: true });

async function chosenHeads(region: Locator): Promise<number[]> {
  const swatches = region.getByRole('group', { name: 'heads', exact: true }).getByRole('button').elements();
  return swatches.flatMap((element, head) => (element.getAttribute('aria-pressed') === 'true' ? [head] : []));
}

describe('hover', () => {
  test('on a query: its strongest key in the status line and to screen readers, numbers beside the keys', async () => {
    const onHoverChange = vi.fn();
    const { region } = await showHeadView({ trace: pair, layer: 3, heads: [1], onHoverChange });
    await mouse.move(centerOf(tokenOf(region, 'queries', them)));
    await expect.poll(() => announcedBy(region)).toBe('layer 3, head 1: them → keys 0.94');
    expect(statusOf(region)).toMatch(/^them → keys 0\.94 layer 3, head 1/);
    expect(onHoverChange.mock.lastCall).toEqual([
      { stream: 'self', layer: 3, head: null, query: them, key: null, value: null },
    ]);
    for (const key of [0, keys, 13, 23]) {
      const weight = weights.at(3, 1, them, key);
      const label = pair.stream().keyTokens[key]!.label;
      await expect
        .poll(() => textIn(boxOf(tokenOf(region, 'keys', key))))
        .toBe(weight >= 0.05 ? `${label} ${shown(weight)}` : label);
    }
    await mouse.leave();
    await expect.poll(() => announcedBy(region)).toBe('');
    expect(onHoverChange.mock.lastCall).toEqual([null]);
    expect(textIn(boxOf(tokenOf(region, 'keys', keys)))).toBe('keys');
  });

  test('on a key: the query that looks at it most', async () => {
    const { region } = await showHeadView({ trace: pair, layer: 3, heads: [1] });
    await mouse.move(centerOf(tokenOf(region, 'keys', keys)));
    await expect.poll(() => announcedBy(region)).toBe('layer 3, head 1: them → keys 0.94');
    await expect.poll(() => textIn(boxOf(tokenOf(region, 'queries', them)))).toMatch(/0\.94/);
    expect(textIn(boxOf(tokenOf(region, 'queries', 1)))).toContain(shown(weights.at(3, 1, 1, keys)));
    expect(textIn(boxOf(tokenOf(region, 'queries', 17)))).toBe('when');
  });
});

describe('a click', () => {
  test('locks a token; the other side then asks about the pair; the same click, or Escape, lets go', async () => {
    const onSelectionChange = vi.fn();
    const { region } = await showHeadView({ trace: pair, layer: 3, onSelectionChange });
    const query = tokenOf(region, 'queries', them);
    await mouse.click(centerOf(query));
    await expect.element(query).toHaveAttribute('aria-selected', 'true');
    expect(statusOf(region)).toContain('locked');
    expect(onSelectionChange.mock.lastCall![0]).toMatchObject({ layer: 3, query: them, key: null });

    await mouse.move(centerOf(tokenOf(region, 'keys', 15)));
    const head = strongest(3, them, 15);
    await expect
      .poll(() => announcedBy(region))
      .toBe(`layer 3, head ${head}: them → found ${shown(weights.at(3, head, them, 15))}`);
    await mouse.move(centerOf(tokenOf(region, 'queries', 0)));
    await expect.poll(() => announcedBy(region)).toMatch(/: \[CLS\] → /);
    await mouse.leave();
    await expect.poll(() => announcedBy(region)).toMatch(/: them → keys 0\.94/);

    await mouse.click(centerOf(query));
    await expect.element(query).toHaveAttribute('aria-selected', 'false');
    await mouse.click(centerOf(tokenOf(region, 'keys', keys)));
    await expect.element(tokenOf(region, 'keys', keys)).toHaveAttribute('aria-selected', 'true');
    expect(onSelectionChange.mock.lastCall![0]).toMatchObject({ query: null, key: keys });
    await mouse.leave();
    region.getByRole('listbox', { name: 'keys' }).element().focus();
    await userEvent.keyboard('{Escape}');
    await expect.poll(() => announcedBy(region)).toBe('');
    expect(onSelectionChange.mock.lastCall![0]).toMatchObject({ query: null, key: null });
  });
});

test('the keyboard alone: arrows move over tokens and between sides, Enter locks, Escape lets go', async () => {
  const { region } = await showHeadView({ trace: pair, layer: 3, heads: [1] });
  const lists = {
    queries: region.getByRole('listbox', { name: 'queries' }),
    keys: region.getByRole('listbox', { name: 'keys' }),
  };
  for (let i = 0; i < 40 && document.activeElement !== lists.queries.element(); i++)
    await userEvent.keyboard('{Tab}');
  await expect.element(lists.queries).toHaveFocus();
  await expect.element(lists.queries).toHaveAccessibleDescription(/Enter locks/);

  const activeOf = (side: 'queries' | 'keys') => {
    const id = lists[side].element().getAttribute('aria-activedescendant');
    return id === null ? null : Number(document.getElementById(id)!.getAttribute('aria-posinset')) - 1;
  };
  const moves: [keys: string, position: number][] = [
    ['{ArrowDown}', 0],
    ['{ArrowDown}', 1],
    ['{End}', 23],
    ['{ArrowDown}', 23],
    ['{ArrowUp}', 22],
    ['{Home}', 0],
  ];
  for (const [pressed, position] of moves) {
    await userEvent.keyboard(pressed);
    await expect.poll(() => activeOf('queries')).toBe(position);
  }
  for (let i = 0; i < them; i++) await userEvent.keyboard('{ArrowDown}');
  await expect.poll(() => announcedBy(region)).toBe('layer 3, head 1: them → keys 0.94');
  await userEvent.keyboard('{Enter}');
  await expect.element(tokenOf(region, 'queries', them)).toHaveAttribute('aria-selected', 'true');
  await userEvent.keyboard('{ArrowRight}');
  await expect.element(lists.keys).toHaveFocus();
  await userEvent.keyboard('{ArrowDown}');
  await expect
    .poll(() => announcedBy(region))
    .toBe(`layer 3, head 1: them → [CLS] ${shown(weights.at(3, 1, them, 0))}`);
  await expect.poll(() => activeOf('keys')).toBe(0);
  await userEvent.keyboard('{Escape}');
  await expect.element(tokenOf(region, 'queries', them)).toHaveAttribute('aria-selected', 'false');
  expect(statusOf(region)).toContain('hover, click to lock');
  await userEvent.keyboard('{ArrowLeft}');
  await expect.element(lists.queries).toHaveFocus();
});

describe('the squares of heads', () => {
  test('click shows and hides, but never the last', async () => {
    const onSelectionChange = vi.fn();
    const { region } = await showHeadView({ trace: pair, layer: 3, heads: [1, 4], onSelectionChange });
    await swatch(region, 7).click();
    await expect.poll(() => chosenHeads(region)).toEqual([1, 4, 7]);
    expect(statusOf(region)).toContain(counted(weights, 3, [1, 4, 7], 0.05));
    await swatch(region, 1).click();
    await swatch(region, 7).click();
    await expect.poll(() => chosenHeads(region)).toEqual([4]);
    const calls = onSelectionChange.mock.calls.length;
    await swatch(region, 4).click();
    await expect.poll(() => chosenHeads(region)).toEqual([4]);
    expect(onSelectionChange.mock.calls.length).toBe(calls);
    expect(onSelectionChange.mock.lastCall![0].heads).toEqual([4]);
  });

  test('double-click shows one alone, again all; so does a click with Shift', async () => {
    const { region } = await showHeadView({ trace: pair, layer: 3 });
    await swatch(region, 5).dblClick();
    await expect.poll(() => chosenHeads(region)).toEqual([5]);
    await swatch(region, 9).dblClick();
    await expect.poll(() => chosenHeads(region)).toEqual([9]);
    await swatch(region, 9).dblClick();
    await expect.poll(() => chosenHeads(region)).toEqual(everyHead);
    await swatch(region, 2).click({ modifiers: ['Shift'] });
    await expect.poll(() => chosenHeads(region)).toEqual([2]);
    expect(statusOf(region)).toContain(counted(weights, 3, [2], 0.05));
    await swatch(region, 2).click({ modifiers: ['Shift'] });
    await expect.poll(() => chosenHeads(region)).toEqual(everyHead);
  });

  test('work by keyboard', async () => {
    const { region } = await showHeadView({ trace: pair, layer: 3, heads: [1, 4] });
    swatch(region, 4).element().focus();
    await userEvent.keyboard(' ');
    await expect.poll(() => chosenHeads(region)).toEqual([1]);
    await userEvent.keyboard('{Tab}{Enter}');
    await expect.poll(() => chosenHeads(region)).toEqual([1, 5]);
  });
});

test('the layer, by list and by steps', async () => {
  const { region } = await showHeadView({ trace: pair, heads: [1] });
  await expect.poll(() => statusOf(region)).toContain(counted(weights, 0, [1], 0.05));
  await region.getByRole('button', { name: 'next layer' }).click();
  await expect.poll(() => statusOf(region)).toContain(counted(weights, 1, [1], 0.05));
  await userEvent.selectOptions(region.getByRole('combobox', { name: 'layer' }), '5');
  await expect.poll(() => statusOf(region)).toContain(counted(weights, 5, [1], 0.05));
  await expect.element(region.getByRole('button', { name: 'next layer' })).toBeDisabled();
});

test('a sentence pair: all, or one sentence looking at itself or the other', async () => {
  const { region } = await showHeadView({ trace: pair, layer: 3, heads: [1, 2] });
  const segments = region.getByRole('combobox', { name: 'segments' });
  const sentences = { A: [0, 14], B: [14, 24], all: [0, 24] };
  for (const [choice, queries, keys] of [
    ['A → A', 'A', 'A'],
    ['A → B', 'A', 'B'],
    ['B → A', 'B', 'A'],
    ['B → B', 'B', 'B'],
    ['segments: all', 'all', 'all'],
  ] as const) {
    await userEvent.selectOptions(segments, choice);
    await expect
      .poll(() => statusOf(region))
      .toContain(counted(weights, 3, [1, 2], 0.05, sentences[queries], sentences[keys]));
  }
});

test('streams: cross attention has decoder tokens as queries, encoder tokens as keys', async () => {
  const cross = await readWeights('dates', 'cross.attention');
  const { region } = await showHeadView({
    trace: await loadFixture('dates'),
    style: '--attentrace-height: 690px',
  });
  const said = (side: 'queries' | 'keys') =>
    region
      .getByRole('listbox', { name: side })
      .getByRole('option')
      .elements()
      .map((option) => textIn(option.getBoundingClientRect()));
  const date = [...'Tuesday, 3rd of March 1998'].map((character) => character.trim());
  await expect
    .poll(() =>
      said('queries')
        .slice(1, -1)
        .map((token) => token.replace(/[·␣]/, '')),
    )
    .toEqual(date);
  await userEvent.selectOptions(region.getByRole('combobox', { name: 'stream' }), 'cross');
  await expect.poll(() => said('queries')).toEqual(['<s>', ...'1998-03-03', '</s>']);
  expect(said('keys')).toHaveLength(28);
  expect(statusOf(region)).toContain(counted(cross, 0, [0, 1, 2, 3], 0.05));
  await userEvent.selectOptions(region.getByRole('combobox', { name: 'stream' }), 'decoder');
  await expect.poll(() => said('keys')).toEqual(['<s>', ...'1998-03-03', '</s>']);
});

test('the threshold takes numbers from 0 to 1', async () => {
  const { region } = await showHeadView({ trace: pair, layer: 3, heads: [1] });
  const threshold = region.getByRole('spinbutton', { name: 'threshold' });
  await expect.element(threshold).toHaveValue(0.05);
  await threshold.fill('0.35');
  await expect.poll(() => statusOf(region)).toContain(counted(weights, 3, [1], 0.35));
  await threshold.fill('7');
  await threshold.fill('');
  expect(statusOf(region)).toContain(counted(weights, 3, [1], 0.35));
  await threshold.fill('0');
  // A weight of 0 never gets a line.
  await expect.poll(() => statusOf(region)).toContain(counted(weights, 3, [1], Number.MIN_VALUE));
});

test('tokens out of sight are not in the page, and come when scrolled to, with their lines’ numbers', async () => {
  const paragraph = await readWeights('paragraph');
  const { region } = await showHeadView({
    trace: await loadFixture('paragraph'),
    layer: 3,
    heads: [0],
    threshold: 0.01,
  });
  const options = region.getByRole('listbox', { name: 'queries' }).getByRole('option');
  expect(options.elements().length).toBeLessThan(80);
  region.getByRole('listbox', { name: 'queries' }).element().focus();
  await userEvent.keyboard('{End}');
  const last = region
    .getByRole('listbox', { name: 'queries' })
    .getByRole('option', { selected: false })
    .last();
  await expect.element(last).toHaveAttribute('aria-posinset', '201');
  await expect.element(last).toBeInViewport();
  const row = Array.from({ length: 201 }, (_, key) => paragraph.at(3, 0, 200, key));
  const most = Math.max(...row);
  await expect
    .poll(() => announcedBy(region))
    .toMatch(new RegExp(`^layer 3, head 0: .* ${shown(most).replace('.', '\\.')}$`));
});
