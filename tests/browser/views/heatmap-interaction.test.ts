import { describe, expect, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { loadFixture } from '../../../src/stories/fixtures.js';
import { readWeights, shown } from './fixture.js';
import { announcedBy, boxOf, cellOf, mouse, showHeatmap, statusOf, textIn, usePage } from './page.js';
import { takePicture } from './pixels.js';

usePage();

const startOf = (text: string): RegExp => new RegExp(`^${text.replace(/[.[\]<]/g, '\\$&')}`);

const pair = await loadFixture('pair');
const weights = await readWeights('pair');
/** Layer 3, head 1: "them" looks at "keys". */
const them = { query: 16, key: 2 };
const place = { layer: 3, head: 1 };

const shownWeight = (query: number, key: number) => shown(weights.at(3, 1, query, key));
const showPair = (props: object = {}) => showHeatmap({ trace: pair, ...place, ...props });

describe('hover', () => {
  test('says which query, which key and how much, in the status line, the tooltip and to screen readers', async () => {
    const onHoverChange = vi.fn();
    const { region } = await showPair({ onHoverChange });
    expect(statusOf(region)).toContain('hover, click to lock');
    expect(announcedBy(region)).toBe('');

    await mouse.move(cellOf(region, them.query, them.key, 24));
    await expect
      .poll(() => statusOf(region))
      .toBe('them → keys 0.94 layer 3, head 1 1st of 24 in its row 24 × 24');
    await expect
      .poll(() => textIn(boxOf(region.getByRole('application'))))
      .toBe('them → keys 0.94 layer 3, head 1');
    expect(announcedBy(region)).toBe('layer 3, head 1: them → keys 0.94, 1st of 24 in its row');
    expect(onHoverChange.mock.lastCall).toEqual([
      { stream: 'self', layer: 3, head: 1, ...them, value: weights.at(3, 1, 16, 2) },
    ]);

    await mouse.move(cellOf(region, 0, 23, 24));
    await expect.poll(() => statusOf(region)).toContain(`[CLS] → [SEP]·23 ${shownWeight(0, 23)}`);
    const calls = onHoverChange.mock.calls.length;
    await mouse.move({ x: 1270, y: 690 });
    await expect.poll(() => statusOf(region)).toContain('hover, click to lock');
    expect(announcedBy(region)).toBe('');
    expect(onHoverChange.mock.calls.slice(calls)).toEqual([[null]]);
  });

  test('marks row, column and cell, and changes no colour of a weight', async () => {
    const { region } = await showPair();
    const plot = boxOf(region.getByRole('application'));
    const before = await takePicture(plot);
    // Low and far right, so that the tooltip hides few cells.
    const [query, key] = [10, 20];
    await mouse.move(cellOf(region, query, key, 24));
    await expect.poll(() => announcedBy(region)).not.toBe('');
    const after = await takePicture(plot);
    const [width, height] = [plot.width / 24, plot.height / 24];
    const marked = { row: 0, column: 0, elsewhere: 0 };
    before.each((color, at) => {
      if (after.at(at).join() === color.join()) return;
      const rows = (at.y - plot.y) / height - query;
      const columns = (at.x - plot.x) / width - key;
      const near = (distance: number) => distance > -0.2 && distance < 1.2;
      if (near(rows) && columns < -2) marked.row++;
      else if (near(columns) && rows < -2) marked.column++;
      else if (rows < -2 || columns < -8) marked.elsewhere++;
    });
    expect(marked.row).toBeGreaterThan(width * (key - 3));
    expect(marked.column).toBeGreaterThan(height * (query - 3));
    expect(marked.elsewhere).toBe(0);
    for (let other = 0; other < key - 2; other++) {
      const middle = cellOf(region, query, other, 24);
      expect(after.at(middle)).toEqual(before.at(middle));
    }
  });

  test('says of a position that a causal query cannot see just that', async () => {
    const { region } = await showHeatmap({ trace: await loadFixture('induction'), layer: 1, head: 0 });
    await mouse.move(cellOf(region, 3, 9, 41));
    await expect
      .poll(() => statusOf(region))
      .toMatch(/t40.* → t45.* 0 layer 1, head 0 a later position: this query cannot see it/);
  });

  test('lists the keys of the row beside a wide plot, most weight first', async () => {
    const { region } = await showPair();
    await mouse.move(cellOf(region, them.query, them.key, 24));
    await expect.element(region.getByText('Query “them” looks at')).toBeVisible();
    const row = Array.from({ length: 24 }, (_, key) => weights.at(3, 1, them.query, key));
    const largest = row.toSorted((a, b) => b - a).slice(0, 3);
    const items = region
      .getByRole('listitem')
      .elements()
      .map((item) => item.textContent!.replace(/\s+/g, ' ').trim());
    const labels = pair
      .stream()
      .keyTokens.map(({ label }, key) => (label === '[SEP]' ? `[SEP]·${key}` : label));
    expect(items.slice(0, 3)).toEqual(
      largest.map((weight) => `${labels[row.indexOf(weight)]} ${shown(weight)}`),
    );
  });
});

describe('a click', () => {
  test('locks a cell; hover previews others; the same click, or Escape, lets go', async () => {
    const onSelectionChange = vi.fn();
    const { region } = await showPair({ onSelectionChange });
    const at = cellOf(region, them.query, them.key, 24);
    await mouse.click(at);
    await expect.poll(() => statusOf(region)).toContain('locked');
    expect(onSelectionChange.mock.lastCall).toEqual([{ stream: 'self', layer: 3, heads: [1], ...them }]);

    await mouse.move(cellOf(region, 15, 7, 24));
    await expect.poll(() => statusOf(region)).toContain(`found → lost ${shownWeight(15, 7)}`);
    await mouse.leave();
    await expect.poll(() => statusOf(region)).toContain('them → keys 0.94');

    await mouse.click(at);
    await expect.poll(() => statusOf(region)).not.toContain('locked');
    expect(onSelectionChange.mock.lastCall![0]).toMatchObject({ query: null, key: null });

    await mouse.click(at);
    await expect.poll(() => statusOf(region)).toContain('locked');
    await mouse.leave();
    region.getByRole('application').element().focus();
    await userEvent.keyboard('{Escape}');
    await expect.poll(() => statusOf(region)).toContain('hover, click to lock');
    expect(onSelectionChange.mock.lastCall![0]).toMatchObject({ query: null, key: null });
  });
});

test('the keyboard alone: Tab to the plot, arrows move, Home, End and Page jump, Enter locks, Escape lets go', async () => {
  const { region } = await showPair();
  const plot = region.getByRole('application', { name: 'layer 3, head 1, 24 queries × 24 keys' });
  for (let i = 0; i < 30 && document.activeElement !== plot.element(); i++) await userEvent.keyboard('{Tab}');
  await expect.element(plot).toHaveFocus();
  await expect.element(plot).toHaveAccessibleDescription(/Arrow keys move/);

  const cells: [keys: string, query: number, key: number][] = [
    ['{ArrowDown}', 0, 0],
    ['{ArrowDown}', 1, 0],
    ['{ArrowRight}{ArrowRight}', 1, 2],
    ['{PageDown}', 11, 2],
    ['{End}', 11, 23],
    ['{ArrowRight}', 11, 23],
    ['{ArrowLeft}', 11, 22],
    ['{Home}', 11, 0],
    ['{ArrowUp}', 10, 0],
    ['{PageUp}', 0, 0],
    [
      '{PageDown}{ArrowDown}{ArrowDown}{ArrowDown}{ArrowDown}{ArrowDown}{ArrowDown}{ArrowRight}{ArrowRight}',
      16,
      2,
    ],
  ];
  const { queryTokens } = pair.stream();
  /** Where the same token stands more than once, its position is told with it. */
  const nameOf = (position: number): string => {
    const { label } = queryTokens[position]!;
    return queryTokens.filter((other) => other.label === label).length > 1 ? `${label}·${position}` : label;
  };
  for (const [keys, query, key] of cells) {
    await userEvent.keyboard(keys);
    const weight = weights.at(3, 1, query, key);
    const said = weight < 0.001 ? '<0.001' : shown(weight);
    await expect
      .poll(() => announcedBy(region))
      .toMatch(startOf(`layer 3, head 1: ${nameOf(query)} → ${nameOf(key)} ${said}, `));
  }
  await userEvent.keyboard('{Enter}{ArrowDown}');
  await expect.poll(() => statusOf(region)).toMatch(/^when → keys .* locked/);
  await userEvent.keyboard('{Escape}');
  await expect.poll(() => statusOf(region)).toContain('hover, click to lock');
});

describe('the toolbar', () => {
  test('chooses the layer by list and by steps, with an end on both sides', async () => {
    const onSelectionChange = vi.fn();
    const { region } = await showHeatmap({ trace: pair, layer: 4, onSelectionChange });
    const layer = region.getByRole('combobox', { name: 'layer' });
    await expect.element(layer).toHaveValue('4');
    await region.getByRole('button', { name: 'next layer' }).click();
    await expect.element(layer).toHaveValue('5');
    await expect.element(region.getByRole('button', { name: 'next layer' })).toBeDisabled();
    await userEvent.selectOptions(layer, '0');
    await expect.element(region.getByRole('button', { name: 'previous layer' })).toBeDisabled();
    expect(onSelectionChange.mock.calls.map(([{ layer }]) => layer)).toEqual([5, 0]);
    await mouse.move(cellOf(region, 4, 3, 24));
    await expect
      .poll(() => announcedBy(region))
      .toMatch(startOf(`layer 0, head 0: the·4 → that ${shown(weights.at(0, 0, 4, 3))},`));
  });

  test('chooses a head, or their mean or maximum', async () => {
    const { region } = await showPair();
    const head = region.getByRole('combobox', { name: 'head' });
    await userEvent.selectOptions(head, '7');
    await mouse.move(cellOf(region, 16, 2, 24));
    await expect
      .poll(() => announcedBy(region))
      .toMatch(startOf(`layer 3, head 7: them → keys ${shown(weights.at(3, 7, 16, 2))},`));
    const all = Array.from({ length: 12 }, (_, i) => weights.at(3, i, 16, 2));
    await userEvent.selectOptions(head, 'max');
    await mouse.move(cellOf(region, 16, 2, 24));
    await expect
      .poll(() => announcedBy(region))
      .toMatch(startOf(`layer 3, max of 12 heads: them → keys ${shown(Math.max(...all))},`));
    await region.getByRole('button', { name: 'previous head' }).click();
    await mouse.move(cellOf(region, 16, 2, 24));
    const mean = all.reduce((sum, weight) => sum + weight) / 12;
    await expect
      .poll(() => announcedBy(region))
      .toMatch(startOf(`layer 3, mean of 12 heads: them → keys ${shown(mean)},`));
  });

  test('a range of one’s own is offered by its numbers until another is chosen', async () => {
    const { region } = await showPair({ layer: 0, head: 3, range: [0.05, 0.5] });
    const range = region.getByRole('combobox', { name: 'range of colours' });
    await expect.element(range).toHaveDisplayValue('0.050 – 0.50');
    await userEvent.selectOptions(range, '0 – 1');
    await expect.element(range).toHaveDisplayValue('0 – 1');
    await expect.element(region.getByRole('img')).toHaveAccessibleName('weights: 0 – 1.00');
    expect(range.element().textContent).not.toContain('0.50');
  });

  test('changes scale and range, and the legend says so', async () => {
    const { region } = await showPair({ layer: 0, head: 3 });
    const most = weights.most(0, 3);
    const legend = region.getByRole('img');
    const range = region.getByRole('combobox', { name: 'range of colours' });
    await expect.element(legend).toHaveAccessibleName(`weights: 0 – ${shown(most)}`);
    await expect.element(range).toHaveValue('fit');
    const picture = async () =>
      (await takePicture(boxOf(region.getByRole('application')))).at(cellOf(region, 9, 9, 24));
    const linear = await picture();

    await userEvent.selectOptions(range, '0 – 1');
    await expect.element(legend).toHaveAccessibleName('weights: 0 – 1.00');
    await expect.poll(picture).not.toEqual(linear);
    await userEvent.selectOptions(range, 'fitted');
    await expect.poll(picture).toEqual(linear);

    await userEvent.selectOptions(region.getByRole('combobox', { name: 'scale' }), 'log');
    await expect.element(legend).toHaveAccessibleName(`weights: <0.001 – ${shown(most)}`);
    await expect.poll(picture).not.toEqual(linear);
  });

  test('chooses the stream; layers, heads and tokens follow', async () => {
    const onSelectionChange = vi.fn();
    const { region } = await showHeatmap({
      trace: await loadFixture('dates'),
      layer: 1,
      head: 2,
      onSelectionChange,
    });
    const cross = await readWeights('dates', 'cross.attention');
    const stream = region.getByRole('combobox', { name: 'stream' });
    await expect.element(stream).toHaveValue('encoder');
    await expect.poll(() => statusOf(region)).toContain('28 × 28');
    await userEvent.selectOptions(stream, 'cross');
    await expect.poll(() => statusOf(region)).toContain('12 × 28');
    const [{ layer, heads }] = onSelectionChange.mock.lastCall!;
    await mouse.move(cellOf(region, 1, 23, 12, 28));
    const said = shown(cross.at(layer, heads[0], 1, 23));
    await expect
      .poll(() => announcedBy(region))
      .toMatch(startOf(`layer ${layer}, head ${heads[0]}: 1 → 1 ${said},`));
    // The pointer still rests on a key that the decoder does not have.
    await userEvent.selectOptions(stream, 'decoder');
    await expect.poll(() => statusOf(region)).toContain('12 × 12');
    await expect.poll(() => announcedBy(region)).toBe('');
  });
});
