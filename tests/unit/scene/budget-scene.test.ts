import { expect, test } from 'vitest';
import { budgetScene, type BudgetPicture } from '../../../src/lib/scene/budget-scene.js';
import { createTrace, type Token } from '../../../src/lib/trace/index.js';
import { names } from '../trace/arrays.js';

/** Three heads over so many keys; head h keeps two of h + 2. */
function picture(count: number, more: Partial<BudgetPicture> = {}): BudgetPicture {
  const attention = [[Array.from({ length: count }, () => new Array<number>(count).fill(1 / count))]];
  const { keyTokens } = createTrace({ tokens: names(count), attention }).stream();
  const heads = [0, 1, 2];
  return {
    kept: heads.map((head) => ({
      ...{ layer: 0, head, weight: 0.5 },
      keys: Uint8Array.from({ length: count }, (_, key) => Number(key % (head + 2) < 2)),
    })),
    heads: heads.map((head) => ({ ...keyTokens[0]!, position: head, label: String(head) }) as Token),
    keyTokens,
    needle: [2, 3],
    viewport: undefined,
    words: { queryTitle: () => 'heads', keyTitle: () => 'keys', position: String },
    columns: [{ title: 'weight', numbers: ['0.1', '0.2', '0.3'] }],
    ...more,
  };
}

/** What is filled in the middle of a cell. */
function filled(scene: ReturnType<typeof budgetScene>, row: number, key: number, keys: number, from = 0) {
  const { plot } = scene.axes;
  const x = plot.x + ((key - from + 0.5) / keys) * plot.width;
  const y = plot.y + ((row + 0.5) / 3) * plot.height;
  const over = scene.kept.filter(
    ({ rect }) => x > rect.x && x < rect.x + rect.width && y > rect.y && y < rect.y + rect.height,
  );
  expect(over.length).toBeLessThan(2);
  return over[0]?.needle;
}

test.each([12, 300])('of %s keys each that stays is filled, and no other', (count) => {
  const scene = budgetScene({ width: 900, height: 300 }, picture(count));
  for (let row = 0; row < 3; row++)
    for (let key = 0; key < count; key++)
      expect(filled(scene, row, key, count), `${row} ${key}`).toBe(
        key % (row + 2) < 2 ? key === 2 || key === 3 : undefined,
      );
});

test('a part of the keys, cut at the plot', () => {
  const viewport = { query: 0, key: 3.5, queries: 3, keys: 5 };
  const scene = budgetScene({ width: 900, height: 300 }, picture(12, { viewport }));
  const { plot } = scene.axes;
  expect(filled(scene, 1, 4, 5, 3.5)).toBe(false);
  expect(filled(scene, 1, 5, 5, 3.5)).toBeUndefined();
  for (const { rect } of scene.kept) {
    expect(rect.x).toBeGreaterThanOrEqual(plot.x);
    expect(rect.x + rect.width).toBeLessThanOrEqual(plot.x + plot.width);
  }
});

test('numbers stand beside their rows, in the box', () => {
  for (const width of [900, 288]) {
    const scene = budgetScene({ width, height: 300 }, picture(40));
    const { plot, queryLabels } = scene.axes;
    expect(scene.numbers[0]!.map(({ text, y }) => [text, y])).toEqual(
      queryLabels.map(({ position, y }) => [`0.${position! + 1}`, y]),
    );
    for (const { x } of scene.numbers[0]!) {
      expect(x - 25).toBeGreaterThan(plot.x + plot.width);
      expect(x).toBeLessThanOrEqual(width);
    }
  }
});
