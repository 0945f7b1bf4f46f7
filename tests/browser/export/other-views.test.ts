import type { Component } from 'svelte';
import { describe, expect, test } from 'vitest';
import {
  Explorer,
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
import { createTrace } from '../../../src/lib/index.js';
import { loadFixture } from '../../../src/stories/fixtures.js';
import type { Figure, FigureOptions } from '../../../src/lib/export/index.js';
import { drawn, showView, usePage } from '../views/page.js';
import { compare, drawFigure, drawnScreen, marksOf, roughDifference, said } from './agree.js';

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
    { name: 'ordered', props: { trace: pair, orderBy: 'entropy', includeLayers: [1, 2] } },
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
    const svg = await drawFigure(figure, 'theme' in props ? 'dark' : 'light', 2);
    const screen = await drawnScreen(texts);
    const { width, height } = texts.getBoundingClientRect();
    const fills = marksOf(figure.marks, 'box').filter(
      ({ fill, rect }) =>
        fill && rect.x > 0 && rect.x + rect.width < width && rect.y > 0 && rect.y + rect.height < height,
    );
    expect(fills.length).toBeGreaterThan(5);
    // Above the letters there is nothing but the fill, or below them the line.
    for (const { rect } of fills) {
      const strip = {
        x: Math.ceil(rect.x),
        y: Math.ceil(rect.y) + 1,
        width: Math.max(1, Math.floor(rect.width) - 1),
        height: 1,
      };
      expect(compare(svg, screen, strip).share).toBeLessThan(0.5);
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

  test.each([
    { name: 'lines', props: { trace } },
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
    } else expect(marksOf(figure.marks, 'line').length).toBeGreaterThan(10);
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
