import { userEvent, type Locator } from 'vitest/browser';
import { describe, expect, test } from 'vitest';
import { backgroundColors } from '../../../src/lib/render/colors/index.js';
import { curvePoint } from '../../../src/lib/scene/curve.js';
import { shown } from '../views/fixture.js';
import {
  boxOf,
  centerOf,
  mouse,
  showHeadView,
  statusOf,
  tokenOf,
  usePage,
  type Point,
} from '../views/page.js';
import { fromHex, takePicture } from '../views/pixels.js';
import { pair, raw, rowOf, weights } from './words.js';

usePage();

const [layer, head] = [2, 7];
const rows = raw.map((_, query) => rowOf(layer, head, query));
const show = (props: object = {}) => showHeadView({ trace: pair, layer, heads: [head], ...props });

const overThreshold = (least: number) => rows.flat().filter((weight) => weight >= least).length;
/** The `count` largest of each row, and those that equal the last of them. */
const largest = (count: number) =>
  rows.flatMap((row) =>
    row.filter((weight) => weight > 0 && row.filter((other) => other > weight).length < count),
  ).length;
/** Of each row the fewest weights, largest first, that hold a share of its sum, and those that equal the last of them. */
function holding(share: number): number {
  let lines = 0;
  for (const row of rows) {
    const enough = share * row.reduce((sum, weight) => sum + weight, 0);
    const descending = row.toSorted((a, b) => b - a);
    let [sum, least] = [0, 0];
    for (const weight of descending) {
      sum += weight;
      least = weight;
      if (sum >= enough) break;
    }
    lines += row.filter((weight) => weight > 0 && weight >= least).length;
  }
  return lines;
}

describe('which weights get a line', () => {
  const lines = (region: Locator) => Number(/(\d+) of 576 weights/.exec(statusOf(region))?.[1]);

  test('as its props say', async () => {
    const { region, change } = await show({ threshold: 0.12 });
    await expect.poll(() => lines(region)).toBe(overThreshold(0.12));
    for (const top of [1, 3, 6]) {
      await change({ edges: 'top', top });
      await expect.poll(() => lines(region)).toBe(largest(top));
    }
    for (const share of [0.3, 0.7, 0.95]) {
      await change({ edges: 'share', share });
      await expect.poll(() => lines(region)).toBe(holding(share));
    }
  });

  test('as the toolbar says', async () => {
    const { region } = await show();
    await expect.poll(() => lines(region)).toBe(overThreshold(0.05));
    await userEvent.fill(region.getByRole('spinbutton', { name: 'threshold' }), '0.2');
    await expect.poll(() => lines(region)).toBe(overThreshold(0.2));
    const mode = region.getByRole('combobox', { name: 'lines' });
    await userEvent.selectOptions(mode, 'top');
    await expect.poll(() => lines(region)).toBe(largest(3));
    await userEvent.fill(region.getByRole('spinbutton', { name: 'lines a query' }), '2');
    await expect.poll(() => lines(region)).toBe(largest(2));
    await userEvent.selectOptions(mode, 'share');
    await expect.poll(() => lines(region)).toBe(holding(0.7));
    await userEvent.fill(region.getByRole('spinbutton', { name: /^share/ }), '0.5');
    await expect.poll(() => lines(region)).toBe(holding(0.5));
    // What is no share is not taken.
    await userEvent.fill(region.getByRole('spinbutton', { name: /^share/ }), '7');
    await expect.poll(() => lines(region)).toBe(holding(0.5));
  });

  test('of several heads, each counts by itself', async () => {
    const { region } = await show({ heads: [1, 7], edges: 'top', top: 1 });
    const ofHead = (head: number) =>
      raw.reduce((sum, _, query) => {
        const row = rowOf(layer, head, query);
        return sum + row.filter((weight) => weight === Math.max(...row)).length;
      }, 0);
    await expect.poll(() => statusOf(region)).toContain(`${ofHead(1) + ofHead(7)} of 1,152 weights`);
  });
});

describe('several heads as one', () => {
  const heads = [0, 4, 9];
  const combined = {
    sum: (...all: number[]) => all.reduce((a, b) => a + b, 0),
    mean: (...all: number[]) => all.reduce((a, b) => a + b, 0) / all.length,
    max: Math.max,
  };
  test.each([
    ['sum', 'sum of heads', 'sum of 3 heads'],
    ['mean', 'mean of heads', 'mean of 3 heads'],
    ['maximum', 'maximum of heads', 'max of 3 heads'],
  ])('%s: lines, number and name', async (option, chip, said) => {
    const combine = combined[option === 'maximum' ? 'max' : (option as 'sum' | 'mean')];
    const weight = (query: number, key: number) =>
      combine(...heads.map((head) => weights.at(layer, head, query, key)));
    const { region } = await show({ heads, selection: { query: 16 } });
    await region.getByRole('button', { name: 'options', exact: true }).click();
    await userEvent.selectOptions(region.getByRole('combobox', { name: 'heads' }), option);
    await userEvent.keyboard('{Escape}');
    await mouse.move(centerOf(tokenOf(region, 'keys', 2)));
    await expect
      .poll(() => statusOf(region))
      .toContain(`them → keys ${shown(weight(16, 2))} layer 2, ${said}`);
    await mouse.leave();
    region.getByRole('listbox', { name: 'queries' }).element().focus();
    await userEvent.keyboard('{Escape}');
    const over = raw
      .flatMap((_, query) => raw.map((_, key) => weight(query, key)))
      .filter((w) => w >= 0.05).length;
    await expect.poll(() => statusOf(region)).toContain(`${over} of 576 weights`);

    await region.getByRole('button', { name: chip }).click();
    await expect.poll(() => statusOf(region)).toContain('of 1,728 weights');
  });
});

describe('side by side', () => {
  /** Where tokens stand, along the page's width, and the two edges of the lines between them. */
  function places(region: Locator) {
    const lists = ['queries', 'keys'].map((name) => region.getByRole('listbox', { name }));
    const middles = (list: Locator) =>
      list
        .getByRole('option')
        .elements()
        .map((element) => {
          const box = element.getBoundingClientRect();
          return box.x + box.width / 2;
        });
    const [queries, keys] = lists.map(middles) as [number[], number[]];
    const [top, bottom] = [boxOf(lists[0]!).bottom, boxOf(lists[1]!).top];
    const { left, width } = boxOf(lists[0]!);
    return { queries, keys, top, bottom, box: new DOMRect(left, top, width, bottom - top) };
  }

  test.each(['light', 'dark'] as const)(
    'each line is where the vertical layout’s would be, with x and y exchanged, %s',
    async (theme) => {
      const { region } = await show({ layout: 'horizontal', theme, threshold: 0.12 });
      const paper = fromHex(backgroundColors[theme]).join();
      const lines = rows.flatMap((row, query) =>
        row.flatMap((weight, key) => (weight >= 0.12 ? [[query, key] as const] : [])),
      );
      expect(lines.length).toBeGreaterThan(5);
      async function wrong() {
        const { queries, keys, top, bottom, box } = places(region);
        const curve = ([query, key]: readonly [number, number]): Point[] =>
          Array.from({ length: 1201 }, (_, i) => {
            const { x, y } = curvePoint(i / 1200, top, queries[query]!, bottom, keys[key]!);
            return { x: y, y: x };
          });
        const width = Math.ceil(box.width);
        const pixel = ({ x, y }: Point) => Math.floor(y) * width + Math.floor(x);
        const near = new Set<number>();
        const on = new Set<number>();
        for (const { x, y } of lines.flatMap(curve)) {
          if (Math.hypot(Math.floor(x) + 0.5 - x, Math.floor(y) + 0.5 - y) < 0.4) on.add(pixel({ x, y }));
          for (let dx = -3; dx <= 3; dx++)
            for (let dy = -3; dy <= 3; dy++) near.add(pixel({ x: x + dx, y: y + dy }));
        }
        const found = { missing: 0, extra: 0, inked: 0 };
        (await takePicture(box)).each((color, middle) => {
          // The tokens' own pixels begin at the edges.
          if (middle.y < top + 1 || middle.y > bottom - 1) return;
          const inked = color.join() !== paper;
          if (inked) found.inked++;
          if (inked && !near.has(pixel(middle))) found.extra++;
          if (!inked && on.has(pixel(middle))) found.missing++;
        });
        return found;
      }
      await expect
        .poll(wrong)
        .toEqual({ missing: 0, extra: 0, inked: expect.toSatisfy((n: number) => n > lines.length * 100) });
    },
  );

  test('the menu lays tokens out side by side and back; left and right move over them', async () => {
    const { region } = await show();
    const first = () => [0, 1].map((position) => boxOf(tokenOf(region, 'queries', position)));
    await region.getByRole('button', { name: 'options', exact: true }).click();
    const layout = region.getByRole('combobox', { name: 'tokens' });
    await userEvent.selectOptions(layout, 'horizontal');
    await expect.poll(() => first()[1]!.x - first()[0]!.x).toBe(20);
    expect(first()[1]!.y).toBe(first()[0]!.y);

    region.getByRole('listbox', { name: 'queries' }).element().focus();
    await userEvent.keyboard('{ArrowRight}{ArrowRight}');
    await expect.poll(() => statusOf(region)).toMatch(/^the(·\d+)? →/);
    await userEvent.keyboard('{ArrowDown}');
    await expect.element(region.getByRole('listbox', { name: 'keys' })).toHaveFocus();

    await userEvent.selectOptions(layout, 'vertical');
    await expect.poll(() => first()[1]!.y - first()[0]!.y).toBe(20);
  });
});
