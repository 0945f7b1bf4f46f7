import { describe, expect, test } from 'vitest';
import { createTrace } from '../../../src/lib/index.js';
import { backgroundColors, headColors } from '../../../src/lib/render/colors/index.js';
import { loadFixture } from '../../../src/stories/fixtures.js';
import { readWeights, type Weights } from './fixture.js';
import { ends, widthOf, wrongPixels } from './line-pixels.js';
import { boxOf, centerOf, mouse, showHeadView, tokenOf, usePage, type Point } from './page.js';
import { fromHex, inkIn, takePicture } from './pixels.js';

usePage();

const pair = await loadFixture('pair');
const weights = await readWeights('pair');
const positions = Array.from({ length: weights.queries }, (_, i) => i);

function* over(threshold: number, of: Weights, layer: number, head: number): Generator<[number, number]> {
  for (let query = 0; query < of.queries; query++)
    for (let key = 0; key < of.keys; key++)
      if (of.at(layer, head, query, key) >= threshold) yield [query, key];
}

describe('a line is exactly where a weight reaches the threshold', () => {
  test.each([
    { layer: 0, head: 3, threshold: 0.05, theme: 'light' },
    { layer: 2, head: 7, threshold: 0.12, theme: 'light' },
    { layer: 3, head: 1, threshold: 0.05, theme: 'dark' },
    { layer: 5, head: 11, threshold: 0.2, theme: 'dark' },
  ] as const)('the whole picture: %o', async ({ layer, head, threshold, theme }) => {
    const view = await showHeadView({ trace: pair, layer, heads: [head], threshold, theme });
    const lines = [...over(threshold, weights, layer, head)];
    expect(lines.length).toBeGreaterThan(5);
    await expect
      .poll(() => wrongPixels(view.region, lines, theme))
      .toEqual({
        missing: 0,
        extra: 0,
        inked: expect.toSatisfy((pixels: number) => pixels > lines.length * 100),
      });
  });

  test('one query at a time: the ink at each line’s middle is that of its weight', async () => {
    const [layer, head, threshold] = [0, 1, 0.05];
    const tokens = pair.stream().queryTokens.map(({ raw }) => raw);
    const attention = {
      dims: [1, 1, tokens.length, tokens.length],
      data: Float32Array.from(
        positions.flatMap((query) => positions.map((key) => weights.at(layer, head, query, key))),
      ),
    };
    const segments = positions.map((start) => ({ name: `token ${start}`, start, end: start + 1 }));
    const trace = createTrace({ tokens, attention, segments });
    const view = await showHeadView({ trace, threshold });
    const ink = fromHex(headColors(1, 'light')[0]!);
    const paper = fromHex(backgroundColors.light);

    async function inkOfKeys(query: number): Promise<number[]> {
      const where = ends(view.region);
      const picture = await takePicture(where.box);
      const x = (where.left + where.right) / 2;
      // Halfway across, lines of one query to neighbouring keys are half a row apart.
      return positions.map((key) => {
        const y = (where.queries[query]! + where.keys[key]!) / 2;
        return [-4, -3, -2, -1, 0, 1, 2, 3, 4].reduce(
          (sum, dy) => sum + inkIn(picture.at({ x, y: y + dy }), paper, ink),
          0,
        );
      });
    }
    for (const query of [0, 5, 11, 16, 23]) {
      await view.change({ querySegment: `token ${query}` });
      const where = ends(view.region);
      const expected = positions.map((key) => {
        const weight = weights.at(layer, head, query, key);
        const steepness = (2 * (where.keys[key]! - where.queries[query]!)) / (where.right - where.left);
        return weight >= threshold ? weight * widthOf(weight) * Math.hypot(1, steepness) : 0;
      });
      // Five levels of 255 of rounding in nine pixels; a missing or an extra line differs by more.
      await expect
        .poll(async () => {
          const found = await inkOfKeys(query);
          return positions.filter((key) => {
            const tolerance = expected[key] === 0 ? 0 : 0.02 + 0.15 * expected[key]!;
            return Math.abs(found[key]! - expected[key]!) > tolerance;
          });
        })
        .toEqual([]);
      expect(expected.filter((sum) => sum > 0).length).toBeGreaterThan(1);
    }
  });

  test('no line reaches from one sentence to the other when only A → A is asked for', async () => {
    const view = await showHeadView({
      trace: pair,
      layer: 0,
      heads: [3],
      querySegment: 'A',
      keySegment: 'A',
    });
    const lines = [...over(0.05, weights, 0, 3)].filter(([query, key]) => query < 14 && key < 14);
    await expect.poll(() => wrongPixels(view.region, lines, 'light')).toMatchObject({ missing: 0, extra: 0 });
  });

  test.each(['encoder', 'decoder', 'cross'] as const)('the dates model, %s stream', async (stream) => {
    const weights = await readWeights('dates', `${stream}.attention`);
    const trace = await loadFixture('dates');
    const view = await showHeadView({ trace, stream, layer: 0, heads: [1] });
    await view.change({ style: '--attentrace-height: 680px' });
    await expect
      .poll(() => wrongPixels(view.region, over(0.05, weights, 0, 1), 'light'))
      .toMatchObject({ missing: 0, extra: 0 });
  });
});

describe('hover', () => {
  const [layer, head, query] = [3, 1, 16];
  const ink = fromHex(headColors(12, 'light')[head]!);
  const paper = fromHex(backgroundColors.light);

  test('leaves the lines of other tokens a tenth of their ink', async () => {
    const view = await showHeadView({ trace: pair, layer, heads: [head] });
    // The strongest line of another query that runs alone where it is looked at.
    const lines = [...over(0.05, weights, layer, head)];
    const where = ends(view.region);
    const middleOf = ([query, key]: [number, number]): Point => ({
      x: (where.left + where.right) / 2,
      y: (where.queries[query]! + where.keys[key]!) / 2,
    });
    const other = lines
      .filter((line) => line[0] !== query)
      .filter((line) =>
        lines.every((next) => next === line || Math.abs(middleOf(next).y - middleOf(line).y) > 6),
      )
      .reduce((a, b) => (weights.at(layer, head, ...a) > weights.at(layer, head, ...b) ? a : b));
    const inkOfOther = async () => inkIn((await takePicture(where.box)).at(middleOf(other)), paper, ink);
    const before = await inkOfOther();
    expect(before).toBeGreaterThan(0.3);
    await mouse.move(centerOf(tokenOf(view.region, 'queries', query)));
    await expect.poll(inkOfOther).toBeLessThan(before * 0.15);
    await mouse.leave();
    await expect.poll(inkOfOther).toBeCloseTo(before, 2);
  });

  // Bars stand side by side in the order of heads: the first reaches the keys' inner edge, the last that of the queries.
  test.each([
    { side: 'queries', hovered: query, heads: [head, 5] },
    { side: 'keys', hovered: 2, heads: [0, head] },
  ] as const)(
    'of $side paints a bar a head behind the tokens of the other side',
    async ({ side, hovered, heads }) => {
      const view = await showHeadView({ trace: pair, layer, heads });
      await mouse.move(centerOf(tokenOf(view.region, side, hovered)));
      const expected = positions.map((other) =>
        side === 'queries'
          ? weights.at(layer, head, hovered, other)
          : weights.at(layer, head, other, hovered),
      );
      /** Between the edge of a bar and the token's text. */
      const inkOfBars = async () => {
        const picture = await takePicture(boxOf(view.region));
        return positions.map((other) => {
          const { left, right, y } = boxOf(
            tokenOf(view.region, side === 'queries' ? 'keys' : 'queries', other),
          );
          return inkIn(picture.at({ x: side === 'queries' ? left + 3 : right - 3, y: y + 9 }), paper, ink);
        });
      };
      await expect
        .poll(async () => {
          const found = await inkOfBars();
          return positions.filter((other) => Math.abs(found[other]! - expected[other]!) > 0.02);
        })
        .toEqual([]);
    },
  );
});
