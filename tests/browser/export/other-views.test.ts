import { createRawSnippet, getAllContexts, mount, unmount, type Component } from 'svelte';
import { describe, expect, test } from 'vitest';
import {
  Explorer,
  HeadView,
  Heatmap,
  ModelView,
  NeuronView,
  TokenView,
  type ExplorerProps,
  type ModelViewProps,
  type NeuronViewProps,
  type TokenViewProps,
} from '../../../src/lib/index.js';
import { render } from 'vitest-browser-svelte';
import type { Rect } from '../../../src/lib/scene/rect.js';
import { blockWeights, createTrace } from '../../../src/lib/trace/index.js';
import { loadFixture } from '../../../src/stories/fixtures.js';
import type { Figure, FigureOptions } from '../../../src/lib/export/index.js';
import { drawn, showView, usePage } from '../views/page.js';
import { diverging, rgbToHex, tableColor } from '../../../src/lib/render/colors/index.js';
import { fromHex } from '../views/pixels.js';
import {
  commonColor,
  compare,
  drawFigure,
  drawnScreen,
  marksOf,
  placedBoxes,
  roughDifference,
  said,
} from './agree.js';

usePage();

const pair = await loadFixture('pair');
const paragraph = await loadFixture('paragraph');
const induction = await loadFixture('induction');

const showModel = (props: ModelViewProps) =>
  showView<ModelViewProps>(ModelView as unknown as Component, props);
const showNeurons = (props: NeuronViewProps) =>
  showView<NeuronViewProps>(NeuronView as unknown as Component, props);
const showTokens = (props: TokenViewProps) =>
  showView<TokenViewProps>(TokenView as unknown as Component, props);

/** The part of a figure that is compared: what is seen, but for edges. */
const within = ({ x, y, width, height }: Rect, edge = 10): Rect => ({
  x: Math.ceil(x + edge),
  y: Math.ceil(y + edge),
  width: Math.floor(width - 2 * edge),
  height: Math.floor(height - 2 * edge),
});

/** What is written in elements that are seen. */
function written(element: Element, selector: string): string[] {
  const seen = element.getBoundingClientRect();
  return [...element.querySelectorAll(selector)]
    .filter((one) => {
      const box = one.getBoundingClientRect();
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      return box.width > 0 && x > seen.left && x < seen.right && y > seen.top && y < seen.bottom;
    })
    .map((one) => one.textContent.trim());
}

describe('a model view: its SVG and the screen agree', () => {
  test.each([
    { name: 'lines', props: { trace: pair } },
    { name: 'matrices, dark', props: { trace: pair, thumbnail: 'matrix', theme: 'dark' } },
    { name: 'causal matrices', props: { trace: induction, thumbnail: 'matrix' } },
    { name: 'ordered', props: { trace: pair, orderBy: 'entropy', includeLayers: [1, 2, 3, 4, 5] } },
  ] as const)('$name', async ({ props }) => {
    const view = await showModel(props);
    const scroller = view.region.element().querySelector('.scroller')!;
    const figure = await view.figure();
    const svg = await drawFigure(figure, 'theme' in props ? 'dark' : 'light');
    const region = within(figure.bounds);
    // Text is not compared by its pixels: the corners where thumbnails are.
    const thumbnails = [...marksOf(figure.marks, 'cover'), ...marksOf(figure.marks, 'cells')];
    expect(thumbnails.length).toBeGreaterThan(7);
    const seen = thumbnails.filter(
      ({ rect: { x, y, width, height } }) =>
        x > region.x &&
        y > region.y &&
        x + width < region.x + region.width &&
        y + height < region.y + region.height &&
        y + height < scroller.clientHeight,
    );
    const screen = await drawnScreen(scroller);
    for (const { rect } of seen)
      expect(compare(svg, screen, rect)).toMatchObject({
        share: expect.toSatisfy((share: number) => share < 0.03),
      });
    const labels = [
      ...written(scroller, '.column > [aria-hidden]'),
      ...written(scroller, '.caption > *'),
    ].filter(Boolean);
    const texts = said(figure).map(({ text }) => text);
    for (const label of labels) expect(texts).toContain(label);
  });

  test('few lines are paths, from the middle of their query to that of their key', async () => {
    const view = await showModel({ trace: pair, includeLayers: [1], includeHeads: [0, 2] });
    const figure = await view.figure();
    const scroller = view.region.element().querySelector('.scroller')!;
    const lines = marksOf(figure.marks, 'line');
    expect(lines.length).toBeGreaterThan(50);
    expect(marksOf(figure.marks, 'cover')).toEqual([]);
    const groups = figure.marks.flatMap((mark) => (mark.kind === 'group' ? mark.marks : []));
    const clips = groups.flatMap((mark) => (mark.kind === 'group' && mark.clip ? [mark] : []));
    expect(clips).toHaveLength(2);
    const count = pair.stream().queryTokens.length;
    for (const [i, { clip, marks }] of clips.entries()) {
      const matrix = pair.stream().matrix(1, [0, 2][i]!);
      const weights = blockWeights(await matrix.block({ row: 0, col: 0, rows: count, cols: count }));
      const row = (y: number): number => ((y - clip!.y) / clip!.height) * count - 0.5;
      for (const { from, to, opacity } of marksOf(marks, 'line')) {
        expect([from.x, to.x]).toEqual([clip!.x, clip!.x + clip!.width]);
        const [query, key] = [Math.round(row(from.y)), Math.round(row(to.y))];
        expect([row(from.y), row(to.y)]).toEqual([expect.closeTo(query, 5), expect.closeTo(key, 5)]);
        expect(opacity).toBeCloseTo(weights[query * count + key]!, 5);
      }
    }
    const svg = await drawFigure(figure, 'light', 4);
    const screen = await drawnScreen(scroller);
    for (const { clip } of clips) expect(roughDifference(svg, screen, within(clip!, 0), 10)).toBeLessThan(9);
  });

  test('a figure of the whole has every head', async () => {
    const view = await showModel({ trace: pair });
    const whole = await view.figure({ whole: true, width: 500 });
    expect(marksOf(whole.marks, 'cover')).toHaveLength(72);
    expect(whole.caption).toContain('6 layers × 12 heads');
  });
});

describe('a token view: its SVG and the screen agree', () => {
  test.each([
    { name: 'average', props: { trace: pair, layer: 2 } },
    {
      name: 'a locked token, dark',
      props: { trace: pair, layer: 2, selection: { query: 4 }, theme: 'dark' },
    },
    { name: 'longer than the view', props: { trace: paragraph, layer: 3, selection: { query: 8 } } },
  ] as const)('$name', async ({ props }) => {
    const view = await showTokens(props);
    const texts = view.region.element().querySelector('.texts')!;
    const figure = await view.figure();
    const words = written(texts, '[data-position]');
    expect(
      said(figure)
        .map(({ text }) => text.trim())
        .join(''),
    ).toBe(words.join('').replace(/[\n\u200b]/gu, ''));
    // Text stands where it stands on the screen.
    const corner = texts.getBoundingClientRect();
    const [first, ...later] = [...texts.querySelectorAll<HTMLElement>('[data-position]')].filter((token) => {
      const { top, bottom } = token.getBoundingClientRect();
      return (top + bottom) / 2 > corner.top && (top + bottom) / 2 < corner.bottom;
    });
    expect(later.length).toBeGreaterThan(10);
    const { left, top, height: high } = first!.getClientRects()[0]!;
    const [start] = said(figure);
    expect(start!.x).toBeCloseTo(left - corner.left, 0);
    expect(Math.abs(start!.y - (top + high / 2 - corner.top))).toBeLessThan(3);

    const svg = await drawFigure(figure, 'theme' in props ? 'dark' : 'light', 2);
    const screen = await drawnScreen(texts);
    const { width, height } = texts.getBoundingClientRect();
    const shaded = placedBoxes(figure.marks).filter(
      ({ fill, seen }) =>
        fill && seen.x > 0 && seen.x + seen.width < width && seen.y > 0 && seen.y + seen.height + 4 < height,
    );
    expect(shaded.length).toBeGreaterThan(5);
    // Every fill, and every line below a token, has the colour that it has on the screen.
    const theme = 'theme' in props ? 1 : 0;
    const paper = fromHex(['#ffffff', '#10151c'][theme]!);
    for (const { fill, opacity = 1, seen } of shaded.filter(({ seen }) => seen.width > 4)) {
      const expected = fromHex(fill![theme]).map((ink, i) => paper[i]! + (ink - paper[i]!) * opacity);
      const isLine = seen.height < 5;
      const strip = { ...seen, x: seen.x + 1, width: seen.width - 2, y: seen.y + 1, height: isLine ? 1 : 2 };
      const onScreen = commonColor(screen, strip);
      for (let i = 0; i < 3; i++)
        expect(Math.abs(onScreen[i]! - expected[i]!), `${i}`).toBeLessThanOrEqual(4);
    }
    // And what is shaded on the screen is shaded in the figure.
    const onScreen = [...texts.querySelectorAll<HTMLElement>('[data-position].shaded')].filter((token) => {
      const box = token.getBoundingClientRect();
      return (
        box.top > corner.top &&
        box.bottom < corner.bottom &&
        Number(token.style.getPropertyValue('--fill')) > 0.005
      );
    });
    for (const token of onScreen) {
      const box = token.getClientRects()[0]!;
      const [x, y] = [box.x - corner.x, box.y - corner.y];
      const found = shaded.some(({ seen }) => Math.abs(seen.x - x) < 1 && Math.abs(seen.y - y) < 4);
      expect(found, token.textContent).toBe(true);
    }
    const whole = {
      x: figure.bounds.x + 8,
      y: figure.bounds.y + 8,
      width: figure.bounds.width - 16,
      height: figure.bounds.height - 16,
    };
    expect(roughDifference(svg, screen, whole, 8)).toBeLessThan(70);
  });

  test('a figure of the whole has all the text', async () => {
    const view = await showTokens({ trace: paragraph, layer: 3 });
    const whole = await view.figure({ whole: true });
    const positions = marksOf(whole.marks, 'text').length;
    expect(positions).toBeGreaterThanOrEqual(paragraph.stream().keyTokens.length);
  });
});

describe('a neuron view: its SVG and the screen agree', () => {
  const dim = 12;
  const tokens = ['the', 'cat', 'sat', 'on', 'the', 'mat'];
  const random = (seed: number) => Array.from({ length: 6 * dim }, (_, i) => Math.sin(seed + i * 7.3));
  const vectors = (seed: number) => ({ dims: [1, 1, 6, dim], data: Float32Array.from(random(seed)) });
  const [queries, keys] = [vectors(1), vectors(2)];
  const rows = Array.from({ length: 6 }, (_, q) => {
    const scores = Array.from({ length: 6 }, (_, k) => {
      let sum = 0;
      for (let i = 0; i < dim; i++) sum += queries.data[q * dim + i]! * keys.data[k * dim + i]!;
      return Math.exp(sum / Math.sqrt(dim));
    });
    const total = scores.reduce((a, b) => a + b);
    return scores.map((score) => score / total);
  });
  const trace = createTrace({ attention: [[rows]], tokens, queries, keys });
  /** Signed, and not those of queries and keys. */
  const scores = Array.from({ length: 6 }, (_, q) =>
    Array.from({ length: 6 }, (_, k) => 2 * Math.sin(q * 5 + k)),
  );
  const scored = createTrace({ attention: [[scores]], tokens, queries, keys, quantity: 'scores' });

  test.each([
    { name: 'lines', props: { trace, threshold: 0.05 } },
    { name: 'lines of scores', props: { trace: scored, threshold: 0.5 } },
    { name: 'an opened query of scores that differ', props: { trace: scored, selection: { query: 2 } } },
    { name: 'an opened query', props: { trace, selection: { query: 2 } } },
    { name: 'an opened query, dark', props: { trace, selection: { query: 2 }, theme: 'dark' } },
  ] as const)('$name', async ({ props }) => {
    const view = await showNeurons(props);
    const scroller = view.region.element().querySelector('.scroller')!;
    const figure = await view.figure();
    const svg = await drawFigure(figure, 'theme' in props ? 'dark' : 'light');
    const texts = said(figure).map(({ text }) => text);
    const labels = written(scroller, '[role=option] .token, [role=rowheader], b, .number');
    expect(labels.length).toBeGreaterThan(10);
    for (const label of labels) expect(texts).toContain(label);
    if ('selection' in props) {
      const [head] = figure.marks;
      expect(head!.kind).toBe('group');
      const cells = marksOf(figure.marks, 'cells');
      expect(cells).toHaveLength(3);
      // Rows begin below the heading.
      const top =
        scroller.querySelector('.rows')!.getBoundingClientRect().y - scroller.getBoundingClientRect().y;
      for (const { rect } of cells.slice(1)) {
        const onScreen = { ...rect, y: Math.round(rect.y + top) };
        expect(compare(svg, await drawnScreen(scroller), onScreen)).toMatchObject({
          share: expect.toSatisfy((share: number) => share < 0.01),
        });
      }
      // What scores and bars have for colours: at the corners, where no number stands.
      const screen = await drawnScreen(scroller);
      const boxes = placedBoxes(figure.marks).filter(
        ({ fill, seen }) =>
          fill && seen.width > 6 && seen.height > 6 && seen.y + seen.height < scroller.clientHeight,
      );
      expect(boxes.length).toBeGreaterThan(8);
      const paper = 'theme' in props ? [16, 21, 28] : [255, 255, 255];
      for (const { seen, fill, opacity = 1 } of boxes.filter(({ opacity }) => (opacity ?? 1) === 1)) {
        const ink = fromHex(fill!['theme' in props ? 1 : 0]);
        const expected = ink.map((value, i) => paper[i]! + (value - paper[i]!) * opacity);
        const corner = { x: seen.x + 2, y: seen.y + 2, width: 3, height: 2 };
        expect(commonColor(screen, corner)).toEqual(expected.map((value) => expect.closeTo(value, -1)));
      }
      // Recorded scores are marked where they are on the screen.
      const { x, y } = scroller.getBoundingClientRect();
      const marks = [...scroller.querySelectorAll('[role=gridcell] b .mark')].map((mark) => {
        const box = mark.getBoundingClientRect();
        return [box.x - x, box.y - y].map((place) => expect.closeTo(place, 0) as number);
      });
      expect(marks).toHaveLength(props.trace === scored ? 6 : 0);
      const strokes = placedBoxes(figure.marks).filter(({ seen }) => seen.width === 2 && seen.height === 6);
      expect(strokes.map(({ seen }) => [seen.x, seen.y])).toEqual(marks);
    } else {
      const lines = marksOf(figure.marks, 'line');
      // Scores are blue or orange by their sign, and the figure says which is which.
      if (props.trace === scored) {
        const inks = lines.map(({ ink }) => ink[0]);
        const positive = scores.flat().filter((score) => score >= 0.5).length;
        expect(new Set(inks).size).toBe(2);
        const blue = rgbToHex(tableColor(diverging.light, 1));
        expect(inks.filter((ink) => ink === blue)).toHaveLength(positive);
        expect(figure.scales?.[0]).toMatchObject({ name: 'score', written: ['−2.00', '0', '2.00'] });
      }
      expect(lines.length).toBeGreaterThan(10);
      const [head] = figure.marks.slice(1);
      if (head?.kind !== 'group') throw new Error('Rows are no group.');
      const moved = head.marks[0]!.kind === 'group' ? (head.marks[0]!.at ?? head.at!) : head.at!;
      const { y: top } = scroller.getBoundingClientRect();
      const middles = (name: string): number[] =>
        [...scroller.querySelectorAll(`[role=listbox][aria-label="${name}"] [role=option]`)].map((option) => {
          const box = option.getBoundingClientRect();
          return box.y + box.height / 2 - top;
        });
      const [queries, keys] = [middles('queries'), middles('keys')];
      expect([queries.length, keys.length]).toEqual([6, 6]);
      const nearest = (rows: number[], y: number): number =>
        rows.findIndex((middle) => Math.abs(middle - y) < 0.6);
      const pairs = lines.map(({ from, to }) => [
        nearest(queries, from.y + moved.y),
        nearest(keys, to.y + moved.y),
      ]);
      // One line a pair whose weight is no less than the threshold, from its query to its key.
      const numbers = props.trace === scored ? scores : rows;
      const expected = numbers.flatMap((row, q) =>
        row.flatMap((number, k) => (Math.abs(number) >= props.threshold ? [[q, k]] : [])),
      );
      expect(pairs.sort()).toEqual(expected.sort());
      const { x, width } = { x: lines[0]!.from.x + moved.x, width: lines[0]!.to.x - lines[0]!.from.x };
      const part = within({ x, y: moved.y, width, height: 6 * 20 }, 1);
      const fine = await drawFigure(figure, 'light', 4);
      const screen = await drawnScreen(scroller);
      expect(roughDifference(fine, screen, part)).toBeLessThan(9);
      expect(compare(screen, () => screen(part.x, part.y), part).share).toBeGreaterThan(0.02);
    }
  });

  test('a figure of the whole has every row', async () => {
    const view = await showNeurons({ trace, selection: { query: 2 } });
    const whole = await view.figure({ whole: true });
    expect(said(whole).filter(({ text }) => text === 'mat')).toHaveLength(2);
  });
});

test('an Explorer puts its views beside each other, or shows the one that is maximised', async () => {
  const screen = await render(
    Explorer as unknown as Component,
    { trace: pair, theme: 'light' } as ExplorerProps as object,
  );
  for (const region of screen.getByRole('region').all()) await drawn(region);
  const { figure } = screen.component as { figure(options?: FigureOptions): Promise<Figure> };
  const four = await figure();
  expect(four.marks).toHaveLength(4);
  expect(said(four).filter(({ text }) => text.includes('all-MiniLM')).length).toBeGreaterThanOrEqual(4);
  await screen.rerender({ maximized: 'heatmap' });
  expect((await figure()).caption).toContain('layer 0, head 0');
});

test('an Explorer with a layout of one’s own has the figures of the views in it', async () => {
  const children = createRawSnippet(() => ({
    render: () => '<div></div>',
    setup(element) {
      const context = new Map<unknown, unknown>(getAllContexts());
      const parts = [HeadView, Heatmap].map((View) => mount(View as Component, { target: element, context }));
      return () => parts.forEach((part) => void unmount(part));
    },
  }));
  const screen = await render(
    Explorer as unknown as Component,
    { trace: pair, layer: 2, theme: 'light', children } as object,
  );
  for (const region of screen.getByRole('region').all()) await drawn(region);
  const { figure } = screen.component as { figure(options?: FigureOptions): Promise<Figure> };
  const two = await figure();
  expect(two.marks).toHaveLength(2);
  const captions = said(two).filter(({ text }) => text.includes('all-MiniLM'));
  expect(captions.map(({ text }) => text).join()).toMatch(/layer 2, all 12 heads.*layer 2, head 0/s);
  await screen.rerender({ children: createRawSnippet(() => ({ render: () => '<p>None.</p>' })) } as object);
  await expect
    .poll(() => figure().catch((error: Error) => error.message))
    .toMatch(/no view in this Explorer/);
});
