// Where the browser cannot draw at all, views show the strongest weights of what is chosen as a table. There is no WebGL here.
import { fireEvent, render, screen, within } from '@testing-library/svelte';
import type { Component } from 'svelte';
import { expect, test, vi } from 'vitest';
import { createTrace, HeadView, Heatmap, ModelView } from '../../../src/lib/index.js';

const tokens = ['The', ' cat', ' sat'];
const trace = createTrace({
  tokens,
  attention: [
    [
      [
        [1, 0, 0],
        [0.4, 0.6, 0],
        [0.1, 0.7, 0.2],
      ],
      [
        [0.9, 0, 0],
        [0, 0.8, 0],
        [0, 0, 0.3],
      ],
    ],
  ],
});
/** The first view of all loads what draws. */
const tableShown = () => screen.findByRole('table', {}, { timeout: 30_000 });
const rows = () =>
  within(screen.getByRole('table'))
    .getAllByRole('row')
    .slice(1)
    .map((row) =>
      within(row)
        .getAllByRole('cell')
        .map((cell) => cell.textContent),
    );

test.each<[string, Component<never>]>([
  ['HeadView', HeadView as never],
  ['Heatmap', Heatmap as never],
  ['ModelView', ModelView as never],
])('%s', async (_, View) => {
  const onHoverChange = vi.fn();
  const { rerender } = render(View as Component<object>, { trace, onHoverChange });
  await tableShown();
  // Largest first; 0 is left out.
  expect(rows().slice(0, 4)).toEqual([
    ['The', 'The', '0', '1.00'],
    ['The', 'The', '1', '0.90'],
    ['cat', 'cat', '1', '0.80'],
    ['sat', 'cat', '0', '0.70'],
  ]);
  expect(rows()).toHaveLength(9);
  expect(screen.getByText('the 9 strongest of 18 weights')).toBeVisible();
  expect(screen.getByRole('alert')).toHaveTextContent(/WebGL 2 is missing/);
  expect(screen.getAllByRole('region')[0]).toHaveAttribute('aria-busy', 'false');
  await rerender({ heads: [1] });
  await expect.poll(rows).toHaveLength(3);
  await fireEvent.change(screen.getByRole('combobox', { name: 'queries' }), { target: { value: '2' } });
  await expect.poll(rows).toEqual([['sat', 'sat', '1', '0.30']]);
  await fireEvent.pointerEnter(within(screen.getByRole('table')).getAllByRole('row')[1]!);
  expect(onHoverChange).toHaveBeenLastCalledWith(expect.objectContaining({ head: 1, query: 2, key: 2 }));
});

test('signed numbers by magnitude, with their sign', async () => {
  const attention = [
    [
      [
        [0.1, -0.5],
        [0.2, 0],
      ],
    ],
  ];
  render(Heatmap, { trace: createTrace({ tokens: ['a', 'b'], quantity: 'differences', attention }) });
  await tableShown();
  expect(rows().map((row) => row[3])).toEqual(['−0.50', '0.20', '0.10']);
});

test('more than can be looked at: a query is asked for, and of one they are shown', async () => {
  const n = 3000;
  const data = new Uint8Array(n * n);
  data[2999 * n + 7] = 255;
  const long = createTrace({ attention: { dims: [1, 1, n, n], data } } as never);
  const { rerender } = render(HeadView, { trace: long });
  await screen.findByText('9,000,000 weights are too many for a table: choose a query');
  await rerender({ selection: { query: 2999 } });
  await tableShown();
  expect(rows()).toEqual([['2999', '7', '0', '1.00']]);
});
