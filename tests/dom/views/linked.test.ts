// Views in an Explorer follow one another: by pointer, keys, lists, and from outside. Weights and places are read off the matrix below.
import '../still-starting.js';
import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { beforeEach, expect, test, vi } from 'vitest';
import { createTrace, Explorer, HeadView, type Hover, type Selection } from '../../../src/lib/index.js';

const tokens = ['The', 'cat', 'sat'];
const head = (share: number) => [
  [1, 0, 0],
  [1 - share, share, 0],
  [0.25, 0.5, 0.25],
];
const trace = createTrace({
  tokens,
  attention: [
    [head(0.5), head(0.76)],
    [head(0.125), head(0.875)],
  ],
});

const onSelectionChange = vi.fn<(selection: Selection) => void>();
const onHoverChange = vi.fn<(hover: Hover | null) => void>();
const region = (name: string) => within(screen.getByRole('region', { name }));
const layers = () =>
  ['Text', 'Heatmap', 'Heads'].map(
    (name) => region(name).getByRole<HTMLSelectElement>('combobox', { name: 'layer' }).value,
  );

let rerender: (props: object) => Promise<void>;
beforeEach(() => {
  vi.clearAllMocks();
  ({ rerender } = render(Explorer, { trace, onSelectionChange, onHoverChange }));
});

test('a layer chosen in one view is that of all', async () => {
  expect(layers()).toEqual(['0', '0', '0']);
  await fireEvent.click(region('Heatmap').getByRole('button', { name: 'next layer' }));
  expect(layers()).toEqual(['1', '1', '1']);
  expect(onSelectionChange).toHaveBeenLastCalledWith(expect.objectContaining({ layer: 1 }));
  await rerender({ selection: { layer: 0 } });
  expect(layers()).toEqual(['0', '0', '0']);
});

test('a token locked with the keyboard in the text is locked in the lines', async () => {
  const text = region('Text').getByRole('listbox', { name: 'tokens' });
  const locked = () =>
    within(region('Heads').getByRole('listbox', { name: 'queries' }))
      .queryAllByRole('option', { selected: true })
      .map((option) => option.textContent?.trim());
  text.focus();
  // The first press is on the first token.
  for (const key of ['ArrowRight', 'ArrowRight']) await fireEvent.keyDown(text, { key });
  expect(locked()).toEqual([]);
  await fireEvent.keyDown(text, { key: 'Enter' });
  expect(onSelectionChange).toHaveBeenLastCalledWith(expect.objectContaining({ query: 1, key: null }));
  expect(locked()).toEqual(['cat']);
  await fireEvent.keyDown(text, { key: 'Escape' });
  expect(onSelectionChange).toHaveBeenLastCalledWith(expect.objectContaining({ query: null, key: null }));
  expect(locked()).toEqual([]);
});

test('what the keyboard is on in the lines is told by the status line of the text, and outside', async () => {
  const queries = region('Heads').getByRole('listbox', { name: 'queries' });
  queries.focus();
  for (const key of ['ArrowDown', 'ArrowDown']) await fireEvent.keyDown(queries, { key });
  expect(onHoverChange).toHaveBeenLastCalledWith(expect.objectContaining({ layer: 0, query: 1, key: null }));
  // The strongest weight of the mean of 0.5 and 0.76.
  const status = screen.getByRole('region', { name: 'Text' }).querySelector('footer');
  expect(status).toHaveTextContent(/cat → cat ?0\.63/);
});

test('text scrolled by hand stays there, though the keyboard is on a token in the lines', async () => {
  const queries = region('Heads').getByRole('listbox', { name: 'queries' });
  queries.focus();
  await fireEvent.keyDown(queries, { key: 'ArrowDown' });
  const scroller = region('Text').getByRole('listbox', { name: 'tokens' }).parentElement!.parentElement!;
  scroller.scrollTop = 500;
  await fireEvent.scroll(scroller);
  expect(scroller.scrollTop).toBe(500);
});

test('lines tell of the head that a linked view points at, though another ties the pair more', async () => {
  const hover: Hover = { stream: 'self', layer: 0, head: 0, query: 1, key: 1, value: 0.5 };
  const { container } = render(HeadView, { trace, hover });
  expect(container.querySelector('footer')).toHaveTextContent(/cat → cat ?0\.50 ?layer 0, head 0/);
});
