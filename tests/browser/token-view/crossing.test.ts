import { createRawSnippet, type ComponentProps } from 'svelte';
import { expect, onTestFinished, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { createTrace, Explorer, type TokenView } from '../../../src/lib/index.js';
import { render } from 'vitest-browser-svelte';
import { loadFixture } from '../../../src/stories/fixtures.js';
import { announcedBy, drawn, mouse, statusOf, usePage } from '../views/page.js';
import { listOf, middleOf, showTokenView, tokenIn } from './helpers.js';
import InBox from './InBox.svelte';

usePage();

const pair = await loadFixture('pair');
const said = createRawSnippet<[{ query: number | null; key: number | null }]>((hover) => ({
  render: () => `<em>query ${hover().query}</em>`,
}));
const tooltipOf = (region: ReturnType<typeof listOf>): HTMLElement =>
  region.element().querySelector<HTMLElement>('.tooltip')!;

/** A matrix of `n` tokens, each of which looks at the one before it. */
const steps = (n: number): number[][] =>
  Array.from({ length: n }, (_, query) =>
    Array.from({ length: n }, (_, key) => (key === Math.max(0, query - 1) ? 1 : 0)),
  );
const traceOf = (tokens: string[]) => createTrace({ tokens, attention: [[steps(tokens.length)]] });

test.each(['scale: 0.6', 'zoom: 1.5', 'transform: scale(1.4)'])(
  'in a box with %s the tooltip stands beside its token',
  async (style) => {
    const screen = await render(InBox, {
      style: `${style}; transform-origin: 0 0; inline-size: 600px`,
      trace: pair,
    });
    const region = screen.getByRole('region');
    await drawn(region);
    const token = tokenIn(region, 3);
    await mouse.move(middleOf(token));
    await expect.poll(() => tooltipOf(region)).toBeTruthy();
    const scale =
      region.element().getBoundingClientRect().width / (region.element() as HTMLElement).offsetWidth;
    await expect
      .poll(() => tooltipOf(region).getBoundingClientRect().x - token.getClientRects()[0]!.right)
      .toBeCloseTo(10 * scale, 0);
    expect(tooltipOf(region).getBoundingClientRect().y - token.getClientRects()[0]!.bottom).toBeCloseTo(
      10 * scale,
      0,
    );
  },
);

test('in a box that is scaled, arrows go up and down by one line', async () => {
  const screen = await render(InBox, {
    style: 'transform: scale(0.4); transform-origin: 0 0; inline-size: 500px',
    trace: await loadFixture('paragraph'),
  });
  const region = screen.getByRole('region');
  await drawn(region);
  const active = () =>
    document.getElementById(listOf(region).element().getAttribute('aria-activedescendant') ?? '');
  (listOf(region).element() as HTMLElement).focus();
  await userEvent.keyboard('{Home}');
  await expect.poll(active).toBeTruthy();
  const first = middleOf(active()!);
  await userEvent.keyboard('{ArrowDown}');
  await expect.poll(() => middleOf(active()!).y - first.y).toBeCloseTo(29 * 0.4, 0);
});

test('at the right edge the tooltip goes to the left of its token, and stays in the view', async () => {
  const { region } = await showTokenView({
    trace: traceOf(Array.from({ length: 40 }, (_, i) => ` word${i}`)),
    style: '--attentrace-height: 300px; inline-size: 420px',
  });
  const box = region.element().getBoundingClientRect();
  const tokens = listOf(region).getByRole('option').elements() as HTMLElement[];
  const last = tokens.findIndex(
    (token, i) => tokens[i + 1]!.getBoundingClientRect().y > token.getBoundingClientRect().y + 5,
  );
  await mouse.move(middleOf(tokens[last]!));
  await expect.poll(() => tooltipOf(region)).toBeTruthy();
  await expect
    .poll(() => tooltipOf(region).getBoundingClientRect().right)
    .toBeLessThan(tokens[last]!.getBoundingClientRect().left);
  expect(tooltipOf(region).getBoundingClientRect().left).toBeGreaterThanOrEqual(box.left);
});

test('in an Explorer the user’s tooltip is drawn, with token positions under a lens', async () => {
  const props: ComponentProps<typeof Explorer> = {
    trace: pair,
    layer: 3,
    granularity: 'word',
    tooltip: said as never,
    theme: 'light',
  };
  const onHoverChange = vi.fn();
  const screen = await render(Explorer, { ...props, onHoverChange, maximized: 'text' });
  const region = screen.getByRole('region', { name: 'Text' });
  await drawn(region);
  // The word "them" is the 16th row; its token the 17th, as "cell ##ist" is one word.
  const words = listOf(region).getByRole('option').elements() as HTMLElement[];
  const word = words.findIndex((element) => element.textContent === 'them');
  expect(word).not.toBe(16);
  await mouse.move(middleOf(words[word]!));
  await expect.element(region.getByText('query 16')).toBeVisible();
  expect(onHoverChange.mock.lastCall![0]).toMatchObject({ query: 16, key: null });
});

test('keys that do something stay in the view; others are the page’s', async () => {
  const { region } = await showTokenView({ trace: pair, layer: 3 });
  const heard: string[] = [];
  const listen = ({ key }: KeyboardEvent): void => void heard.push(key);
  document.addEventListener('keydown', listen);
  onTestFinished(() => document.removeEventListener('keydown', listen));
  (listOf(region).element() as HTMLElement).focus();
  // Nothing is pointed at: there is nothing to lock, to go to or to let go of.
  await userEvent.keyboard('{Enter}s{Escape}');
  expect(heard).toEqual(['Enter', 's', 'Escape']);
  heard.length = 0;
  await userEvent.keyboard('{ArrowRight}{ArrowRight}');
  await expect.poll(() => announcedBy(region)).not.toBe('');
  await userEvent.keyboard('s{Enter}{Escape}ab');
  expect(heard).toEqual(['a', 'b']);
});

test('two tokens that look the same are told apart', async () => {
  const { region } = await showTokenView({ trace: traceOf(['the', ' cat', ' the', ' dog']) });
  await mouse.move(middleOf(tokenIn(region, 2)));
  await expect.poll(() => announcedBy(region)).toContain('the·2 → cat 1.00');
  await mouse.move(middleOf(tokenIn(region, 1)));
  await expect.poll(() => announcedBy(region)).toContain('cat → the·0 1.00, the·2 → cat 1.00');
});

test('segments are shown by name and text, and counted as such', async () => {
  const trace = createTrace({
    tokens: ['The', 'Ġcat', '.', 'ĠIt', 'Ġsl', 'ept', '.'],
    segments: [
      { name: 'first', start: 0, end: 3 },
      { name: 'second', start: 3, end: 7 },
    ],
    attention: [[steps(7)]],
  });
  const { region, change } = await showTokenView({ trace, granularity: 'segment' });
  expect(statusOf(region)).toContain('2 segments');
  expect(listOf(region).element().textContent).toBe('first\u2002The cat.\nsecond\u2002It slept.');
  await mouse.move(middleOf(tokenIn(region, 1)));
  await expect.poll(() => announcedBy(region)).toContain('second → ');
  await mouse.leave();
  await change({ granularity: 'word' });
  await expect.poll(() => listOf(region).element().textContent).toBe('The cat. It slept.');
  await expect.poll(() => statusOf(region)).toContain('6 words');
});

test('Arabic runs to the left, also after a marker, and so do the arrow keys', async () => {
  const { region } = await showTokenView({ trace: traceOf(['[CLS]', 'مرحبا', 'بالعالم', '[SEP]']) });
  const x = (position: number) => middleOf(tokenIn(region, position)).x;
  expect(x(0)).toBeGreaterThan(x(1));
  expect(x(1)).toBeGreaterThan(x(2));
  expect(x(2)).toBeGreaterThan(x(3));
  (listOf(region).element() as HTMLElement).focus();
  await userEvent.keyboard('{Home}{ArrowLeft}{ArrowLeft}');
  await expect.poll(() => tokenIn(region, 2).className).toContain('focused');
  await userEvent.keyboard('{ArrowRight}');
  await expect.poll(() => tokenIn(region, 1).className).toContain('focused');
});

const states: [string, Partial<ComponentProps<typeof TokenView>>][] = [
  ['at rest', {}],
  ['with a locked token', { selection: { query: 20 } }],
  ['with a locked key', { selection: { key: 20 }, show: 'receives' }],
  ['with a pair', { selection: { query: 20, key: 18 } }],
  ['as words', { granularity: 'word', selection: { query: 20 } }],
];
test.each(states)('%s, another trace takes the place of the one shown', async (_, props) => {
  const failed = vi.fn();
  for (const kind of ['error', 'unhandledrejection']) {
    window.addEventListener(kind, failed);
    onTestFinished(() => window.removeEventListener(kind, failed));
  }
  const dates = await loadFixture('dates');
  const small = traceOf(['a', ' b', ' c']);
  const { region, change } = await showTokenView({ trace: pair, ...props });
  await mouse.move(middleOf(tokenIn(region, 19)));
  await expect.poll(() => announcedBy(region)).not.toBe('');
  for (const trace of [small, dates, pair, small]) {
    await change({ trace });
    await drawn(region);
  }
  await expect.poll(() => listOf(region).element().textContent).toBe('a b c');
  await mouse.leave();
  await mouse.move(middleOf(tokenIn(region, 1)));
  await expect.poll(() => announcedBy(region)).toContain('c → b 1.00');
  // At rest and while it is pointed at.
  await change({ trace: pair });
  await drawn(region);
  await change({ trace: traceOf(['x']) });
  await drawn(region);
  expect(failed).not.toHaveBeenCalled();
});
