import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { tick, type Component } from 'svelte';
import { describe, expect, test } from 'vitest';
import { attributions, measureHeads, rollout } from '../../../src/lib/analysis/index.js';
import * as attentrace from '../../../src/lib/index.js';
import { createTrace, traceOf, type ViewProps } from '../../../src/lib/index.js';
import '../still-starting.js';

const trace = createTrace({
  tokens: ['The', 'cat', 'sat'],
  attention: [[[[1, 0, 0], [0.4, 0.6, 0], [0.1, 0.7, 0.2]]]], // prettier-ignore
});
const views = (
  [
    'BudgetView',
    'EvidenceView',
    'GroupView',
    'HeadScatter',
    'HeadView',
    'Heatmap',
    'ModelView',
    'NeuronView',
    'TokenView',
  ] as const
).map((name) => [name, attentrace[name] as unknown as Component<ViewProps>] as const);
/** Those that refuse what is no weight. */
const ofWeights = ['BudgetView', 'HeadScatter'];

describe.each(views)('%s', (name, View) => {
  test('says what its numbers can bear, what may be concluded and what is to be known', async () => {
    const derived = rollout(trace.stream());
    const shown = ofWeights.includes(name) ? trace : traceOf(trace, derived);
    render(View, { trace: shown, ...(!ofWeights.includes(name) && { stream: 'rollout' }) });
    const badge = (await screen.findAllByRole('button', { name: 'descriptive' })).at(-1)!;
    const conclusion = screen.getAllByText(/it says where a model looks/).at(-1)!;
    const caveat = screen
      .getAllByText(
        ofWeights.includes(name) ? /High attention is not importance/ : /collapses to the first tokens/,
      )
      .at(-1)!;
    expect(badge).toHaveAccessibleDescription(`${conclusion.textContent} ${caveat.textContent}`);
    const isShown = (open: boolean): void => {
      expect(badge).toHaveAttribute('aria-expanded', String(open));
      for (const line of [conclusion, caveat])
        if (open) expect(line).toBeVisible();
        else expect(line).not.toBeVisible();
    };
    isShown(false);
    // By the pointer, until it leaves; by the keyboard; by a click or a tap.
    await fireEvent.pointerEnter(badge);
    isShown(true);
    await fireEvent.pointerLeave(badge);
    isShown(false);
    badge.focus();
    await tick();
    isShown(true);
    await fireEvent.keyDown(badge, { key: 'Escape' });
    isShown(false);
    await fireEvent.click(badge);
    isShown(true);
    await fireEvent.blur(badge);
    isShown(false);
  });
});

test('a contribution is called one, in the page’s own words', () => {
  const own = attributions(trace.stream(), [1, -2, 3], { name: 'LRP', evidence: 'contribution', query: 2 });
  render(attentrace.Heatmap, {
    trace: traceOf(own),
    labels: {
      evidence: { descriptive: 'beschreibend', contribution: 'Beitrag', causal: 'ursächlich' },
      caveats: { LRP: 'Nur für LRP.' },
    },
  });
  expect(screen.getByRole('button', { name: 'Beitrag' })).toHaveAccessibleDescription(/ Nur für LRP\.$/);
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

test('numbers of heads say what they can bear: two badges in HeadScatter where the axes differ', async () => {
  const values = [{ layer: 0, head: 0, value: 0.5 }];
  const { rerender } = render(attentrace.HeadScatter, {
    trace,
    vertical: { label: 'silenced', values, evidence: 'causal' },
  });
  const badges = () => screen.getAllByRole('button', { name: /^(descriptive|contribution|causal)$/ });
  expect(badges().map((badge) => badge.getAttribute('aria-label'))).toEqual(['descriptive', 'causal']);
  expect(badges()[1]).toHaveAccessibleDescription(/^silenced /);
  await rerender({ vertical: { label: 'given', values } });
  expect(badges().map((badge) => badge.getAttribute('aria-label'))).toEqual(['descriptive']);
  const wrong = 'certain' as 'causal';
  await rerender({ vertical: { label: 'given', values, evidence: wrong } });
  expect(await screen.findByRole('alert')).toHaveTextContent(/vertical/);
});
