import { fireEvent, render, screen, within } from '@testing-library/svelte';
import type { Component } from 'svelte';
import { describe, expect, test } from 'vitest';
import { attributions, measureHeads, rollout } from '../../../src/lib/analysis/index.js';
import * as attentrace from '../../../src/lib/index.js';
import { createTrace, traceOf, type ViewProps } from '../../../src/lib/index.js';
import '../still-starting.js';

const trace = createTrace({
  tokens: ['The', 'cat', 'sat'],
  attention: [[[[1, 0, 0], [0.4, 0.6, 0], [0.1, 0.7, 0.2]]]], // prettier-ignore
});
const views = (['HeadView', 'Heatmap', 'ModelView', 'NeuronView', 'TokenView'] as const).map(
  (name) => [name, attentrace[name] as unknown as Component<ViewProps>] as const,
);

describe.each(views)('%s', (_name, View) => {
  test('says what its numbers can bear, what may be concluded and what is to be known', async () => {
    render(View, { trace: traceOf(trace, rollout(trace.stream())), stream: 'rollout' });
    const badge = screen.getByRole('button', { name: 'descriptive' });
    expect(badge).toHaveAttribute('title', expect.stringMatching(/Attention alone: .*\nIt ignores values/));
    await fireEvent.click(badge);
    expect(badge).toHaveAttribute('aria-expanded', 'true');
    expect(screen.getByText(/it says where a model looks/)).toBeVisible();
    expect(screen.getByText(/collapses to the first tokens/)).toBeVisible();
    await fireEvent.keyDown(badge, { key: 'Escape' });
    expect(screen.queryByText(/collapses to the first tokens/)).not.toBeInTheDocument();
  });
});

test('a contribution is called one, in the page’s own words', () => {
  const own = attributions(trace.stream(), [1, -2, 3], { name: 'LRP', evidence: 'contribution', query: 2 });
  render(attentrace.Heatmap, {
    trace: traceOf(own),
    labels: {
      evidence: { descriptive: 'beschreibend', contribution: 'Beitrag', causal: 'ursächlich' },
      caveats: { LRP: 'Nur für eine Ausgabe.' },
    },
  });
  expect(screen.getByRole('button', { name: 'Beitrag' })).toHaveAttribute(
    'title',
    expect.stringMatching(/\nNur für/),
  );
});

test('ModelView orders heads by a measure of the page’s own, and names it', async () => {
  const measure: attentrace.NamedMeasure['measure'] = {
    bears: 'descriptive',
    unit: 'share',
    oneSequence: true,
    rows: () => (sums, weights, query) => {
      sums.part += weights[query]!;
      sums.whole++;
    },
  };
  const two = createTrace({
    tokens: ['a', 'b'],
    attention: [[[[1, 0], [0.9, 0.1]], [[1, 0], [0.2, 0.8]]]], // prettier-ignore
  });
  const orderBy = { label: 'on itself', measure };
  expect((await measureHeads(two.stream(), orderBy)).map(({ value }) => value)).toEqual([
    expect.closeTo(0.55, 6),
    expect.closeTo(0.9, 6),
  ]);
  render(attentrace.ModelView, { trace: two, orderBy });
  const order = screen.getByRole<HTMLSelectElement>('combobox', { name: 'order' });
  expect(within(order).getByRole('option', { name: 'by on itself' })).toBeInTheDocument();
  expect(order.selectedOptions[0]).toHaveTextContent('by on itself');
  const cells = await screen.findAllByRole('gridcell', { name: /on itself/ });
  expect(cells).toHaveLength(2);
  expect(cells[0]).toHaveAccessibleName('layer 0, head 1, on itself 0.90');
  expect(cells[1]).toHaveAccessibleName('layer 0, head 0, on itself 0.55');
});
