import { describe, expect, test } from 'vitest';
import { createTrace } from '../../../src/lib/index.js';
import type { Rect } from '../../../src/lib/scene/rect.js';
import { loadFixture } from '../../../src/stories/fixtures.js';
import { ends, wrongPixels } from '../views/line-pixels.js';
import { showHeadView, usePage } from '../views/page.js';
import { compare, drawFigure, drawnScreen, marksOf, roughDifference, said } from './agree.js';

usePage();

const pair = await loadFixture('pair');
const paragraph = await loadFixture('paragraph');
const signedTrace = createTrace({
  attention: [[Array.from({ length: 12 }, (_, i) => Array.from({ length: 12 }, (_, j) => Math.sin(i * j)))]],
  quantity: 'scores',
});

/** The pixels of a rectangle that are in another, but for its edges. */
function inside(a: Rect, b: Rect): Rect {
  const [x, y] = [Math.ceil(Math.max(a.x, b.x)) + 1, Math.ceil(Math.max(a.y, b.y)) + 1];
  const [right, bottom] = [Math.min(a.x + a.width, b.x + b.width), Math.min(a.y + a.height, b.y + b.height)];
  return { x, y, width: Math.floor(right) - 1 - x, height: Math.floor(bottom) - 1 - y };
}

describe('a head view: its SVG and the screen agree', () => {
  test.each([
    { name: 'all heads', props: { trace: pair, layer: 2 } },
    { name: 'one head, dark', props: { trace: pair, layer: 2, heads: [3], theme: 'dark' } },
    { name: 'a locked token', props: { trace: pair, layer: 2, selection: { query: 4 } } },
    { name: 'signed', props: { trace: signedTrace } },
    { name: 'heads as one, tokens left out', props: { trace: pair, combine: 'mean', hide: 'special' } },
    { name: 'longer than the view', props: { trace: paragraph, layer: 3, heads: [1] } },
    { name: 'side by side', props: { trace: pair, layer: 2, heads: [0, 5], layout: 'horizontal' } },
  ] as const)('$name', async ({ props }) => {
    const view = await showHeadView(props);
    const scroller = view.region.element().querySelector('.scroller')!;
    const figure = await view.figure();
    const [group] = figure.marks;
    if (group?.kind !== 'group') throw new Error('Lines are no group.');
    const lines = inside(group.clip!, figure.bounds);
    const svg = await drawFigure(figure, 'theme' in props ? 'dark' : 'light', 4);
    await expect.poll(async () => roughDifference(svg, await drawnScreen(scroller), lines)).toBeLessThan(9);
    // There is something to compare.
    const screen = await drawnScreen(scroller);
    const blank = () => screen(lines.x, lines.y);
    expect(compare(screen, blank, lines).share).toBeGreaterThan(0.02);

    // Every line that is in sight from end to end runs from the middle of a query to that of a key, and where the lines begin and end.
    const horizontal = 'layout' in props;
    const corner = scroller.getBoundingClientRect();
    const middlesOf = (name: string): number[] =>
      [...view.region.getByRole('listbox', { name }).element().querySelectorAll('[role=option]')].map(
        (one) => {
          const box = one.getBoundingClientRect();
          return horizontal ? box.x + box.width / 2 - corner.x : box.y + box.height / 2 - corner.y;
        },
      );
    const [queries, keys] = [middlesOf('queries'), middlesOf('keys')];
    const along = ({ x, y }: { x: number; y: number }): number => (horizontal ? x : y);
    const across = ({ x, y }: { x: number; y: number }): number => (horizontal ? y : x);
    const isAt = (middles: number[], at: number): boolean => middles.some((one) => Math.abs(one - at) < 0.6);
    const ends = (middles: number[], at: number): boolean =>
      at > Math.min(...middles) - 1 && at < Math.max(...middles) + 1;
    const drawnLines = marksOf(group.marks, 'line').filter(
      ({ from, to }) => ends(queries, along(from)) && ends(keys, along(to)),
    );
    expect(drawnLines.length).toBeGreaterThan(5);
    const { clip } = group;
    const edges = horizontal ? [clip!.y, clip!.y + clip!.height] : [clip!.x, clip!.x + clip!.width];
    for (const { from, to } of drawnLines) {
      expect([isAt(queries, along(from)), isAt(keys, along(to))]).toEqual([true, true]);
      expect([across(from), across(to)]).toEqual(edges);
    }

    const options = [...view.region.element().querySelectorAll('[role=option]')];
    const seen = scroller.getBoundingClientRect();
    const inSight = options.filter((option) => {
      const box = option.getBoundingClientRect();
      const [middleX, middleY] = [box.x + box.width / 2, box.y + box.height / 2];
      return middleX > seen.left && middleX < seen.right && middleY >= seen.top && middleY < seen.bottom;
    });
    const written = inSight.flatMap((option) =>
      [...option.querySelectorAll('.token, .weight')].map((part) => part.textContent).filter(Boolean),
    );
    expect(said(figure).map(({ text }) => text)).toEqual(written);
  });

  test.each(['light', 'dark'] as const)(
    '%s: the figure has the lines that are on the screen, and no others',
    async (theme) => {
      const view = await showHeadView({ trace: pair, layer: 2, heads: [7], threshold: 0.12, theme });
      const where = ends(view.region);
      const corner = view.region.element().querySelector('.scroller')!.getBoundingClientRect();
      const lines = marksOf((await view.figure()).marks, 'line');
      expect(lines.length).toBeGreaterThan(20);
      const rowAt = (middles: number[], y: number) =>
        middles.findIndex((middle) => Math.abs(middle - corner.y - y) < 0.5);
      const pairs = lines.map(({ from, to }): [number, number] => {
        expect([from.x, to.x]).toEqual([where.left - corner.x, where.right - corner.x]);
        return [rowAt(where.queries, from.y), rowAt(where.keys, to.y)];
      });
      await expect.poll(() => wrongPixels(view.region, pairs, theme)).toMatchObject({ missing: 0, extra: 0 });
    },
  );

  test('a figure of the whole has all tokens', async () => {
    const view = await showHeadView({ trace: paragraph, layer: 3, heads: [1] });
    const { length } = paragraph.stream().queryTokens;
    const whole = await view.figure({ whole: true });
    expect(said(whole)).toHaveLength(2 * length);
    const inSight = await view.figure();
    expect(said(inSight).length).toBeLessThan(length);
    expect(inSight.caption).toMatch(/queries 0–\d+ of \d+ · keys 0–\d+ of \d+$/);
    expect(whole.caption).not.toMatch(/queries/);
  });
});
