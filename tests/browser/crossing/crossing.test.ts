import { describe, expect, test, vi } from 'vitest';
import type { Locator } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { Granularity, Hover, Labels, Selection, Trace } from '../../../src/lib/index.js';
import { announcedBy, drawn, mouse, statusOf, usePage } from '../views/page.js';
import { cases, head, key, layer, middle, option, query, type Place, type View } from './cases.js';
import Crossing from './Crossing.svelte';
import { causalTrace, derivedTrace, otherTrace, scoreTrace, signedTrace, trace, weights } from './trace.js';

usePage();

const views = Object.keys(cases) as View[];
const labels: Partial<Labels> = { pair: (from, to) => `${from} ⇒ ${to}`, place: (l, h) => `L${l}H${h}` };

async function show(view: View, place: Place, granularity: Granularity, given?: Trace, stream?: string) {
  const of = given ?? (view === 'BudgetView' ? causalTrace : trace);
  const onHoverChange = vi.fn<(hover: Hover | null) => void>();
  const onSelectionChange = vi.fn<(selection: Selection) => void>();
  const screen = await render(Crossing, {
    view,
    place,
    trace: of,
    other: otherTrace,
    labels,
    theme: 'dark',
    granularity,
    selection:
      view === 'ModelView' && !stream
        ? undefined
        : {
            ...(stream && { stream }),
            ...(view !== 'ModelView' && { layer, heads: [head] }),
            ...(view === 'EvidenceView' && { query }),
          },
    onHoverChange,
    onSelectionChange,
  });
  const region = screen.getByRole('region', { name: cases[view].name, exact: true });
  await drawn(region);
  region.element().scrollIntoView({ block: 'center' });
  return { region, onHoverChange, onSelectionChange };
}

const inTooltip = (region: Locator, what: 'hover' | 'facts'): string | undefined =>
  region.element().querySelector(`[data-${what}]`)?.textContent ?? undefined;

/** What a screen reader is told, by the view and those in it. */
const announced = (region: Locator): string =>
  [...region.element().querySelectorAll('[aria-live="polite"]')].map((one) => one.textContent).join(' ');

describe.each(views)('%s', (view) => {
  const { place: pointOf, hover, selection, tells, where, places, lenses } = cases[view];
  const crossings = places.flatMap((place) => lenses.map((lens) => ({ place, lens })));

  test.each(crossings)('$place, by $lens', async ({ place, lens }) => {
    const { region, onHoverChange, onSelectionChange } = await show(view, place, lens);
    expect(region.element().getAttribute('data-theme')).toBe('dark');
    const at = pointOf(region, lens);
    await mouse.move(at);
    // Where: told in positions of tokens, to the page and to the tooltip alike.
    await expect
      .poll(() => onHoverChange.mock.lastCall?.[0])
      .toMatchObject({ layer: expect.any(Number), ...hover });
    await expect.poll(() => inTooltip(region, 'hover')).toBeDefined();
    await expect.poll(() => JSON.parse(inTooltip(region, 'hover')!)).toEqual(onHoverChange.mock.lastCall![0]);
    // What: the same in the tooltip, the status line and to screen readers, in the page's own words.
    const facts = inTooltip(region, 'facts')!;
    const [first = ''] = facts.split('; ');
    expect(facts).toMatch(tells);
    expect(statusOf(region)).toContain(first.trim());
    expect(announced(region)).toContain(first.trim());
    expect(`${statusOf(region)} ${announced(region)}`).toContain(where);
    // A step within the same cell is no other hover.
    const told = onHoverChange.mock.calls.length;
    await mouse.move({ x: at.x + 1, y: at.y });
    await mouse.move(at);
    expect(onHoverChange.mock.calls.length).toBe(told);
    await mouse.click(at);
    await expect.poll(() => onSelectionChange.mock.lastCall?.[0]).toMatchObject(selection);
    await mouse.leave();
    await expect.poll(() => onHoverChange.mock.lastCall).toEqual([null]);
  });
});

const signed = { difference: signedTrace, score: scoreTrace };
// Queries and keys make no differences: NeuronView draws scores.
const signedCases = (['HeadView', 'Heatmap', 'TokenView', 'EvidenceView', 'NeuronView'] as const).flatMap(
  (view) =>
    (['difference', 'score'] as const)
      .filter((quantity) => view !== 'NeuronView' || quantity === 'score')
      .flatMap((quantity) => cases[view].places.map((place) => ({ view, quantity, place }))),
);

describe('signed numbers', () => {
  test.each(signedCases)('$quantity: $view, $place', async ({ view, quantity, place }) => {
    const { region } = await show(view, place, 'token', signed[quantity]);
    await mouse.move(cases[view].place(region, 'token'));
    const told = view === 'EvidenceView' ? 'self −0.40' : 'down ⇒ s −0.40';
    await expect.poll(() => inTooltip(region, 'facts')).toContain(told);
    expect(statusOf(region)).toContain(told);
    expect(announcedBy(region)).toContain(told);
    // What is counted is called by its name.
    if (view === 'HeadView' || view === 'NeuronView')
      expect(region.element().textContent).toMatch(new RegExp(`\\d+ of \\d+ numbers \\(${quantity}\\)`));
  });
});

/** NeuronView needs the queries and keys that the numbers follow from, some views weights; CompareView takes two traces. */
const notOfDerived: readonly View[] = ['NeuronView', 'BudgetView', 'HeadScatter', 'CompareView'];
const ofDerived = views.filter((view) => !notOfDerived.includes(view));
describe.each(ofDerived)('%s of a derived stream', (view) => {
  const { lenses, tells, place: pointOf, hover, selection } = cases[view];
  const where = ['alone', 'layout'] as const;
  test.each(where.flatMap((place) => lenses.map((lens) => ({ place, lens }))))(
    '$place, by $lens',
    async ({ place, lens }) => {
      const { region, onHoverChange, onSelectionChange } = await show(
        view,
        place,
        lens,
        derivedTrace,
        'half',
      );
      const at = pointOf(region, lens);
      await mouse.move(at);
      await expect.poll(() => onHoverChange.mock.lastCall?.[0]).toMatchObject({ ...hover, stream: 'half' });
      const facts = () => inTooltip(region, 'facts');
      await expect.poll(facts).toMatch(view === 'GroupView' ? /⇒ The cat sat down\. 0\.50/ : tells);
      const { value } = onHoverChange.mock.lastCall![0]!;
      if (view === 'Heatmap' && lens === 'token')
        expect(value).toBeCloseTo(weights[layer]![head]![query]![key]! / 2, 5);
      await mouse.click(at);
      await expect
        .poll(() => onSelectionChange.mock.lastCall?.[0])
        .toMatchObject({ ...selection, stream: 'half' });
    },
  );
});

test('what is chosen stays when another stream of the same tokens is picked', async () => {
  const { region, onSelectionChange } = await show('Heatmap', 'alone', 'token', derivedTrace);
  await mouse.click(cases.Heatmap.place(region, 'token'));
  await region.getByRole('combobox', { name: 'stream' }).selectOptions('half');
  await expect
    .poll(() => onSelectionChange.mock.lastCall?.[0])
    .toMatchObject({ stream: 'half', layer, heads: [head], query, key });
});

test('the number told is that of the trace', async () => {
  const { region, onHoverChange } = await show('Heatmap', 'layout', 'token');
  await mouse.move(cases.Heatmap.place(region, 'token'));
  await expect
    .poll(() => onHoverChange.mock.lastCall?.[0]?.value)
    .toBeCloseTo(weights[layer]![head]![query]![key]!, 5);
});

test('a head chosen in a model view inside an Explorer is the head its large view draws, and the other views show', async () => {
  const { region, onSelectionChange } = await show('ModelView', 'layout', 'token');
  await mouse.click(cases.ModelView.place(region, 'token'));
  await expect.poll(() => onSelectionChange.mock.lastCall?.[0]).toMatchObject({ layer, heads: [head] });
  const large = region.getByRole('region', { name: `L${layer}H${head}`, exact: true });
  await drawn(large);
  await mouse.move(middle(option(large, 'queries', query)));
  const row = weights[layer]![head]![query]!;
  const most = row.indexOf(Math.max(...row));
  await expect
    .poll(() => statusOf(large))
    .toContain(`${row[most]!.toFixed(row[most]! < 0.0995 ? 3 : 2)} L${layer}H${head}`);
});
