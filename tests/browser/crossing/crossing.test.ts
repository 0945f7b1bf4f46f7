import { describe, expect, test, vi } from 'vitest';
import type { Locator } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { Granularity, Hover, Labels, Selection, Trace } from '../../../src/lib/index.js';
import { announcedBy, drawn, mouse, statusOf, usePage, type Point } from '../views/page.js';
import Crossing from './Crossing.svelte';
import { derivedTrace, scoreTrace, signedTrace, tokens, trace, weights } from './trace.js';

usePage();

type View = 'HeadView' | 'Heatmap' | 'ModelView' | 'NeuronView' | 'TokenView';
type Place = 'alone' | 'explorer' | 'layout' | 'scaled';

/** What is pointed at: query 4 (“down”), and with a cell key 2 (“s”, or “sat”). */
const [layer, head, query, key] = [1, 1, 4, 2];
/** Among words it is the one before. */
const seen = { token: query, word: query - 1 };
const count = { token: tokens.length, word: tokens.length - 1 };

const middle = (element: Element): Point => {
  const { x, y, width, height } = element.getClientRects()[0]!;
  return { x: x + width / 2, y: y + height / 2 };
};
const option = (region: Locator, list: string, position: number): Element =>
  region
    .getByRole('listbox', { name: list, exact: true })
    .element()
    .querySelector(`[aria-posinset="${position + 1}"]`)!;

interface Case {
  name: string;
  place: (region: Locator, lens: 'token' | 'word') => Point;
  hover: Partial<Hover>;
  selection: Partial<Selection>;
  /** Whether what is pointed at is told as a pair. */
  tellsPair: boolean;
}

const cases: Record<View, Case> = {
  HeadView: {
    name: 'Heads',
    place: (region, lens) => middle(option(region, 'queries', seen[lens])),
    hover: { query, key: null },
    selection: { query, key: null },
    tellsPair: true,
  },
  Heatmap: {
    name: 'Heatmap',
    place(region, lens) {
      const { x, y, width, height } = region.getByRole('application').element().getBoundingClientRect();
      return {
        x: x + ((key + 0.5) / count[lens]) * width,
        y: y + ((seen[lens] + 0.5) / count[lens]) * height,
      };
    },
    hover: { query, key },
    selection: { query, key },
    tellsPair: true,
  },
  ModelView: {
    name: 'Model',
    place: (region) =>
      middle(region.getByRole('gridcell', { name: new RegExp(`^L${layer}H${head}`) }).element()),
    hover: { layer, head, query: null, key: null },
    selection: { layer, heads: [head] },
    tellsPair: false,
  },
  NeuronView: {
    name: 'Neurons',
    place: (region) => middle(option(region, 'queries', query)),
    hover: { query, key: null },
    selection: { query, key: null },
    tellsPair: true,
  },
  TokenView: {
    name: 'Text',
    place: (region, lens) => middle(option(region, 'tokens', seen[lens])),
    hover: { query, key: null },
    selection: { query, key: null },
    tellsPair: true,
  },
};

const views = Object.keys(cases) as View[];
const places: Place[] = ['alone', 'explorer', 'layout', 'scaled'];
/** An Explorer without a layout of one's own has no NeuronView. */
const placesOf = (view: View): Place[] =>
  places.filter((place) => view !== 'NeuronView' || place !== 'explorer');
const labels: Partial<Labels> = { pair: (from, to) => `${from} ⇒ ${to}`, place: (l, h) => `L${l}H${h}` };

async function show(view: View, place: Place, granularity: Granularity, of: Trace = trace, stream?: string) {
  const onHoverChange = vi.fn<(hover: Hover | null) => void>();
  const onSelectionChange = vi.fn<(selection: Selection) => void>();
  const screen = await render(Crossing, {
    view,
    place,
    trace: of,
    labels,
    theme: 'dark',
    granularity,
    selection:
      view === 'ModelView' && !stream
        ? undefined
        : { ...(stream && { stream }), ...(view !== 'ModelView' && { layer, heads: [head] }) },
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

describe.each(views)('%s', (view) => {
  const { place: pointOf, hover, selection, tellsPair } = cases[view];
  const where = placesOf(view);
  const lenses =
    view === 'NeuronView' || view === 'ModelView' ? (['token'] as const) : (['token', 'word'] as const);
  const crossings = where.flatMap((place) => lenses.map((lens) => ({ place, lens })));

  test.each(crossings)('$place, by $lens', async ({ place, lens }) => {
    const { region, onHoverChange, onSelectionChange } = await show(view, place, lens);
    expect(region.element().getAttribute('data-theme')).toBe('dark');
    const at = pointOf(region, lens);
    await mouse.move(at);
    // Where: told in positions of tokens, to the page and to the tooltip alike.
    await expect
      .poll(() => onHoverChange.mock.lastCall?.[0])
      .toMatchObject({ ...hover, layer: view === 'ModelView' ? layer : expect.any(Number) });
    await expect.poll(() => inTooltip(region, 'hover')).toBeDefined();
    await expect.poll(() => JSON.parse(inTooltip(region, 'hover')!)).toEqual(onHoverChange.mock.lastCall![0]);
    // What: the same in the tooltip, the status line and to screen readers, in the page's own words.
    const facts = inTooltip(region, 'facts')!;
    const [first = ''] = facts.split('; ');
    if (tellsPair) expect(facts).toMatch(/^down ⇒ \S+ \d/);
    expect(statusOf(region)).toContain(first.trim());
    expect(announcedBy(region)).toContain(first.trim());
    expect(`${statusOf(region)} ${announcedBy(region)}`).toContain(`L${layer}H${head}`);
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
const signedCases = (['HeadView', 'Heatmap', 'TokenView', 'NeuronView'] as const).flatMap((view) =>
  (['difference', 'score'] as const)
    .filter((quantity) => view !== 'NeuronView' || quantity === 'score')
    .flatMap((quantity) => placesOf(view).map((place) => ({ view, quantity, place }))),
);

describe('signed numbers', () => {
  test.each(signedCases)('$quantity: $view, $place', async ({ view, quantity, place }) => {
    const { region } = await show(view, place, 'token', signed[quantity]);
    await mouse.move(cases[view].place(region, 'token'));
    await expect.poll(() => inTooltip(region, 'facts')).toContain('down ⇒ s −0.40');
    expect(statusOf(region)).toContain('down ⇒ s −0.40');
    expect(announcedBy(region)).toContain('down ⇒ s −0.40');
    // What is counted is called by its name.
    if (view === 'HeadView' || view === 'NeuronView')
      expect(region.element().textContent).toMatch(new RegExp(`\\d+ of \\d+ numbers \\(${quantity}\\)`));
  });
});

/** NeuronView needs the queries and keys that the numbers follow from: what is derived has none. */
describe.each(views.filter((view) => view !== 'NeuronView'))('%s of a derived stream', (view) => {
  const where = ['alone', 'layout'] as const;
  const lenses = view === 'ModelView' ? (['token'] as const) : (['token', 'word'] as const);
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
      const at = cases[view].place(region, lens);
      await mouse.move(at);
      await expect
        .poll(() => onHoverChange.mock.lastCall?.[0])
        .toMatchObject({ ...cases[view].hover, stream: 'half' });
      const facts = () => inTooltip(region, 'facts');
      await expect.poll(facts).toMatch(cases[view].tellsPair ? /^down ⇒ \S+ \d/ : /./);
      const { value } = onHoverChange.mock.lastCall![0]!;
      if (view === 'Heatmap' && lens === 'token')
        expect(value).toBeCloseTo(weights[layer]![head]![query]![key]! / 2, 5);
      await mouse.click(at);
      await expect
        .poll(() => onSelectionChange.mock.lastCall?.[0])
        .toMatchObject({ ...cases[view].selection, stream: 'half' });
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
