import { describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { createTrace } from '../../../src/lib/index.js';
import { loadFixture } from '../../../src/stories/fixtures.js';
import { biased, groupedQuery, largeHead } from '../../../src/stories/generated-heads.js';
import { announcedBy, centerOf, mouse, statusOf, usePage } from '../views/page.js';
import { cellsOf, elementAt, numbersOf, queryOf, rowsOf, showNeurons, stripBox } from './neurons.js';

usePage();

const pair = await loadFixture('pair');
const [layer, head, query] = [3, 1, 16];
const numbers = numbersOf(pair.stream(), layer, head, query);
const tokens = pair.stream().keyTokens.map(({ label }) => label.trim());

/** As the view writes numbers of 0.1 and more. */
const said = (value: number): string => value.toFixed(Math.abs(value) < 0.0995 ? 3 : 2).replace('-', '−');
const element = (key: number, dim: number): string => {
  const { k, products } = numbers.rows[key]!;
  return `dimension ${dim} q ${said(numbers.q[dim]!)} × k ${said(k[dim]!)} = ${said(products[dim]!)}`;
};
const place = `layer ${layer}, head ${head}`;

describe('opening and closing a query', () => {
  test('a click on a query opens it, another closes it', async () => {
    const onSelectionChange = vi.fn();
    const { region } = await showNeurons({ trace: pair, layer, head, onSelectionChange });
    const queries = region.getByRole('listbox', { name: 'queries' }).getByRole('option').elements();
    expect(queries.map((query) => query.querySelector('.token')!.textContent!.trim())).toEqual(tokens);
    expect(queries.every((query) => query.textContent!.includes('+'))).toBe(true);
    await expect.element(region.getByRole('grid')).not.toBeInTheDocument();

    await mouse.click(centerOf(queryOf(region, query)));
    await expect.element(region.getByRole('grid', { name: 'Query “them” looks at' })).toBeVisible();
    expect(onSelectionChange).toHaveBeenLastCalledWith(
      expect.objectContaining({ layer, heads: [head], query, key: null }),
    );
    expect(
      region
        .getByRole('columnheader')
        .elements()
        .map((header) => header.textContent),
    ).toEqual(['key k', 'q × k', 'q·k ÷ √32', 'softmax', 'keys']);
    await expect.element(queryOf(region, query)).toHaveAttribute('aria-selected', 'true');
    expect(queryOf(region, query).element().textContent).toContain('−');

    await mouse.click(centerOf(queryOf(region, query)));
    await expect.element(region.getByRole('listbox', { name: 'keys' })).toBeVisible();
    expect(onSelectionChange).toHaveBeenLastCalledWith(expect.objectContaining({ query: null }));
  });

  test('with the keyboard alone', async () => {
    const { region } = await showNeurons({ trace: pair, layer, head });
    const list = region.getByRole('listbox', { name: 'queries' });
    (list.element() as HTMLElement).focus();
    for (let i = 0; i <= query; i++) await userEvent.keyboard('{ArrowDown}');
    await expect.poll(() => announcedBy(region)).toBe(`${place}: them → keys 0.94`);
    expect(list.element().getAttribute('aria-activedescendant')).toBe(queryOf(region, query).element().id);
    await userEvent.keyboard('{Enter}');
    await expect.element(list).toHaveFocus();
    await userEvent.tab();
    const grid = region.getByRole('grid');
    await expect.element(grid).toHaveFocus();

    await userEvent.keyboard('{ArrowDown}{ArrowDown}{ArrowDown}');
    await expect
      .poll(() => announcedBy(region))
      .toContain(`${place}: them → keys, q·k ÷ √32 ${said(numbers.rows[2]!.score)}`);
    await userEvent.keyboard('{ArrowLeft}');
    await expect.poll(() => announcedBy(region)).toContain(`them → keys, ${element(2, 31)}`);
    await userEvent.keyboard('{ArrowLeft}{ArrowLeft}{ArrowUp}');
    await expect.poll(() => announcedBy(region)).toContain(`them → the·1, ${element(1, 29)}`);
    const active = grid.element().getAttribute('aria-activedescendant')!;
    expect(document.getElementById(active)!.getAttribute('aria-label')).toBe(element(1, 29));
    await userEvent.keyboard('{Shift>}{ArrowLeft}{/Shift}');
    await expect.poll(() => announcedBy(region)).toContain(`them → the·1, ${element(1, 0)}`);
    await userEvent.keyboard('{End}');
    await expect.poll(() => announcedBy(region)).toContain(`them → [SEP]·23, ${element(23, 0)}`);

    await userEvent.keyboard('{Enter}');
    await expect.poll(() => statusOf(region)).toContain('locked · Esc');
    await userEvent.keyboard('{Escape}');
    await expect.poll(() => statusOf(region)).toContain('32 dimensions');
    await userEvent.keyboard('{Escape}');
    await expect.element(grid).not.toBeInTheDocument();
    await expect.element(list).toHaveFocus();
  });

  test('from outside, by the selection', async () => {
    const view = await showNeurons({ trace: pair, layer, head });
    await view.change({ selection: { layer, heads: [head], query: 3 } });
    await expect.element(view.region.getByRole('grid', { name: 'Query “that” looks at' })).toBeVisible();
  });

  test('another head and layer keep the query open', async () => {
    const { region } = await showNeurons({ trace: pair, layer, head, selection: { query } });
    await region.getByRole('button', { name: 'next head' }).click();
    await expect
      .poll(() => cellsOf(rowsOf(region)[0]!).score.textContent!.trim())
      .toBe(said(numbersOf(pair.stream(), layer, head + 1, query).rows[0]!.score));
  });
});

describe('numbers on hover', () => {
  test('of elements, scores and softmax, in the status line and at the pointer', async () => {
    const onHoverChange = vi.fn();
    const { region } = await showNeurons({ trace: pair, layer, head, selection: { query }, onHoverChange });
    const { k, product, score, weight } = cellsOf(rowsOf(region)[2]!);
    const tooltip = () => region.element().querySelector('.tooltip')?.textContent;
    for (const cell of [k, product]) {
      await mouse.move(elementAt(cell, 5, 32));
      await expect.poll(() => statusOf(region)).toContain(element(2, 5));
      expect(statusOf(region)).toContain('them → keys');
      expect(tooltip()).toContain(element(2, 5));
    }
    expect(onHoverChange).toHaveBeenLastCalledWith(
      expect.objectContaining({ layer, head, query, key: 2, value: expect.closeTo(0.94, 2) }),
    );
    await mouse.move(elementAt(score, 0, 1));
    await expect.poll(() => statusOf(region)).toContain(`q·k ÷ √32 ${said(numbers.rows[2]!.score)}`);
    const parts = numbers.rows[2]!.products.map((value, dimension) => ({
      dimension,
      value: value / Math.sqrt(32),
    }));
    parts.sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
    expect(statusOf(region)).toContain(
      `most from dimension ${parts[0]!.dimension} (+${said(parts[0]!.value)})`,
    );
    await mouse.move(elementAt(weight, 0, 1));
    await expect.poll(() => statusOf(region)).toContain('softmax 0.94 recorded 0.94');
    await mouse.leave();
    await expect.poll(tooltip).toBeUndefined();
    expect(onHoverChange).toHaveBeenLastCalledWith(null);
  });

  test('of the query itself', async () => {
    const { region } = await showNeurons({ trace: pair, layer, head, selection: { query } });
    const strip = stripBox(region);
    await mouse.move({ x: strip.x + (7.5 / 32) * strip.width, y: strip.y + 10 });
    await expect.poll(() => statusOf(region)).toContain(`dimension 7 q ${said(numbers.q[7]!)}`);
  });

  test('a click locks a key, another lets it go', async () => {
    const { region } = await showNeurons({ trace: pair, layer, head, selection: { query } });
    const at = centerOf(region.getByRole('rowheader').nth(2));
    await mouse.click(at);
    await expect.poll(() => rowsOf(region)[2]!.getAttribute('aria-selected')).toBe('true');
    await mouse.leave();
    await expect.poll(() => statusOf(region)).toMatch(/them → keys.*softmax 0\.94.*locked · Esc/);
    await mouse.click(at);
    await expect.poll(() => rowsOf(region)[2]!.getAttribute('aria-selected')).toBe('false');
  });

  test('a key after a causal query says so, and has no number', async () => {
    const { region } = await showNeurons({ trace: await loadFixture('induction'), selection: { query: 4 } });
    await mouse.move(elementAt(cellsOf(rowsOf(region)[9]!).k, 3, 16));
    await expect.poll(() => statusOf(region)).toContain('a later position: this query cannot see it');
    expect(statusOf(region)).not.toContain('dimension 3');
  });
});

describe('lines before a query is opened', () => {
  test('hovering a token names the one it is tied to most, on both sides', async () => {
    const { region } = await showNeurons({ trace: pair, layer, head });
    await mouse.move(centerOf(queryOf(region, query)));
    await expect.poll(() => statusOf(region)).toContain('them → keys 0.94');
    const keys = region.getByRole('listbox', { name: 'keys' });
    await mouse.move(centerOf(keys.getByRole('option').nth(2)));
    await expect.poll(() => statusOf(region)).toMatch(/\S+ → keys/);
    await mouse.click(centerOf(keys.getByRole('option').nth(2)));
    await mouse.leave();
    await expect.poll(() => statusOf(region)).toContain('locked');
  });

  test('the threshold says how many lines are drawn', async () => {
    const { region } = await showNeurons({ trace: pair, layer, head, threshold: 0 });
    expect(statusOf(region)).toContain('576 of 576 weights');
    await region.getByRole('spinbutton').fill('0.9');
    const over =
      numbers && [...Array(24).keys()].flatMap((q) => numbersOf(pair.stream(), layer, head, q).rows);
    const count = over.filter(({ weight }) => weight >= 0.9).length;
    await expect.poll(() => statusOf(region)).toContain(`${count} of 576 weights`);
  });
});

describe('what the view says of the numbers as a whole', () => {
  test('that they reproduce the attention, and how closely', async () => {
    const exact = await showNeurons({ trace: await loadFixture('dates'), stream: 'cross' });
    expect(statusOf(exact.region)).toMatch(/reproduces the recorded attention to \de-[678]/);
    await exact.unmount();
    const { region } = await showNeurons({ trace: pair });
    expect(statusOf(region)).toMatch(
      /reproduces the recorded attention to \de-[45], as closely as it was stored/,
    );
  });

  test('that they do not, by how much and where; the recorded weights are marked', async () => {
    const { region } = await showNeurons({ trace: biased('alibi') });
    const notice = region.getByRole('note');
    await expect.element(notice).toHaveTextContent(/softmax\(q·k ÷ √16\) is not the attention recorded here/);
    const [, computed, recorded] = /: (0\.\d+) computed, (0\.\d+) recorded/.exec(
      notice.element().textContent!,
    )!;
    expect(statusOf(region)).toMatch(/differs from the recorded attention by up to 0\.\d+/);
    await notice.getByRole('button', { name: 'show' }).click();
    await expect.poll(() => statusOf(region)).toContain(`softmax ${computed} recorded ${recorded}`);
    expect(rowsOf(region).every((row) => row.querySelector('.mark') || row.textContent!.trim())).toBe(true);
    expect(region.element().querySelectorAll('.mark').length).toBeGreaterThan(3);
  });

  test('that another scale would; passing it settles the matter', async () => {
    const trace = biased('scale');
    const { region, change } = await showNeurons({ trace });
    await expect.element(region.getByRole('note')).toHaveTextContent('pass scale={1}');
    await change({ trace, scale: 1, selection: { query: 3 } });
    await expect.poll(() => statusOf(region)).toContain('reproduces');
    await expect.element(region.getByRole('note')).not.toBeInTheDocument();
    await expect.element(region.getByRole('columnheader', { name: 'q·k × 1' })).toBeInTheDocument();
  });

  test('which head of keys is shared, and by which', async () => {
    const { region } = await showNeurons({ trace: groupedQuery(), head: 2 });
    await expect.element(region.getByText('key head 1, shared by heads 2–3')).toBeVisible();
    await mouse.click(centerOf(queryOf(region, 4)));
    await expect.element(region.getByText('key head 1, shared by heads 2–3')).toBeVisible();
    await region.getByRole('button', { name: 'next head' }).click();
    await region.getByRole('button', { name: 'next head' }).click();
    await expect.element(region.getByText('key head 2, shared by heads 4–5')).toBeVisible();
  });

  test('what to record where there are no queries and keys', async () => {
    const trace = createTrace({ tokens: ['a'], attention: [[[[1]]]] });
    const { region } = await showNeurons({ trace });
    await expect.element(region.getByText('No queries and keys were recorded')).toBeVisible();
    await expect.element(region.getByText('createTrace({ tokens, attention, queries, keys })')).toBeVisible();
    await expect.element(region.getByRole('alert')).not.toBeInTheDocument();
  });
});

test('of 1,024 keys only those in sight are in the page; the query opened stays in sight', async () => {
  const { region } = await showNeurons({ trace: largeHead(1024, 128), selection: { query: 900 } });
  await expect.element(region.getByRole('grid')).toHaveAttribute('aria-rowcount', '1025');
  const first = () => Number(rowsOf(region)[0]!.getAttribute('aria-rowindex')) - 2;
  expect(first()).toBeGreaterThan(800);
  expect(rowsOf(region).length).toBeLessThan(100);
  (region.getByRole('grid').element() as HTMLElement).focus();
  await userEvent.keyboard('{Home}');
  await expect.poll(first).toBe(0);
  expect(rowsOf(region).length).toBeLessThan(100);
  const strip = stripBox(region);
  const { top, bottom } = region.element().getBoundingClientRect();
  expect(strip.top > top && strip.bottom < bottom).toBe(true);
});

test('at 320 px: the column of queries gives way, a button closes, keys stay in sight', async () => {
  await page.viewport(320, 640);
  const { region } = await showNeurons({ trace: pair, layer, head });
  await queryOf(region, 5).click();
  const close = region.getByRole('button', { name: 'close cell' });
  await expect.element(close).toHaveFocus();
  const scroller = region.element().querySelector('.scroller')!;
  scroller.scrollLeft = 1000;
  const token = region.getByRole('rowheader').nth(2).element().getBoundingClientRect();
  expect(token.left).toBeLessThan(region.element().getBoundingClientRect().left + 4);
  await close.click();
  await expect.element(region.getByRole('listbox', { name: 'queries' })).toHaveFocus();
});
