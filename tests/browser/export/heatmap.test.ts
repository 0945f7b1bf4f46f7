import { describe, expect, test } from 'vitest';
import { createTrace } from '../../../src/lib/index.js';
import type { Rect } from '../../../src/lib/scene/rect.js';
import { loadFixture } from '../../../src/stories/fixtures.js';
import { drawn, showHeatmap, usePage } from '../views/page.js';
import { compare, drawFigure, drawnScreen, marksOf, said, textsIn } from './agree.js';

usePage();

const pair = await loadFixture('pair');
const paragraph = await loadFixture('paragraph');
const induction = await loadFixture('induction');

const signedTrace = createTrace({
  attention: [[Array.from({ length: 40 }, (_, i) => Array.from({ length: 40 }, (_, j) => Math.sin(i * j)))]],
  quantity: 'scores',
});

const grown = ({ x, y, width, height }: Rect): Rect => ({
  x: x - 1,
  y: y - 1,
  width: width + 2,
  height: height + 2,
});

describe('a heatmap: its SVG and the screen agree', () => {
  test.each([
    { name: 'cells apart', props: { trace: pair, layer: 2, head: 1 } },
    { name: 'dark, a logarithm', props: { trace: pair, layer: 0, head: 3, scale: 'log', theme: 'dark' } },
    { name: 'a picture', props: { trace: paragraph, layer: 3, head: 2 } },
    {
      name: 'zoomed',
      props: {
        trace: paragraph,
        layer: 3,
        head: 2,
        viewport: { query: 10.3, key: 4.7, queries: 30, keys: 55.5 },
      },
    },
    { name: 'causal', props: { trace: induction, layer: 1, head: 0 } },
    { name: 'signed', props: { trace: signedTrace } },
    { name: 'tokens left out and merged', props: { trace: pair, hide: 'special', granularity: 'word' } },
  ] as const)('$name', async ({ props }) => {
    const view = await showHeatmap(props);
    const body = view.region.element().querySelector('.plot')!.parentElement!;
    const figure = await view.figure();
    const [cells] = marksOf(figure.marks, 'cells');
    const { x, y, width, height } = cells!.rect;
    // Hatches begin and end between pixels.
    const hatched = marksOf(figure.marks, 'hatch').flatMap(({ rects }) => rects.map(grown));
    // But the frame, whose width is rounded as the browser likes.
    const inside = { x: x + 1, y: y + 1, width: width - 2, height: height - 2 };
    const svg = await drawFigure(figure, 'theme' in props ? 'dark' : 'light');
    const agree = async () => compare(svg, await drawnScreen(body), inside, hatched);
    await expect.poll(async () => (await agree()).pixels).toBeGreaterThan(50_000);
    // Where a cell of a picture ends in the middle of a pixel, two programs may round apart.
    await expect.poll(agree).toMatchObject({ share: expect.toSatisfy((share: number) => share < 5e-4) });

    const labels = [...textsIn(body, '.texts > span', body)].map(({ text }) => text);
    expect(said(figure).map(({ text }) => text)).toEqual(labels);
  });

  test('texts stand where they stand on the screen', async () => {
    const view = await showHeatmap({ trace: pair });
    const body = view.region.element().querySelector('.plot')!.parentElement!;
    const figure = await view.figure();
    const onScreen = textsIn(body, '.texts:nth-of-type(2) > span.end > span', body);
    const queries = said(figure).slice(0, pair.stream().queryTokens.length);
    expect(queries.map(({ y }) => y)).toEqual(onScreen.map(({ y }) => expect.closeTo(y, 0)));
    expect(queries.map(({ x }) => x)).toEqual(onScreen.map(({ right }) => expect.closeTo(right, 0)));
  });

  test('a figure of the whole has every token and all cells, whatever is in sight', async () => {
    const view = await showHeatmap({ trace: pair, viewport: { query: 3, key: 4, queries: 5, keys: 6 } });
    await drawn(view.region);
    const [inSight, whole] = await Promise.all([view.figure(), view.figure({ whole: true })]);
    expect(marksOf(inSight.marks, 'cells')[0]!.places).toHaveLength(30);
    expect(inSight.caption).toContain('queries 3–7 of 24 · keys 4–9 of 24');
    expect(marksOf(whole.marks, 'cells')[0]!.places).toHaveLength(24 * 24);
    expect(whole.caption).not.toContain('of 24');
  });

  test('what is locked has its frames', async () => {
    const view = await showHeatmap({ trace: pair, selection: { query: 2, key: 3 } });
    const frames = [...view.region.element().querySelectorAll('.frames i')];
    const accent = marksOf((await view.figure()).marks, 'box').filter(({ line }) => line?.[0] === '#3b4fd0');
    expect(accent.map(({ rect: { width, height } }) => [width, height])).toEqual(
      frames.map((frame) => {
        const { width, height } = frame.getBoundingClientRect();
        return [expect.closeTo(width, 1), expect.closeTo(height, 1)];
      }),
    );
    expect(accent).toHaveLength(3);
  });

  test('a view that has nothing to show says so', async () => {
    const view = await showHeatmap({});
    await expect(view.figure()).rejects.toMatchObject({ code: 'missing-attention', place: 'figure' });
  });
});
