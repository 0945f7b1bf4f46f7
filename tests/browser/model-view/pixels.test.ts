import { describe, expect, test } from 'vitest';
import { createTrace } from '../../../src/lib/index.js';
import {
  diverging,
  layerColors,
  night,
  paper,
  tableColor,
  toUnit,
} from '../../../src/lib/render/colors/index.js';
import { loadFixture, type FixtureName } from '../../../src/stories/fixtures.js';
import { readWeights } from '../views/fixture.js';
import { boxOf, usePage } from '../views/page.js';
import { fromHex, inkIn, takePicture, type Rgb } from '../views/pixels.js';
import { cellOf, gridOf, pointIn, showModel, thumbnailIn } from './model.js';

usePage();

const tiles = { light: '#f5f6f8', dark: '#181d26' } as const;

describe.each([
  ['pair', undefined, 'attention', false],
  ['induction', undefined, 'attention', true],
  ['dates', 'encoder', 'encoder.attention', false],
  ['dates', 'decoder', 'decoder.attention', true],
  ['dates', 'cross', 'cross.attention', false],
] as const)('matrices of %s, %s', async (name, stream, tensor, causal) => {
  const trace = await loadFixture(name as FixtureName);
  const weights = await readWeights(name as FixtureName, tensor);

  test.each(['light', 'dark'] as const)('every cell in the colour of its weight, %s', async (theme) => {
    const { region } = await showModel({ trace, stream, theme, thumbnail: 'matrix' });
    const picture = await takePicture(boxOf(gridOf(region)));
    const table = theme === 'light' ? paper : night;
    const wrong: string[] = [];
    for (const layer of trace.stream(stream).layers)
      for (const head of trace.stream(stream).heads) {
        const box = thumbnailIn(cellOf(region, layer, head));
        for (let query = 0; query < weights.queries; query++)
          for (let key = 0; key < weights.keys; key++) {
            const at = pointIn(box, (key + 0.5) / weights.keys, (query + 0.5) / weights.queries);
            const unit = toUnit(weights.at(layer, head, query, key), 'sqrt', [0, 1]);
            // Where a query cannot look, the tile shows through.
            const expected = causal && key > query ? fromHex(tiles[theme]) : tableColor(table, unit);
            if (!same(picture.at(at), expected))
              wrong.push(`${layer}.${head} ${query},${key}: ${picture.at(at).join()} for ${expected.join()}`);
          }
      }
    expect(wrong).toEqual([]);
  });
});

const same = (a: Rgb, b: readonly number[]): boolean => a.every((value, i) => value === b[i]);

// By hand: what is taken away and what is added, in one range where it has bounds, else in that of the largest.
test.each([
  ['differences', 1, 'light'],
  ['differences', 1, 'dark'],
  ['scores', 8, 'light'],
] as const)('signed numbers in two hues: %s, up to %s, %s', async (quantity, most, theme) => {
  const rows = [
    [-1, 0.25, 0],
    [0.5, -0.25, 1],
    [0, 0, -0.5],
  ];
  const numbers = rows.map((row) => row.map((share) => share * most));
  const trace = createTrace({
    tokens: ['a', 'b', 'c'],
    quantity,
    attention: [[numbers, numbers.map((row) => row.map((n) => n / 2))]],
  });
  const { region } = await showModel({ trace, theme, thumbnail: 'matrix' });
  const picture = await takePicture(boxOf(gridOf(region)));
  for (const head of [0, 1])
    for (const [query, row] of rows.entries())
      for (const [key, share] of row.entries()) {
        const at = pointIn(thumbnailIn(cellOf(region, 0, head)), (key + 0.5) / 3, (query + 0.5) / 3);
        // Half way up from the middle for a quarter of the magnitude: the scale is a square root.
        const size = Math.sqrt(Math.abs(share) / (head + 1));
        const expected = tableColor(diverging[theme], 0.5 + (Math.sign(share) * size) / 2);
        expect(picture.at(at), `head ${head}, ${query},${key}`).toEqual([...expected]);
      }
});

test('a long matrix in the colours of the largest weight of each block', async () => {
  const trace = await loadFixture('paragraph');
  const weights = await readWeights('paragraph');
  const { region } = await showModel({
    trace,
    includeLayers: [0, 3],
    includeHeads: [2, 5],
    thumbnail: 'matrix',
  });
  const picture = await takePicture(boxOf(gridOf(region)));
  // 201 tokens in at most 64 cells: blocks of 4 × 4.
  const cells = 51;
  let compared = 0;
  for (const [layer, head] of [
    [0, 2],
    [3, 5],
  ] as const) {
    const box = thumbnailIn(cellOf(region, layer, head));
    for (let row = 0; row < cells; row++)
      for (let col = 0; col < cells; col++) {
        let most = 0;
        for (let query = row * 4; query < Math.min(201, row * 4 + 4); query++)
          for (let key = col * 4; key < Math.min(201, col * 4 + 4); key++)
            most = Math.max(most, weights.at(layer, head, query, key));
        const expected = tableColor(paper, toUnit(most, 'sqrt', [0, 1]));
        const found = picture.at(pointIn(box, (col + 0.5) / cells, (row + 0.5) / cells));
        expect(
          same(found, expected),
          `${layer}.${head} block ${row},${col}: ${found.join()} for ${expected.join()}`,
        ).toBe(true);
        compared++;
      }
  }
  expect(compared).toBe(2 * 51 * 51);
});

describe('lines', () => {
  // Head 0 looks ahead by one, head 1 at the first token, head 2 at nothing at all.
  const ahead = [
    [0, 1, 0, 0],
    [0, 0, 1, 0],
    [0, 0, 0, 1],
    [0, 0, 0, 1],
  ];
  const first = [
    [1, 0, 0, 0],
    [1, 0, 0, 0],
    [1, 0, 0, 0],
    [0.4, 0, 0, 0],
  ];
  const none = [
    [0, 0, 0, 0],
    [0, 0, 0, 0],
    [0, 0, 0, 0],
    [0, 0, 0, 0],
  ];
  const trace = createTrace({
    tokens: ['a', 'b', 'c', 'd'],
    attention: [
      [ahead, first, none],
      [first, none, ahead],
    ],
  });

  test.each(['light', 'dark'] as const)(
    'run where weights are, in the colour of the layer, %s',
    async (theme) => {
      const { region } = await showModel({ trace, theme });
      const picture = await takePicture(boxOf(gridOf(region)));
      const colors = layerColors(2, theme).map(fromHex);
      const ground = fromHex(tiles[theme]);
      /** How much of a layer's colour is about the height of a token, at the left or right end of a thumbnail. */
      const ink = (layer: number, head: number, side: 'query' | 'key', token: number): number => {
        const box = thumbnailIn(cellOf(region, layer, head));
        const at = pointIn(box, 0, (token + 0.5) / 4);
        const x = side === 'query' ? box.left + 1 : box.right - 2;
        const column = [-3, -2, -1, 0, 1, 2].map((dy) => picture.at({ x, y: Math.round(at.y) + dy }));
        return Math.max(...column.map((color) => inkIn(color, ground, colors[layer]!)));
      };
      const inks = (layer: number, head: number, side: 'query' | 'key') =>
        [0, 1, 2, 3].map((token) => ink(layer, head, side, token) > 0.15);
      for (const [layer, shift] of [
        [0, 0],
        [1, 2],
      ] as const) {
        expect(inks(layer, shift, 'query')).toEqual([true, true, true, true]);
        expect(inks(layer, shift, 'key')).toEqual([false, true, true, true]);
      }
      for (const [layer, head] of [
        [0, 1],
        [1, 0],
      ] as const) {
        expect(inks(layer, head, 'query')).toEqual([true, true, true, true]);
        expect(inks(layer, head, 'key')).toEqual([true, false, false, false]);
        // The weaker line is the fainter.
        expect(ink(layer, head, 'query', 3)).toBeLessThan(ink(layer, head, 'query', 2) * 0.7);
      }
      for (const [layer, head] of [
        [0, 2],
        [1, 1],
      ] as const)
        expect([...inks(layer, head, 'query'), ...inks(layer, head, 'key')]).toEqual(Array(8).fill(false));
    },
  );

  test('keep the colour of their layer when others are filtered out', async () => {
    const { region } = await showModel({ trace, includeLayers: [1], includeHeads: [0] });
    const box = thumbnailIn(cellOf(region, 1, 0));
    const picture = await takePicture(box);
    const colors = layerColors(2, 'light').map(fromHex);
    const ground = fromHex(tiles.light);
    let most = 0;
    picture.each((color) => {
      most = Math.max(most, inkIn(color, ground, colors[1]!));
      const between = color.every((value, i) => {
        const [low, high] = [ground[i]!, colors[1]![i]!].sort((a, b) => a - b);
        return value >= low! - 2 && value <= high! + 2;
      });
      expect(between, color.join()).toBe(true);
    });
    expect(most).toBeGreaterThan(0.5);
  });
});
