import { userEvent, type Locator } from 'vitest/browser';
import { describe, expect, test } from 'vitest';
import type { HeatmapOptions } from '../../../src/lib/index.js';
import { paper } from '../../../src/lib/render/colors/index.js';
import { shown } from '../views/fixture.js';
import { boxOf, browser, cellOf, mouse, showHeatmap, statusOf, usePage, type Point } from '../views/page.js';
import { takePicture } from '../views/pixels.js';
import { pair, raw, rowOf, weights } from './words.js';

usePage();

const [layer, head] = [0, 3];
const rows = raw.map((_, query) => rowOf(layer, head, query));
const most = Math.max(...rows.flat());
const show = (props: object = {}) => showHeatmap({ trace: pair, layer, head, ...props });
const legendOf = (region: Locator) => region.getByRole('img');

/** The cells whose colour is not that of a share in [0, 1] on the way from paper to ink. */
async function wrongCells(region: Locator, share: (query: number, key: number) => number): Promise<string[]> {
  const picture = await takePicture(boxOf(region.getByRole('application')));
  const entries = (query: number, key: number) =>
    [-0.002, 0.002].map((by) => {
      const entry = Math.round(Math.min(1, share(query, key)) * 255 + by) * 3;
      return [...paper.slice(entry, entry + 3)].join();
    });
  return rows.flatMap((row, query) =>
    row.flatMap((_, key) => {
      const color = picture.at(cellOf(region, query, key, 24)).join();
      return entries(query, key).includes(color)
        ? []
        : [`${query} → ${key}: ${color}, not ${entries(query, key)[0]}`];
    }),
  );
}

describe('colours by', () => {
  const column = (key: number) => rows.map((row) => row[key]!);
  const shares: Record<string, (query: number, key: number) => number> = {
    'share of row': (query, key) => rows[query]![key]! / Math.max(...rows[query]!),
    'share of column': (query, key) => rows[query]![key]! / Math.max(...column(key)),
    'share of matrix': (query, key) => rows[query]![key]! / most,
  };
  test.each([
    ['share of row', 'by row'],
    ['share of column', 'by column'],
    ['share of matrix', 'by matrix'],
  ])('%s: every cell; the chip says so and undoes it; numbers stay weights', async (option, chip) => {
    const { region } = await show();
    await region.getByRole('button', { name: 'options', exact: true }).click();
    await userEvent.selectOptions(region.getByRole('combobox', { name: 'colours by' }), option);
    await userEvent.keyboard('{Escape}');
    await mouse.leave();
    await expect.poll(() => wrongCells(region, shares[option]!)).toEqual([]);
    await expect.element(legendOf(region)).toHaveAccessibleName('weights: 0 – 1.00');

    await mouse.move(cellOf(region, 9, 9, 24));
    await expect.poll(() => statusOf(region)).toContain(`${raw[9]} → ${raw[9]} ${shown(rows[9]![9]!)}`);
    await mouse.leave();
    await region.getByRole('button', { name: new RegExp(`^${chip} ×$`) }).click();
    await mouse.leave();
    await expect.poll(() => wrongCells(region, (query, key) => rows[query]![key]! / most)).toEqual([]);
  });
});

test('contrast by pointer: colours reach to twice the weight under it, and back when it leaves', async () => {
  const { region } = await show();
  await userEvent.selectOptions(region.getByRole('combobox', { name: 'range of colours' }), 'by pointer');
  await mouse.leave();
  await expect.element(legendOf(region)).toHaveAccessibleName(`weights: 0 – ${shown(most)}`);
  // A small weight, of which there are many.
  const [query, key] = rows
    .flatMap((row, query) => row.map((weight, key) => [query, key, weight] as const))
    .filter(([, , weight]) => weight > 0.02 && weight < 0.03)[0]!;
  const top = 2 * rows[query]![key]!;
  await mouse.move(cellOf(region, query, key, 24));
  await expect.element(legendOf(region)).toHaveAccessibleName(`weights: 0 – ${shown(top)}`);
  // A cell that neither tooltip nor marks are over.
  const far = { query: (query + 12) % 24, key: (key + 12) % 24 };
  const entry = Math.round(Math.min(1, rows[far.query]![far.key]! / top) * 255) * 3;
  await expect
    .poll(async () =>
      (await takePicture(boxOf(region.getByRole('application')))).at(cellOf(region, far.query, far.key, 24)),
    )
    .toEqual([...paper.slice(entry, entry + 3)]);
  await mouse.leave();
  await expect.element(legendOf(region)).toHaveAccessibleName(`weights: 0 – ${shown(most)}`);
});

/** A drag with Shift held, as the browser gets it. */
async function dragBox(from: Point, to: Point): Promise<void> {
  const send = (type: string, at: Point, buttons: number) =>
    browser().send('Input.dispatchMouseEvent', {
      type,
      ...at,
      modifiers: 8,
      button: buttons || type === 'mouseReleased' ? 'left' : 'none',
      buttons,
      clickCount: type === 'mouseMoved' ? 0 : 1,
    } as never);
  await send('mouseMoved', from, 0);
  await send('mousePressed', from, 1);
  await send('mouseMoved', { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }, 1);
  await send('mouseMoved', to, 1);
  await send('mouseReleased', to, 0);
}

/** Pieces of text that the browser would put on the clipboard. */
function copied(region: Locator): string {
  const data = new DataTransfer();
  const event = new ClipboardEvent('copy', { clipboardData: data, bubbles: true, cancelable: true });
  region.getByRole('application').element().dispatchEvent(event);
  expect(event.defaultPrevented).toBe(true);
  return data.getData('text/plain');
}
const table = (text: string) => text.split('\n').map((line) => line.split('\t'));

describe('a box drawn with Shift', () => {
  test('is what is seen then; the chip shows the whole again', async () => {
    const seen: unknown[] = [];
    const { region } = await show({ onOptionsChange: ({ viewport }: HeatmapOptions) => seen.push(viewport) });
    await dragBox(cellOf(region, 4, 6, 24), cellOf(region, 12, 14, 24));
    await expect.poll(() => seen.length).toBe(1);
    const view = seen[0] as { query: number; key: number; queries: number; keys: number };
    // From the middle of one cell to that of another: eight cells.
    for (const [name, value] of [
      ['query', 4.5],
      ['key', 6.5],
      ['queries', 8],
      ['keys', 8],
    ] as const)
      expect(Math.abs(view[name] - value)).toBeLessThan(0.06);
    await expect.element(region.getByRole('button', { name: 'zoomed ×' })).toBeVisible();
    await region.getByRole('button', { name: 'zoomed ×' }).click();
    await expect.poll(() => seen.at(-1)).toBeUndefined();
  });

  test('a small twitch is no box', async () => {
    const seen: unknown[] = [];
    const { region } = await show({ onOptionsChange: ({ viewport }: HeatmapOptions) => seen.push(viewport) });
    const at = cellOf(region, 4, 6, 24);
    await dragBox(at, { x: at.x + 2, y: at.y + 1 });
    await expect.poll(() => statusOf(region)).toContain('locked');
    expect(seen).toEqual([]);
  });
});

describe('copy', () => {
  test('all numbers with their tokens, tab-separated', async () => {
    const { region } = await show();
    const [first, ...lines] = table(copied(region));
    expect(first).toEqual(['', ...raw.map((token) => token.replace('##', ''))]);
    expect(lines.map(([label]) => label)).toEqual(raw.map((token) => token.replace('##', '')));
    lines.forEach(([, ...numbers], query) =>
      expect(numbers.map(Number)).toEqual(rows[query]!.map((weight) => Number(weight.toPrecision(6)))),
    );
    await expect.poll(() => statusOf(region)).toContain('numbers copied');
  });

  test('those in sight, where one is zoomed in', async () => {
    const { region } = await show({ viewport: { query: 3, key: 5.5, queries: 4, keys: 4 } });
    const [first, ...lines] = table(copied(region));
    expect(first!.slice(1)).toEqual(raw.slice(5, 10).map((token) => token.replace('##', '')));
    expect(lines).toHaveLength(4);
    expect(lines[0]!.slice(1).map(Number)).toEqual(
      rows[3]!.slice(5, 10).map((weight) => Number(weight.toPrecision(6))),
    );
  });

  test('weights, also where colours are shares', async () => {
    const { region } = await show({ normalize: 'row', combine: 'max' });
    const largest = Math.max(...Array.from({ length: 12 }, (_, i) => weights.at(layer, i, 2, 3)));
    expect(Number(table(copied(region))[3]![4])).toBeCloseTo(largest, 5);
  });

  test('from the menu: to the clipboard, or a word on why not', async () => {
    const { region } = await show();
    await region.getByRole('button', { name: 'options', exact: true }).click();
    const writeText = navigator.clipboard.writeText.bind(navigator.clipboard);
    let written = '';
    navigator.clipboard.writeText = async (text) => void (written = text);
    try {
      await region.getByRole('button', { name: 'copy', exact: true }).click();
      await expect.poll(() => statusOf(region)).toContain('numbers copied');
      expect(table(written)).toHaveLength(25);
      navigator.clipboard.writeText = () =>
        Promise.reject(new DOMException('Write permission denied.', 'NotAllowedError'));
      await region.getByRole('button', { name: 'copy', exact: true }).click();
      await expect.poll(() => statusOf(region)).toContain('Write permission denied');
    } finally {
      navigator.clipboard.writeText = writeText;
    }
  });
});
