import { describe, expect, test } from 'vitest';
import type { Locator } from 'vitest/browser';
import { backgroundColors, magma, night, paper, viridis } from '../../../src/lib/render/colors/index.js';
import { loadFixture } from '../../../src/stories/fixtures.js';
import { readWeights } from './fixture.js';
import { boxOf, cellOf, showHeatmap, usePage } from './page.js';
import { fromHex, takePicture, type Rgb } from './pixels.js';

usePage();

type Scale = 'linear' | 'sqrt' | 'log';

/** Place of a weight in 0..1, as the documentation of `scale` and `range` says. */
const place: Record<Scale, (weight: number, low: number, high: number) => number> = {
  linear: (weight, low, high) => (weight - low) / (high - low),
  sqrt: (weight, low, high) => Math.sqrt(Math.max(0, weight - low) / (high - low)),
  log: (weight, low, high) =>
    Math.log10(weight / Math.max(low, high / 1000)) / Math.log10(high / Math.max(low, high / 1000)),
};

interface Look {
  table: Uint8Array;
  scale: Scale;
  range: [number, number];
}

/** The entry of a 256-entry table nearest to the weight's place; both where the place is on the border of two. */
function colorsOf(weight: number, { table, scale, range }: Look): string[] {
  const at = Math.min(1, Math.max(0, place[scale](weight, ...range))) * 255;
  return [at - 0.002, at + 0.002].map((entry) => {
    const i = Math.min(255, Math.max(0, Math.round(entry)));
    return [...table.slice(i * 3, i * 3 + 3)].join();
  });
}

/** The cells whose colour on the screen is not that of their weight. */
async function wrongCells(
  region: Locator,
  size: { queries: number; keys: number },
  weight: (query: number, key: number) => number | null,
  look: Look,
): Promise<string[]> {
  const picture = await takePicture(boxOf(region.getByRole('application')));
  const wrong: string[] = [];
  for (let query = 0; query < size.queries; query++) {
    for (let key = 0; key < size.keys; key++) {
      const expected = weight(query, key);
      const color = picture.at(cellOf(region, query, key, size.queries, size.keys)).join();
      if (expected !== null && !colorsOf(expected, look).includes(color))
        wrong.push(`${query} → ${key}, weight ${expected}: ${color}, not ${colorsOf(expected, look)[0]}`);
    }
  }
  return wrong;
}

const pair = await loadFixture('pair');
const pairWeights = await readWeights('pair');

describe('every cell of MiniLM’s attention has the colour of its weight', () => {
  test.each([0, 1, 2, 3, 4, 5])('layer %i, some heads, fitted', async (layer) => {
    const view = await showHeatmap({ trace: pair, layer });
    for (const head of [layer, 11 - layer]) {
      await view.change({ head });
      const range: [number, number] = [0, pairWeights.most(layer, head)];
      await expect
        .poll(() =>
          wrongCells(view.region, pairWeights, (query, key) => pairWeights.at(layer, head, query, key), {
            table: paper,
            scale: 'linear',
            range,
          }),
        )
        .toEqual([]);
    }
  });

  test.each<['light' | 'dark', Scale, 'fit' | [number, number], 'auto' | 'viridis']>([
    ['light', 'linear', [0, 1], 'auto'],
    ['light', 'sqrt', 'fit', 'auto'],
    ['light', 'sqrt', [0.02, 0.5], 'viridis'],
    ['light', 'log', 'fit', 'auto'],
    ['light', 'log', [0.01, 1], 'auto'],
    ['dark', 'linear', 'fit', 'auto'],
    ['dark', 'sqrt', [0, 1], 'auto'],
    ['dark', 'log', 'fit', 'auto'],
    ['dark', 'log', [0, 0.4], 'viridis'],
  ])('%s, %s, range %s, colours %s', async (theme, scale, range, colors) => {
    const view = await showHeatmap({ trace: pair, theme, scale, range, colors, layer: 3, head: 1 });
    await expect
      .poll(() =>
        wrongCells(view.region, pairWeights, (query, key) => pairWeights.at(3, 1, query, key), {
          table: colors === 'viridis' ? viridis : theme === 'light' ? paper : night,
          scale,
          range: range === 'fit' ? [0, pairWeights.most(3, 1)] : range,
        }),
      )
      .toEqual([]);
  });

  test.each(['mean', 'max'] as const)('%s over the heads', async (how) => {
    const view = await showHeatmap({ trace: pair, layer: 2, combine: how, range: [0, 0.8], colors: magma });
    const ofHeads = (query: number, key: number) =>
      Array.from({ length: 12 }, (_, i) => pairWeights.at(2, i, query, key));
    const combine = {
      mean: (weights: number[]) => weights.reduce((sum, weight) => sum + weight) / weights.length,
      max: (weights: number[]) => Math.max(...weights),
    };
    await expect
      .poll(() =>
        wrongCells(view.region, pairWeights, (query, key) => combine[how](ofHeads(query, key)), {
          table: magma,
          scale: 'linear',
          range: [0, 0.8],
        }),
      )
      .toEqual([]);
  });

  test.each(['encoder', 'decoder', 'cross'] as const)('the dates model, %s stream', async (stream) => {
    const weights = await readWeights('dates', `${stream}.attention`);
    const view = await showHeatmap({ trace: await loadFixture('dates'), stream, layer: 1, head: 2 });
    const seen = (query: number, key: number) => stream !== 'decoder' || key <= query;
    await expect
      .poll(() =>
        wrongCells(
          view.region,
          weights,
          (query, key) => (seen(query, key) ? weights.at(1, 2, query, key) : null),
          { table: paper, scale: 'linear', range: [0, weights.most(1, 2)] },
        ),
      )
      .toEqual([]);
  });
});

describe('positions that a causal query cannot see', () => {
  test.each(['light', 'dark'] as const)(
    'are hatched in colours that stand for no weight, %s',
    async (theme) => {
      const table = theme === 'light' ? paper : night;
      const weights = await readWeights('induction');
      const { queries, keys } = weights;
      const view = await showHeatmap({ trace: await loadFixture('induction'), layer: 1, head: 0, theme });
      const seen = (query: number, key: number) => (key > query ? null : weights.at(1, 0, query, key));
      await expect
        .poll(() =>
          wrongCells(view.region, weights, seen, { table, scale: 'linear', range: [0, weights.most(1, 0)] }),
        )
        .toEqual([]);

      const colors = new Set(
        Array.from({ length: 256 }, (_, i) => [...table.slice(i * 3, i * 3 + 3)].join()),
      );
      const box = boxOf(view.region.getByRole('application'));
      const cell = box.width / keys;
      const hatch = new Map<string, number>();
      (await takePicture(box)).each((color, { x, y }) => {
        // Whole cells only, without the pixel in which one ends and the next begins.
        const [key, query] = [(x - box.x) / cell, ((y - box.y) / box.height) * queries];
        if (key - 1 > query + 1 && query > 0 && key < keys - 0.2)
          hatch.set(color.join(), (hatch.get(color.join()) ?? 0) + 1);
      });
      expect(hatch.size).toBeGreaterThan(1);
      expect([...hatch.keys()].filter((color) => colors.has(color))).toEqual([]);
      expect(hatch.keys()).not.toContain(fromHex(backgroundColors[theme]).join());
    },
  );
});

test('the theme reaches the paper around the plot too', async () => {
  const view = await showHeatmap({ trace: pair, theme: 'dark' });
  const { x, bottom } = boxOf(view.region);
  const corner = async (): Promise<Rgb> =>
    (await takePicture(boxOf(view.region))).at({ x: x + 4, y: bottom - 60 });
  expect(await corner()).toEqual(fromHex(backgroundColors.dark));
  await view.change({ theme: 'light' });
  await expect.poll(corner).toEqual(fromHex(backgroundColors.light));
});
