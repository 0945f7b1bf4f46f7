// Whatever a view is doing, another trace takes its place: it draws that one, or says why not, and nothing is thrown.
import { expect, onTestFinished, test } from 'vitest';
import { page, type Locator } from 'vitest/browser';
import { createTrace, type NeuronViewProps, type Trace } from '../../../src/lib/index.js';
import { loadFixture } from '../../../src/stories/fixtures.js';
import { biased, groupedQuery, scored } from '../../../src/stories/generated-heads.js';
import { centerOf, drawn, mouse, usePage } from '../views/page.js';
import { cellsOf, elementAt, queryOf, rowsOf, showNeurons } from './neurons.js';

usePage();

const dates = await loadFixture('dates');

/** A causal trace of one head, whose weights are the softmax of its q·k: all of them 1 ÷ the number of keys seen, as keys are 0. */
function uniform(tokens: string[], dim: number): Trace {
  const n = tokens.length;
  const row = (query: number) => tokens.map((_, key) => (key <= query ? 1 / (query + 1) : 0));
  const vectors = (value: number) => [[tokens.map(() => Array.from({ length: dim }, () => value))]];
  return createTrace({
    tokens,
    attention: [[Array.from({ length: n }, (_, query) => row(query))]],
    queries: vectors(1),
    keys: vectors(0),
  });
}

const small = uniform(['a', 'b', 'c'], 2);
const recorded = small.stream();
const unread: Trace = {
  ...small,
  streams: [],
  stream: () => unreadStream,
};
const unreadStream = {
  ...recorded,
  quantity: recorded.quantity,
  matrix: (layer: number, head: number) => ({
    ...recorded.matrix(layer, head),
    block: () => Promise.reject(new Error('The disk is gone.')),
  }),
};
(unread.streams as unknown[]).push(unreadStream);

type State = (region: Locator) => Promise<unknown>;
const states: Record<string, { props?: NeuronViewProps; width?: number; reach?: State }> = {
  'lines at rest': {},
  'a query hovered': { reach: (region) => mouse.move(centerOf(queryOf(region, 9))) },
  'a key locked': { props: { selection: { key: 9 } } },
  'a query opened': { props: { selection: { query: 9 } } },
  'a query opened at 320 px': { props: { selection: { query: 9 } }, width: 320 },
  'a number hovered, a key locked, sorted': {
    props: { selection: { query: 9, key: 8 }, sort: 'contribution' },
    reach: (region) => mouse.move(elementAt(cellsOf(rowsOf(region)[7]!).product, 6, 8)),
  },
};

/** What comes in place of what was drawn, and what the view must hold then. */
const swaps: Record<string, { props: NeuronViewProps; queries?: string[]; says?: RegExp }> = {
  'a smaller one': { props: { trace: small }, queries: ['a', 'b', 'c'] },
  'a larger one': {
    props: { trace: uniform([...'abcdefghijklmnopqrstuvwxyz'], 16) },
    queries: [...'abcdefghijklmnopqrstuvwxyz'],
  },
  'another stream': {
    props: { trace: dates, stream: 'cross' },
    queries: dates.stream('cross').queryTokens.map(({ label }) => label.trim()),
  },
  'one without vectors': {
    props: { trace: createTrace({ tokens: ['a'], attention: [[[[1]]]] }) },
    says: /No queries and keys were recorded/,
  },
  'one of scores': {
    props: { trace: scored('as q·k') },
    queries: scored('as q·k')
      .stream()
      .queryTokens.map(({ label }) => label.trim()),
  },
  'one of differences': {
    props: {
      trace: createTrace({
        tokens: ['a'],
        attention: [[[[-0.5]]]],
        quantity: 'differences',
        queries: [[[[1]]]],
        keys: [[[[-3]]]],
      }),
    },
    says: /holds neither weights nor scores: its quantity is “difference”/,
  },
  'a broken one': {
    props: { trace: undefined, tokens: ['a', 'b'], attention: [[[[1, 0]]]] },
    says: /attention/,
  },
  'one that cannot be read': { props: { trace: unread }, says: /The disk is gone/ },
  nothing: { props: { trace: undefined }, says: /No attention yet/ },
};

const cases = Object.keys(states).flatMap((state) =>
  (['as recorded', 'with the notice'] as const).map((notice) => [state, notice] as const),
);

test.each(cases)('%s, %s: any other trace takes its place', async (state, notice) => {
  const thrown: unknown[] = [];
  const note = (event: Event): void => {
    event.preventDefault();
    thrown.push(event instanceof ErrorEvent ? event.error : (event as PromiseRejectionEvent).reason);
  };
  for (const kind of ['error', 'unhandledrejection']) {
    window.addEventListener(kind, note);
    onTestFinished(() => window.removeEventListener(kind, note));
  }
  const { props, width, reach } = states[state]!;
  if (width) await page.viewport(width, 700);
  const before = notice === 'as recorded' ? groupedQuery() : biased('alibi');
  const shown = await showNeurons({ ...props, trace: before });
  for (const [swap, next] of Object.entries(swaps)) {
    const message = `${swap}, thrown: `;
    await shown.change({
      stream: undefined,
      tokens: undefined,
      attention: undefined,
      ...props,
      trace: before,
    });
    await drawn(shown.region);
    const note = shown.region.getByRole('note');
    if (notice === 'with the notice') await expect.element(note).toBeVisible();
    else await expect.element(note).not.toBeInTheDocument();
    await reach?.(shown.region);

    await shown.change({ selection: undefined, ...next.props });
    if (next.says) await expect.element(shown.region.getByText(next.says).first(), { message }).toBeVisible();
    if (next.queries) {
      await drawn(shown.region);
      const grid = shown.region.getByRole('grid').query();
      const listed = grid
        ? rowsOf(shown.region).map((row) => cellsOf(row).token.textContent!.trim())
        : [
            ...shown.region.getByRole('listbox', { name: 'queries' }).element().querySelectorAll('.token'),
          ].map(({ textContent }) => textContent!.trim());
      if (!grid || swap !== 'another stream') expect(listed, message).toEqual(next.queries);
      expect(note.query(), message).toBeNull();
    }
    expect(thrown, message).toEqual([]);
  }
});
