import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { attributions, causes } from '../../../src/lib/analysis/index.js';
import {
  createTrace,
  EvidenceView,
  traceOf,
  type EvidenceViewOptions,
  type Hover,
  type Selection,
} from '../../../src/lib/index.js';

/** Two heads; the last query sees all three keys, the one before two. */
const recorded = createTrace({
  tokens: ['The', 'cat', 'sat'],
  attention: [
    [
      [[1, 0, 0], [0.5, 0.5, 0], [0.2, 0.3, 0.5]],
      [[1, 0, 0], [0.5, 0.5, 0], [0.4, 0.5, 0.1]],
    ],
  ], // prettier-ignore
});
const self = recorded.stream();
const occlusion = causes(self, {
  position: 2,
  measure: 'total-variation',
  method: 'hidden-keys',
  changes: [0.9, 0.1, 0.3].map((change, token) => ({ token, change })),
});
const lrp = attributions(self, [-2, 4, 0], { name: 'LRP', evidence: 'contribution', query: 2 });
const trace = traceOf(recorded, occlusion, lrp);

/** What a row says, as a screen reader says it: each number after the name of its column. */
const told = (row: HTMLElement): string =>
  [...row.querySelectorAll('.token, .said, .number')].map(({ textContent }) => textContent).join(' ');

async function show(props: Partial<Parameters<typeof EvidenceView>[1]> = {}) {
  const heard: { options?: EvidenceViewOptions; selection?: Selection; hover?: Hover | null } = {};
  render(EvidenceView, {
    trace,
    onOptionsChange: (options: EvidenceViewOptions) => (heard.options = options),
    onSelectionChange: (selection: Selection) => (heard.selection = selection),
    onHoverChange: (hover: Hover | null) => (heard.hover = hover),
    ...props,
  });
  const list = await screen.findByRole('listbox', { name: 'keys' });
  return { list, heard, rows: () => within(list).getAllByRole('option') };
}

test('a column each, on the query that is explained: means over heads, each with its badge', async () => {
  const { rows } = await show();
  const names = [
    'The self attention 0.30 occlusion 0.90 LRP −2.00',
    'cat self attention 0.40 occlusion 0.10 LRP 4.00',
    'sat self attention 0.30 occlusion 0.30 LRP 0',
  ];
  for (const [i, name] of names.entries()) expect(told(rows()[i]!)).toBe(name);
  expect(rows()).toHaveLength(3);
  // One for each column, and in the status line that of the stream shown.
  expect(screen.getAllByRole('button', { name: 'descriptive' })).toHaveLength(2);
  for (const evidence of ['causal', 'contribution'])
    expect(screen.getByRole('button', { name: evidence })).toHaveAttribute('aria-describedby');
});

test('rank correlations with the first column, and never over keys the query cannot see', async () => {
  const { rows } = await show();
  // Ranks 1.5, 3, 1.5 with 3, 1, 2 and with 1, 3, 2: −1.5 and 1.5 ÷ √(1.5 × 2).
  expect(screen.getByText('rank ρ −0.87')).toBeInTheDocument();
  expect(screen.getByText('rank ρ 0.87')).toBeInTheDocument();
  // Of another query what was explained says nothing.
  await fireEvent.change(screen.getByRole('combobox', { name: 'queries' }), { target: { value: '1' } });
  await expect.poll(() => rows()).toHaveLength(2);
  expect(told(rows()[1]!)).toBe('cat self attention 0.50');
  expect(screen.queryByText(/rank ρ/)).not.toBeInTheDocument();
  expect(screen.getByText('nothing else in this trace tells of this query')).toBeInTheDocument();
});

test('heads that are chosen count alone', async () => {
  const { rows } = await show({ heads: [1] });
  expect(told(rows()[0]!)).toMatch(/^The self attention 0.40 occlusion 0.90/);
});

test('a column is sorted by, hidden and shown again', async () => {
  const { rows, heard } = await show({ sortBy: 'occlusion' });
  const order = () => rows().map((one) => one.textContent.trim().split(' ')[0]);
  expect(order()).toEqual(['The', 'sat', 'cat']);
  await fireEvent.click(screen.getByRole('button', { name: 'LRP' }));
  expect(heard.options).toMatchObject({ sortBy: 'LRP' });
  expect(order()).toEqual(['cat', 'sat', 'The']);
  await fireEvent.click(screen.getByRole('button', { name: /^LRP ↓/ }));
  expect(order()).toEqual(['The', 'cat', 'sat']);
  await fireEvent.click(screen.getByRole('button', { name: 'options' }));
  const columns = within(screen.getByRole('group', { name: 'options' }));
  await fireEvent.click(columns.getByRole('button', { name: 'occlusion' }));
  expect(heard.options).toMatchObject({ columns: ['self', 'LRP'] });
  await expect.poll(() => rows()[0]!.textContent).not.toContain('occlusion');
  expect(told(rows()[0]!)).toBe('The self attention 0.30 LRP −2.00');
});

test('keys move, lock and let go; what is looked at is told', async () => {
  const { list, heard, rows } = await show();
  const region = screen.getByRole('region', { name: 'Evidence' });
  await fireEvent.keyDown(list, { key: 'ArrowDown' });
  await fireEvent.keyDown(list, { key: 'ArrowDown' });
  expect(heard.hover).toMatchObject({ query: 2, key: 1 });
  expect(region.querySelector('footer')).toHaveTextContent(
    /self attention\s*0\.40\s*occlusion\s*0\.10\s*LRP\s*4\.00\s*sat → cat/,
  );
  await fireEvent.keyDown(list, { key: 'Enter' });
  expect(heard.selection).toMatchObject({ query: 2, key: 1 });
  expect(rows()[1]).toHaveAttribute('aria-selected', 'true');
  await fireEvent.keyDown(list, { key: 'Escape' });
  expect(heard.selection).toMatchObject({ key: null });
});
