import { expect, test } from 'vitest';
import type { Component } from 'svelte';
import { render } from 'vitest-browser-svelte';
import { compareTraces } from '../../../src/lib/analysis/index.js';
import { createTrace, Heatmap, HeadView, traceOf, type Trace } from '../../../src/lib/index.js';
import { diverging, tableColor } from '../../../src/lib/render/colors/index.js';
import { curvePoint } from '../../../src/lib/scene/curve.js';
import { cellOf as thumbnailOf, gridOf, pointIn, showModel, thumbnailIn } from '../model-view/model.js';
import { shadesOn, showTokenView, tokenIn } from '../token-view/helpers.js';
import { ends } from '../views/line-pixels.js';
import { boxOf, cellOf, drawn, usePage } from '../views/page.js';
import { fromHex, inkIn, takePicture, type Rgb } from '../views/pixels.js';

usePage();

const tokens = ['alpha', ' beta', ' gamma', ' delta'];
const made = (last: number[]): Trace =>
  createTrace({ tokens, attention: [[[...[0, 1, 2].map(() => [0.25, 0.25, 0.25, 0.25]), last]]] });
/** Of the query delta: +0.4 to alpha, −0.2 to beta and to gamma, nothing to itself. Other queries do not change. */
const change = [0.4, -0.2, -0.2, 0];
const query = 3;
const compared = await compareTraces(made([0.25, 0.25, 0.25, 0.25]), made([0.65, 0.05, 0.05, 0.25]));
const trace = traceOf(compared.stream().difference);

const colorOf = (unit: number): readonly number[] => tableColor(diverging.light, 0.5 + unit / 2);

/** Tables have 256 colours: the neighbour will do. */
function near(color: Rgb, expected: readonly number[], what: string): void {
  const off = Math.max(...color.map((channel, i) => Math.abs(channel - expected[i]!)));
  expect(off, `${what}: ${color.join()} is not ${expected.join()}`).toBeLessThanOrEqual(3);
}

test('Heatmap: each cell in the colour of its change', async () => {
  const screen = await render(Heatmap as Component, { theme: 'light', trace } as object);
  const region = screen.getByRole('region');
  await drawn(region);
  const picture = await takePicture(boxOf(region.getByRole('application')));
  for (const [row, changes] of [[0, 0, 0, 0], change].entries())
    for (const [key, value] of changes.entries()) {
      const color = picture.at(cellOf(region, row === 1 ? query : 0, key, 4, 4));
      near(color, colorOf(value / 0.4), `${row} → ${key}`);
    }
});

test('ModelView: so has its picture of the head, by the square root, in the range of all differences', async () => {
  const { region } = await showModel({ trace, theme: 'light', thumbnail: 'matrix' });
  const picture = await takePicture(boxOf(gridOf(region)));
  for (const [key, value] of change.entries()) {
    const color = picture.at(
      pointIn(thumbnailIn(thumbnailOf(region, 0, 0)), (key + 0.5) / 4, (query + 0.5) / 4),
    );
    near(color, colorOf(Math.sign(value) * Math.sqrt(Math.abs(value))), `key ${key}`);
  }
});

test('TokenView: what the token sends more is blue, what it sends less orange, by size', async () => {
  const { region } = await showTokenView({ trace, show: 'sends', scale: 'linear', selection: { query } });
  await expect.poll(() => shadesOn(tokenIn(region, 0)).fill?.alpha).toBe(1);
  const inks = ['#6fa3dc', '#e58a3c', '#e58a3c'] as const;
  for (const [key, ink] of inks.entries()) {
    const rect = tokenIn(region, key).getClientRects()[0]!;
    const color = (await takePicture(rect as DOMRect)).at({ x: rect.x + 4.5, y: rect.y + 1.5 });
    const share = Math.abs(change[key]!) / 0.4;
    const expected = fromHex(ink).map((channel) => 255 + (channel - 255) * share);
    near(color, expected, `token ${key}`);
  }
});

test('HeadView: the line of what grew is blue and stronger, that of what shrank orange', async () => {
  const screen = await render(
    HeadView as Component,
    { theme: 'light', trace, selection: { query } } as object,
  );
  const region = screen.getByRole('region');
  await drawn(region);
  const where = ends(region);
  const picture = await takePicture(where.box);
  /** The most ink of a colour across a line, where it is near its key and alone. */
  const inkOn = (key: number, end: 0 | 1): number => {
    const at = curvePoint(0.7, where.left, where.queries[query]!, where.right, where.keys[key]!);
    const ink = [...colorOf(end === 1 ? 1 : -1)] as Rgb;
    const around = [-1, 0, 1].map((dy) => picture.at({ x: at.x, y: at.y + dy }));
    return Math.max(...around.map((color) => inkIn(color, [255, 255, 255], ink)));
  };
  const [grown, shrunk] = [inkOn(0, 1), inkOn(1, 0)];
  // The opacity of a line in focus is the root of its share of the range, ±0.8: 0.71 and 0.5.
  expect(grown).toBeGreaterThan(0.6);
  expect(grown).toBeLessThan(0.8);
  expect(shrunk).toBeGreaterThan(0.38);
  expect(shrunk).toBeLessThan(0.58);
  // And each is of its own hue: blue takes red away, orange takes blue away.
  for (const [key, more, less] of [
    [0, 2, 0],
    [1, 0, 2],
  ] as const) {
    const at = curvePoint(0.7, where.left, where.queries[query]!, where.right, where.keys[key]!);
    const color = picture.at(at);
    expect(color[more]!).toBeGreaterThan(color[less]! + 20);
  }
});
