// The heatmap where pages put it, and with what they put in: scaled boxes, long and short sides, signed numbers, other traces.
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { userEvent, type Locator } from 'vitest/browser';
import { createTrace, type TraceInput } from '../../../src/lib/index.js';
import { diverging, paper, tableColor } from '../../../src/lib/render/colors/index.js';
import { loadFixture } from '../../../src/stories/fixtures.js';
import { announcedBy, boxOf, browser, cellOf, mouse, showHeatmap, statusOf, usePage } from './page.js';
import { takePicture } from './pixels.js';

usePage();

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `t${i}`);
const plotOf = (region: Locator) => region.getByRole('application');

/** A trace of 8 queries × 8 keys, where query q looks at key 7 − q alone. */
const turned = createTrace({
  tokens: names(8),
  attention: [[names(8).map((_, q) => names(8).map((_, k) => (k === 7 - q ? 1 : 0)))]],
});

const cross = (queries: string[], keys: string[], attention: unknown): TraceInput =>
  ({ cross: { attention }, decoder: { tokens: queries }, encoder: { tokens: keys } }) as TraceInput;

describe('inside a box that the page scales', () => {
  test.each(['scale: 0.6', 'transform: scale(1.4)', 'zoom: 0.6', 'zoom: 1.5'])(
    '%s: the picture fills its plot, and what is pointed at is what is told',
    async (style) => {
      document.body.style.cssText = `${style}; transform-origin: 0 0; width: 800px; margin: 0`;
      onTestFinished(() => void (document.body.style.cssText = ''));
      const { region } = await showHeatmap({ trace: turned, range: [0, 1] });
      for (const [query, key] of [
        [0, 7],
        [7, 0],
        [7, 7],
        [2, 5],
      ] as const) {
        await mouse.leave();
        const at = cellOf(region, query, key, 8);
        const color = tableColor(paper, key === 7 - query ? 1 : 0);
        await expect.poll(async () => (await takePicture(boxOf(plotOf(region)))).at(at)).toEqual(color);
        await mouse.move(at);
        const value = key === 7 - query ? '1.00' : '0';
        await expect.poll(() => announcedBy(region)).toContain(`t${query} → t${key} ${value}`);
      }
    },
  );
});

describe('few queries over many keys', () => {
  const [rows, cols] = [3, 3000];
  const data = new Float32Array(rows * cols);
  const peaks = [500, 1500, 2900];
  peaks.forEach((key, query) => (data[query * cols + key] = 1));
  const trace = createTrace(cross(names(rows), names(cols), { dims: [1, 1, rows, cols], data }));

  /** The darkest pixel within two of a place. */
  const inkAt = async (region: Locator, query: number, key: number): Promise<number> => {
    const picture = await takePicture(boxOf(plotOf(region)));
    const { x, y } = cellOf(region, query, key, rows, cols);
    return Math.min(...[-2, -1, 0, 1, 2].map((dx) => picture.at({ x: x + dx, y })[0]));
  };

  test('each row shows its own, high enough to see', async () => {
    const { region } = await showHeatmap({ trace, range: [0, 1] });
    expect(boxOf(plotOf(region)).height).toBeGreaterThan(200);
    for (const [query, key] of peaks.entries())
      for (const [other] of peaks.entries()) {
        const ink = tableColor(paper, query === other ? 1 : 0)[0];
        await expect.poll(() => inkAt(region, other, key)).toBe(ink);
      }
  });

  test('keys are zoomed, and queries stay', async () => {
    const { region } = await showHeatmap({ trace, range: [0, 1] });
    const at = cellOf(region, 1, 1500, rows, cols);
    for (let i = 0; i < 8; i++) await mouse.wheel(at, -400);
    await expect.element(region.getByRole('button', { name: 'zoomed' })).toBeVisible();
    await expect.poll(() => announcedBy(region)).toMatch(/t1 → t(149|150)\d /);
    expect(statusOf(region)).toContain('3 × 3,000');
  });
});

describe('signed numbers', () => {
  const scores = [
    [2, -1, 0.5],
    [-2, 0, 1],
    [1.5, -0.25, -1],
  ];
  const trace = createTrace({ tokens: ['a', 'b', 'c'], attention: [[scores]], quantity: 'attributions' });

  test.each(['light', 'dark'] as const)('have two hues around 0, %s', async (theme) => {
    const { region } = await showHeatmap({ trace, theme });
    for (const [query, row] of scores.entries())
      for (const [key, value] of row.entries()) {
        // From −2 to 2: where 0 is, half way.
        const color = tableColor(diverging[theme], (value + 2) / 4);
        await expect
          .poll(async () => (await takePicture(boxOf(plotOf(region)))).at(cellOf(region, query, key, 3)))
          .toEqual(color);
      }
  });

  test('are told with their sign, by pointer, keyboard, legend and range', async () => {
    const onHoverChange = vi.fn();
    const { region } = await showHeatmap({ trace, onHoverChange });
    await expect.element(region.getByRole('img')).toHaveAccessibleName('attribution: −2.00 – 2.00');
    await mouse.move(cellOf(region, 1, 0, 3));
    await expect.poll(() => statusOf(region)).toContain('b → a −2.00 layer 0, head 0 1st of 3 in its row');
    expect(onHoverChange.mock.lastCall![0]).toMatchObject({ query: 1, key: 0, value: -2 });
    plotOf(region).element().focus();
    await userEvent.keyboard('{ArrowDown}{ArrowRight}');
    await expect.poll(() => announcedBy(region)).toBe('layer 0, head 0: c → b −0.25, 3rd of 3 in its row');
    const range = region.getByRole('combobox', { name: 'range of colours' });
    expect(range.element().textContent).not.toContain('0 – 1');
  });

  test('a range of one’s own is around 0', async () => {
    const { region } = await showHeatmap({ trace, range: [-1, 4] });
    await expect.element(region.getByRole('img')).toHaveAccessibleName('attribution: −4.00 – 4.00');
    await expect
      .element(region.getByRole('combobox', { name: 'range of colours' }))
      .toHaveDisplayValue('−4 – 4');
  });
});

test('rows of the last queries alone: what they cannot see is after their own places', async () => {
  const attention = [
    [
      [
        [0.5, 0.25, 0.25, 0, 0],
        [0.1, 0.2, 0.3, 0.4, 0],
      ],
    ],
  ];
  const trace = createTrace({ tokens: names(5), attention, queryPositions: [2, 3], causal: true });
  const { region } = await showHeatmap({ trace, range: [0, 1] });
  const told = async (query: number, key: number): Promise<string> => {
    await mouse.move(cellOf(region, query, key, 2, 5));
    await expect.poll(() => announcedBy(region)).toContain(` → t${key} `);
    return announcedBy(region);
  };
  expect(await told(0, 2)).toContain('t2 → t2 0.25, ');
  expect(await told(0, 3)).toContain('t2 → t3 0, a later position');
  expect(await told(1, 3)).toContain('t3 → t3 0.40, ');
  await mouse.leave();
  const picture = await takePicture(boxOf(plotOf(region)));
  const cell = boxOf(plotOf(region)).width / 5;
  const hatched = (query: number, key: number): boolean => {
    const { x, y } = cellOf(region, query, key, 2, 5);
    const shades = Array.from({ length: Math.floor(cell / 2) }, (_, i) =>
      picture.at({ x: x - cell / 4 + i, y }).join(),
    );
    return new Set(shades).size > 1;
  };
  expect([0, 1].map((query) => [0, 1, 2, 3, 4].map((key) => hatched(query, key)))).toEqual([
    [false, false, false, true, true],
    [false, false, false, false, true],
  ]);
});

test('from right to left the legend and the plot still run from left to right', async () => {
  document.documentElement.dir = 'rtl';
  onTestFinished(() => void (document.documentElement.dir = ''));
  const { region } = await showHeatmap({ trace: turned, range: [0, 1] });
  const [low, high] = [...region.getByRole('img').element().querySelectorAll('span')];
  expect([low!.textContent, high!.textContent]).toEqual(['0', '1.00']);
  expect(low!.getBoundingClientRect().right).toBeLessThan(high!.getBoundingClientRect().left);
  const at = cellOf(region, 0, 7, 8);
  const color = tableColor(paper, 1);
  await expect.poll(async () => (await takePicture(boxOf(plotOf(region)))).at(at)).toEqual(color);
  await mouse.move(at);
  await expect.poll(() => announcedBy(region)).toContain('t0 → t7 1.00');
});

test('the page hears the keys that the view has no use for, and no others', async () => {
  const heard: string[] = [];
  const hear = ({ key }: KeyboardEvent): unknown => heard.push(key);
  document.addEventListener('keydown', hear);
  onTestFinished(() => document.removeEventListener('keydown', hear));
  const { region } = await showHeatmap({ trace: turned });
  plotOf(region).element().focus();
  await userEvent.keyboard('a{Escape}{ArrowDown}{Enter}0+-{Escape}b{Escape}');
  expect(heard).toEqual(['a', 'Escape', 'b', 'Escape']);
});

test('a trace is swapped for others while one is zoomed in, has locked a cell and points at another', async () => {
  const errors = vi.fn();
  for (const kind of ['error', 'unhandledrejection']) {
    window.addEventListener(kind, errors);
    onTestFinished(() => window.removeEventListener(kind, errors));
  }
  const pair = await loadFixture('pair');
  const dates = await loadFixture('dates');
  const view = await showHeatmap({ trace: pair, layer: 3, head: 1 });
  const { region } = view;
  const inState = async (queries: number, keys: number): Promise<void> => {
    await mouse.click(cellOf(region, queries - 1, keys - 1, queries, keys));
    await mouse.wheel(cellOf(region, queries - 2, keys - 2, queries, keys), -300);
    await expect.element(region.getByRole('button', { name: 'zoomed' })).toBeVisible();
  };
  await inState(24, 24);
  for (const [trace, size] of [
    [turned, '8 × 8'],
    [dates, '28 × 28'],
    [pair, '24 × 24'],
  ] as const) {
    await view.change({ trace, layer: undefined, head: undefined } as never);
    await expect
      .element(plotOf(region))
      .toHaveAccessibleName(new RegExp(size.replace(/(\d+) × (\d+)/, '$1 queries × $2 keys')));
    await mouse.leave();
    await mouse.move(cellOf(region, 1, 1, 4));
    await expect.poll(() => announcedBy(region)).toMatch(/ → .* \d/);
  }
  await view.change({ trace: undefined, tokens: ['a', 'b'], attention: [[[[1]]]] } as never);
  await expect.element(region.getByRole('alert')).toBeVisible();
  await view.change({ trace: turned, tokens: undefined, attention: undefined } as never);
  await expect.element(plotOf(region)).toHaveAccessibleName(/8 queries × 8 keys/);
  expect(errors).not.toHaveBeenCalled();
});

test('with a palette of the reader’s own the legend keeps its colours', async () => {
  const features = [{ name: 'forced-colors', value: 'active' }];
  await browser().send('Emulation.setEmulatedMedia', { features });
  onTestFinished(() => void browser().send('Emulation.setEmulatedMedia', { features: [] }));
  const { region } = await showHeatmap({ trace: turned, range: [0, 1] });
  const bar = region.getByRole('img').element().querySelector('i')!.getBoundingClientRect();
  const picture = await takePicture(bar);
  const middle = picture.at({ x: bar.x + bar.width / 2, y: bar.y + bar.height / 2 });
  const [r, g, b] = tableColor(paper, 0.5);
  for (const [i, channel] of [r, g, b].entries()) expect(Math.abs(middle[i]! - channel)).toBeLessThan(12);
});

test('colours that there are not are refused by name', async () => {
  const view = await showHeatmap({ trace: turned, colors: 'jet' as never });
  await expect.element(view.region.getByRole('alert')).toHaveTextContent(/colors.*jet.*viridis/);
  await view.change({ colors: 'viridis' });
  await expect.element(plotOf(view.region)).toBeVisible();
});

test('a quotation mark that is copied stays in its field', async () => {
  const trace = createTrace({
    tokens: ['"', 'say "hi"'],
    attention: [
      [
        [
          [1, 0],
          [0.25, 0.75],
        ],
      ],
    ],
  });
  const { region } = await showHeatmap({ trace });
  const clipboardData = new DataTransfer();
  plotOf(region)
    .element()
    .dispatchEvent(new ClipboardEvent('copy', { clipboardData, bubbles: true, cancelable: true }));
  expect(clipboardData.getData('text/plain')).toBe(
    '\t""""\t"say ""hi"""\n""""\t1\t0\n"say ""hi"""\t0.25\t0.75',
  );
});
