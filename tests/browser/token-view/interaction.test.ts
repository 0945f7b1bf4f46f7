import axe from 'axe-core';
import { expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { loadFixture } from '../../../src/stories/fixtures.js';
import { readWeights, shown } from '../views/fixture.js';
import { announcedBy, mouse, statusOf, swipe, tap, usePage } from '../views/page.js';
import { listOf, middleOf, showTokenView, tokenIn } from './helpers.js';

usePage();

const pair = await loadFixture('pair');
const weights = await readWeights('pair');
const [them, keys] = [16, 2];
const told = (weight: number) => (weight < 0.001 ? '<0.001' : shown(weight));

test('a click locks a token; others are then asked about with it; the same click, or Escape, lets go', async () => {
  const onSelectionChange = vi.fn();
  const { region } = await showTokenView({
    trace: pair,
    layer: 3,
    combine: 'none',
    head: 1,
    onSelectionChange,
  });
  const token = tokenIn(region, them);
  await mouse.click(middleOf(token));
  await expect.poll(() => token.getAttribute('aria-selected')).toBe('true');
  expect(statusOf(region)).toContain('locked');
  expect(onSelectionChange.mock.lastCall![0]).toMatchObject({ layer: 3, query: them, key: null });

  await mouse.move(middleOf(tokenIn(region, 15)));
  await expect
    .poll(() => announcedBy(region))
    .toBe(
      `layer 3, head 1: them → found ${told(weights.at(3, 1, them, 15))}, found → them ${told(weights.at(3, 1, 15, them))}`,
    );
  await mouse.leave();
  await expect.poll(() => announcedBy(region)).toMatch(/: them → keys 0\.94/);

  await mouse.click(middleOf(token));
  await expect.poll(() => token.getAttribute('aria-selected')).toBe('false');
  await mouse.click(middleOf(token));
  await expect.poll(() => token.getAttribute('aria-selected')).toBe('true');
  await mouse.leave();
  listOf(region).element().focus();
  await userEvent.keyboard('{Escape}');
  await expect.poll(() => token.getAttribute('aria-selected')).toBe('false');
  expect(onSelectionChange.mock.lastCall![0]).toMatchObject({ query: null, key: null });
});

test('between two tokens the one that was hovered stays; beside the text none is', async () => {
  const { region } = await showTokenView({ trace: pair, layer: 3, combine: 'none', head: 1 });
  const token = tokenIn(region, them);
  await mouse.move(middleOf(token));
  await expect.poll(() => announcedBy(region)).toMatch(/them → keys/);
  const rect = token.getClientRects()[0]!;
  await mouse.move({ x: rect.right + 2, y: rect.y + rect.height / 2 });
  await expect.poll(() => announcedBy(region)).toMatch(/them → keys/);
  const box = region.element().getBoundingClientRect();
  await mouse.move({ x: box.x + 8, y: box.bottom - 60 });
  await expect.poll(() => announcedBy(region)).toBe('');
});

test('the keyboard alone: arrows move by token and by line, Enter locks, Escape lets go', async () => {
  const paragraph = await loadFixture('paragraph');
  const { region } = await showTokenView({ trace: paragraph, layer: 3 });
  const list = listOf(region);
  for (let i = 0; i < 40 && document.activeElement !== list.element(); i++) await userEvent.keyboard('{Tab}');
  await expect.element(list).toHaveFocus();
  await expect.element(list).toHaveAccessibleDescription(/Enter locks/);
  const active = (): HTMLElement =>
    document.getElementById(list.element().getAttribute('aria-activedescendant')!)!;
  const position = () => Number(active().getAttribute('aria-posinset')) - 1;
  const press = async (keys: string) => {
    await userEvent.keyboard(keys);
    await expect.poll(() => active()).toBeTruthy();
  };
  await press('{ArrowRight}');
  expect(position()).toBe(0);
  await press('{ArrowRight}{ArrowRight}{ArrowRight}');
  expect(position()).toBe(3);
  const above = middleOf(active());
  await press('{ArrowDown}');
  const below = middleOf(active());
  expect(below.y - above.y).toBeCloseTo(29, 0);
  // No token of that line is nearer.
  const line = (list.getByRole('option').elements() as HTMLElement[]).filter(
    (token) => Math.abs(middleOf(token).y - below.y) < 3,
  );
  const nearest = Math.min(...line.map((token) => Math.abs(middleOf(token).x - above.x)));
  expect(Math.abs(below.x - above.x)).toBe(nearest);
  await press('{ArrowUp}');
  expect(middleOf(active()).y).toBeCloseTo(above.y, 0);
  await press('{End}');
  expect(position()).toBe(paragraph.stream().keyTokens.length - 1);
  await press('{ArrowRight}{ArrowDown}');
  expect(position()).toBe(paragraph.stream().keyTokens.length - 1);
  await press('{Home}{ArrowRight}');
  expect(announcedBy(region)).toMatch(/^layer 3, mean of 12 heads: the·1 → /);
  await userEvent.keyboard('{Enter}');
  await expect.poll(() => tokenIn(region, 1).getAttribute('aria-selected')).toBe('true');
  await userEvent.keyboard('{Escape}');
  await expect.poll(() => announcedBy(region)).toBe('');
});

test('the toolbar: layer, head, words, left-out tokens', async () => {
  const { region } = await showTokenView({ trace: pair, layer: 3, selection: { query: them } });
  await region.getByRole('combobox', { name: 'head' }).selectOptions('1');
  await expect.poll(() => announcedBy(region)).toMatch(/^layer 3, head 1: them → keys 0\.94/);
  await region.getByRole('button', { name: 'options' }).click();
  await region.getByRole('combobox', { name: 'leave out keys' }).selectOptions('first token');
  await expect.element(region.getByRole('button', { name: 'first token hidden' })).toBeVisible();
  await region.getByRole('combobox', { name: 'rows and columns' }).selectOptions('words');
  await expect.poll(() => listOf(region).getByRole('option').elements().length).toBe(23);
  await expect.element(listOf(region).getByRole('option', { name: 'cellist' })).toBeVisible();
});

test('a token of a reader’s own drawing, and a tooltip', async () => {
  const { createRawSnippet } = await import('svelte');
  const token = createRawSnippet<[{ raw: string }]>((one) => ({
    render: () => `<code>${one().raw.replace(/[<&]/g, '')}</code>`,
  }));
  const tooltip = createRawSnippet<[{ query: number | null }]>((hover) => ({
    render: () => `<em>position ${hover().query}</em>`,
  }));
  const { region } = await showTokenView({ trace: pair, token: token as never, tooltip: tooltip as never });
  expect(tokenIn(region, 6).querySelector('code')!.textContent).toBe('##ist');
  await mouse.move(middleOf(tokenIn(region, keys)));
  await expect.element(region.getByText('position 2')).toBeVisible();
});

test('says what is wrong with its input, and that there is none', async () => {
  const wrong = await showTokenView({
    tokens: ['The', 'cat', 'sat'],
    attention: [
      [
        [
          [1, 0],
          [0.4, 0.6],
        ],
      ],
    ],
  });
  await expect.element(wrong.region.getByRole('alert')).toHaveTextContent('3 tokens');
  await wrong.change({ tokens: undefined, attention: undefined });
  await expect.element(wrong.region).toHaveTextContent('No attention yet');
});

test('a head that does not exist is an error that says so', async () => {
  const { region } = await showTokenView({ tokens: ['a'], attention: [[[[1]]]], head: 3 });
  await expect.element(region.getByRole('alert')).toHaveTextContent('heads among 0');
});

test('nothing is cut off at 320 px, and a finger’s tap locks', async () => {
  await page.viewport(320, 640);
  const { region } = await showTokenView({ trace: pair, layer: 3 });
  expect(document.documentElement.scrollWidth).toBe(320);
  const box = region.element().getBoundingClientRect();
  for (const token of listOf(region).getByRole('option').elements()) {
    const { left, right } = token.getBoundingClientRect();
    expect(left).toBeGreaterThanOrEqual(box.left);
    expect(right).toBeLessThanOrEqual(box.right);
  }
  for (const control of region.getByRole('button').elements())
    expect(control.getBoundingClientRect().right).toBeLessThanOrEqual(box.right);
  await tap(middleOf(tokenIn(region, them)));
  await expect.poll(() => tokenIn(region, them).getAttribute('aria-selected')).toBe('true');
});

test('with fingers: a second token is asked about, another tap lets go, a swipe scrolls and locks nothing', async () => {
  await page.viewport(320, 420);
  const { region } = await showTokenView({
    trace: await loadFixture('paragraph'),
    layer: 3,
    style: '--attentrace-height: 400px',
  });
  const selected = (): number =>
    listOf(region)
      .getByRole('option')
      .elements()
      .findIndex((token) => token.getAttribute('aria-selected') === 'true');
  await tap(middleOf(tokenIn(region, 4)));
  await expect.poll(selected).toBe(4);
  await expect.poll(() => statusOf(region)).toMatch(/had(·4)? → /);
  const scroller = listOf(region).element().parentElement!.parentElement!;
  await swipe(middleOf(tokenIn(region, 12)), -120);
  await expect.poll(() => scroller.scrollTop).toBeGreaterThan(40);
  expect(selected()).toBe(4);
  scroller.scrollTop = 0;
  await tap(middleOf(tokenIn(region, 9)));
  await expect.poll(selected).toBe(9);
  await tap(middleOf(tokenIn(region, 9)));
  await expect.poll(selected).toBe(-1);
});

test.each(['light', 'dark'] as const)('axe finds nothing, %s', async (theme) => {
  const { region } = await showTokenView({ trace: pair, layer: 3, theme });
  const complaints = async () => {
    const { violations } = await axe.run(region.element());
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    );
  };
  expect(await complaints()).toEqual([]);
  await mouse.move(middleOf(tokenIn(region, them)));
  await expect.poll(() => announcedBy(region)).not.toBe('');
  expect(await complaints()).toEqual([]);
  await mouse.click(middleOf(tokenIn(region, them)));
  await region.getByRole('button', { name: 'sends' }).click();
  expect(await complaints()).toEqual([]);
});
