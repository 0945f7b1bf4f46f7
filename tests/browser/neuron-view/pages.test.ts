// The neuron view on other people's pages: scaled, from right to left, with keys, tooltips and colours of their own.
import { createRawSnippet, type ComponentProps } from 'svelte';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { NeuronView, type Hover } from '../../../src/lib/index.js';
import { diverging, headColors } from '../../../src/lib/render/colors/index.js';
import { loadFixture } from '../../../src/stories/fixtures.js';
import { biased, evenAttention } from '../../../src/stories/generated-heads.js';
import { browser, centerOf, drawn, mouse, statusOf, usePage } from '../views/page.js';
import { fromHex, inkIn, takePicture } from '../views/pixels.js';
import {
  boxOf,
  cellsOf,
  elementAt,
  numbersOf,
  queryOf,
  rangeOf,
  rowsOf,
  showNeurons,
  stripBox,
} from './neurons.js';

usePage();

const pair = await loadFixture('pair');
const [layer, head, query] = [3, 1, 16];
const { q, rows } = numbersOf(pair.stream(), layer, head, query);
const said = (value: number): string => value.toFixed(Math.abs(value) < 0.0995 ? 3 : 2).replace('-', '−');
type NeuronViewProps = ComponentProps<typeof NeuronView>;
const opened: NeuronViewProps = { trace: pair, layer, head, selection: { query } };

/** The context that views draw with: the last that was made. */
let context: WebGL2RenderingContext | undefined;
for (const { prototype } of [OffscreenCanvas, HTMLCanvasElement] as { prototype: OffscreenCanvas }[]) {
  const getContext = prototype.getContext as (...args: unknown[]) => WebGL2RenderingContext | null;
  prototype.getContext = function (this: OffscreenCanvas, ...args: unknown[]) {
    const made = getContext.apply(this, args);
    if (args[0] === 'webgl2' && made) context = made;
    return made;
  } as never;
}

/** Lays a style on the page round the views of this test. */
function stylePage(style: Partial<CSSStyleDeclaration>): void {
  Object.assign(document.body.style, style);
  onTestFinished(() => document.body.removeAttribute('style'));
}

describe.each([
  ['scaled by a transform', { transform: 'scale(0.6)', transformOrigin: '0 0' }],
  ['scaled by zoom', { zoom: '0.7' }],
  ['from right to left', { direction: 'rtl' }],
])('on a page %s', (_, style) => {
  test('a pointer tells the number it is on, which has the colour it must have', async () => {
    stylePage(style);
    const { region } = await showNeurons(opened);
    const { k, product, score } = cellsOf(rowsOf(region)[13]!);
    for (const [cell, value] of [
      [k, rows[13]!.k[20]!],
      [product, rows[13]!.products[20]!],
    ] as const) {
      await mouse.move(elementAt(cell, 20, 32));
      await expect
        .poll(() => statusOf(region))
        .toContain(`dimension 20 q ${said(q[20]!)} × k ${said(rows[13]!.k[20]!)}`);
      const range = rangeOf(region, cell === k ? 'key k' : 'q × k');
      // A number whose colour is far from that of 0.
      const place = cell === k ? rows[13]!.k : rows[13]!.products;
      const most = place.reduce((best, next, i) => (Math.abs(next) > Math.abs(place[best]!) ? i : best), 0);
      await mouse.leave();
      const found = (await takePicture(boxOf(region))).at(elementAt(cell, most, 32));
      const unit = 0.5 + 0.5 * Math.max(-1, Math.min(1, place[most]! / range));
      const right = diverging.light.subarray(Math.round(unit * 255) * 3);
      // Where the page scales the canvas, neighbouring pixels mix.
      for (const channel of [0, 1, 2]) expect(Math.abs(found[channel]! - right[channel]!)).toBeLessThan(40);
      expect(value).toBeDefined();
    }
    await mouse.move(centerOf(page.elementLocator(score)));
    await expect.poll(() => statusOf(region)).toContain(`q·k ÷ √32 ${said(rows[13]!.score)}`);
    const strip = stripBox(region);
    await mouse.move({ x: strip.x + (7.5 / 32) * strip.width, y: strip.y + strip.height / 2 });
    await expect.poll(() => statusOf(region)).toContain(`dimension 7 q ${said(q[7]!)}`);
  });

  test('the tooltip stands beside the number', async () => {
    stylePage(style);
    const { region } = await showNeurons(opened);
    const at = elementAt(cellsOf(rowsOf(region)[4]!).k, 9, 32);
    await mouse.move(at);
    const tooltip = () => region.element().querySelector('.tooltip')!.getBoundingClientRect();
    await expect.poll(() => region.element().querySelector('.tooltip')).not.toBeNull();
    await expect.poll(() => Math.abs(tooltip().left - at.x)).toBeLessThan(40);
    expect(tooltip().top).toBeGreaterThan(at.y);
    expect(tooltip().top - at.y).toBeLessThan(40);
  });
});

test('from right to left the legend runs from − to + and the threshold is read “≥ 0.05”', async () => {
  stylePage({ direction: 'rtl' });
  const { region, change } = await showNeurons({ trace: pair, layer, head });
  const label = region.getByRole('spinbutton').element().closest('label')!;
  const [sign, input] = [label.querySelector('span')!, label.querySelector('input')!];
  expect(sign.getBoundingClientRect().right).toBeLessThanOrEqual(input.getBoundingClientRect().left);
  await change({ trace: pair, layer, head, selection: { query } });
  await drawn(region);
  const legend = region.element().querySelector('.legend')!;
  const ends = [...legend.querySelectorAll('span')].map((end) => end.getBoundingClientRect().left);
  expect(ends[0]).toBeLessThan(ends[1]!);
  expect(legend.querySelector('span')!.textContent).toContain('−');
});

test('keys that the view uses stay in it, others reach the page', async () => {
  const heard = vi.fn();
  const listen = ({ key }: KeyboardEvent): void => heard(key);
  window.addEventListener('keydown', listen);
  onTestFinished(() => window.removeEventListener('keydown', listen));
  const { region } = await showNeurons({ trace: pair, layer, head });
  const queries = region.getByRole('listbox', { name: 'queries' });
  (queries.element() as HTMLElement).focus();
  await userEvent.keyboard('{Escape}a{ArrowDown}{ArrowDown}{PageDown}{Home}b{Escape}{ArrowDown}{Enter}');
  await expect.element(region.getByRole('grid')).toBeVisible();
  (region.getByRole('grid').element() as HTMLElement).focus();
  await userEvent.keyboard('{ArrowDown}{ArrowRight}{ArrowLeft}{End}c{Enter}{Escape}{Escape}d');
  await expect.element(region.getByRole('grid')).not.toBeInTheDocument();
  // The first Escape had nothing to let go of.
  expect(heard.mock.calls.flat()).toEqual(['Escape', 'a', 'b', 'c', 'd']);
});

test('a tooltip of one’s own is told token positions and the readout, beside a number and beside a token', async () => {
  const tooltip = createRawSnippet<[Hover, { facts: readonly { name: string; value: string }[] }]>(
    (hover, readout) => ({
      render: () => '<p class="own"></p>',
      setup: (element) =>
        $effectRoot(
          element,
          () =>
            `${hover().query} ${hover().key} ${readout()
              .facts.map(({ name }) => name)
              .join('; ')}`,
        ),
    }),
  );
  const { region, change } = await showNeurons({ ...opened, tooltip: tooltip as never });
  const own = () => region.element().querySelector('.own')?.textContent;
  await mouse.move(elementAt(cellsOf(rowsOf(region)[2]!).k, 5, 32));
  await expect.poll(own).toBe('16 2 them → keys; dimension 5; softmax');
  expect(statusOf(region)).toContain('them → keys');
  await change({ ...opened, selection: {}, tooltip: tooltip as never });
  await drawn(region);
  await mouse.move(centerOf(queryOf(region, query)));
  await expect.poll(own).toBe('16 null them → keys');
});

/** Writes what a getter gives, and again as it changes. */
function $effectRoot(element: Element, text: () => string): () => void {
  const write = (): void => void (element.textContent = text());
  write();
  const timer = setInterval(write, 20);
  return () => clearInterval(timer);
}

test('options are told together, and given back restore what was seen', async () => {
  const onOptionsChange = vi.fn();
  const first = await showNeurons({ trace: biased('scale'), onOptionsChange });
  await first.region.getByRole('button', { name: 'use it' }).click();
  await expect.element(first.region.getByRole('note')).not.toBeInTheDocument();
  await first.region.getByRole('spinbutton').fill('0.2');
  await mouse.click(centerOf(queryOf(first.region, 3)));
  await first.region.getByRole('button', { name: 'sorted by contribution' }).click();
  const options = onOptionsChange.mock.lastCall![0];
  expect(options).toEqual({ sort: 'contribution', threshold: 0.2, scale: expect.closeTo(1, 2) });
  await first.unmount();
  const again = await showNeurons({ trace: biased('scale'), ...options });
  await expect.poll(() => statusOf(again.region)).toContain('reproduces');
  await expect.element(again.region.getByRole('spinbutton')).toHaveValue(0.2);
});

test('a head that looks at everything alike is no blank picture: every query has its lines', async () => {
  const { region } = await showNeurons({ trace: evenAttention() });
  expect(statusOf(region)).toContain('1,024 of 1,024 weights');
  const sheet = region.element().querySelector('.sheet canvas')!.getBoundingClientRect();
  const ink = fromHex(headColors(1, 'light')[0]!);
  let most = 0;
  (await takePicture(boxOf(region))).each((color, { x, y }) => {
    if (x > sheet.left && x < sheet.right && y > sheet.top && y < sheet.top + 600)
      most = Math.max(most, inkIn(color, [255, 255, 255], ink));
  });
  expect(most).toBeGreaterThan(0.3);
});

describe('a lost graphics context', () => {
  test.each([
    ['with lines', {}, {}],
    ['with a query open', { query }, { query }],
    ['with a query that is closed meanwhile', { query }, { query: null }],
    ['with a query that is opened meanwhile', { query: null }, { query }],
  ])('%s: the view says so, and draws again when it is back', async (_, before, after) => {
    const props = { trace: pair, layer, head };
    const { region, change } = await showNeurons({ ...props, selection: before });
    const extension = context!.getExtension('WEBGL_lose_context')!;
    extension.loseContext();
    await expect.element(region.getByRole('alert')).toBeVisible();
    await change({ ...props, selection: after });
    await expect.element(region.getByRole('alert')).toBeVisible();
    extension.restoreContext();
    await expect.element(region.getByRole('alert')).not.toBeInTheDocument();
    await drawn(region);
    if (!('query' in after) || after.query === null) {
      await expect.element(region.getByRole('listbox', { name: 'keys' })).toBeVisible();
      return;
    }
    const { k } = cellsOf(rowsOf(region)[2]!);
    const range = rangeOf(region, 'key k');
    const place = rows[2]!.k.findIndex((value) => Math.abs(value) > range / 2);
    const unit = 0.5 + 0.5 * Math.max(-1, Math.min(1, rows[2]!.k[place]! / range));
    const right = [...diverging.light.subarray(Math.round(unit * 255) * 3).subarray(0, 3)];
    await expect
      .poll(async () => (await takePicture(boxOf(region))).at(elementAt(k, place, 32)))
      .toEqual(right);
  });
});

test('with the system’s own colours numbers keep theirs, and what is chosen stands out', async () => {
  const media = (value: string) =>
    browser().send(
      'Emulation.setEmulatedMedia' as never,
      { features: [{ name: 'forced-colors', value }] } as never,
    );
  await media('active');
  onTestFinished(() => void media('none'));
  const screen = await render(NeuronView, { ...opened, selection: { query, key: 2 } });
  const region = screen.getByRole('region');
  await drawn(region);
  const row = rowsOf(region)[2]!;
  const styleOf = (selector: string) => getComputedStyle(row.querySelector(selector)!);
  const range = rangeOf(region, 'q·k');
  const unit = 0.5 + 0.5 * Math.max(-1, Math.min(1, rows[2]!.score / range));
  const theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  const right = diverging[theme].subarray(Math.round(unit * 255) * 3);
  expect(styleOf('b').backgroundColor).toBe(`rgb(${right[0]}, ${right[1]}, ${right[2]})`);
  expect(styleOf('.token').outlineStyle).toBe('solid');
  expect(getComputedStyle(region.element().querySelector('.legend i')!).backgroundImage).toContain(
    'gradient',
  );
});
