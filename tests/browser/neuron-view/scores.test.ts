// A stream of scores, what goes into the softmax: signed, drawn in two hues, and compared with q·k.
import axe from 'axe-core';
import { describe, expect, test } from 'vitest';
import { page, userEvent, type Locator } from 'vitest/browser';
import { createTrace, type Trace } from '../../../src/lib/index.js';
import { backgroundColors, diverging, tableColor } from '../../../src/lib/render/colors/index.js';
import { curvePoint } from '../../../src/lib/scene/curve.js';
import { blockWeights, type Block } from '../../../src/lib/trace/index.js';
import { scored } from '../../../src/stories/generated-heads.js';
import { announcedBy, boxOf, centerOf, mouse, statusOf, usePage } from '../views/page.js';
import { fromHex, inkIn, takePicture, type Rgb } from '../views/pixels.js';
import { cellsOf, numbersOf, queryOf, rangeOf, rowsOf, showNeurons } from './neurons.js';

usePage();

const tokens = ['one', 'two', 'three', 'four'];
const root = Math.SQRT2;
/** Of the query four: 4 with one, −2 with two and three, 0 with itself, as q·k ÷ √2. Other queries are 0. */
const [queries, keys] = [
  [[0, 0], [0, 0], [0, 0], [4, -2]], // prettier-ignore
  [[root, 0], [0, root], [0, root], [0, 0]], // prettier-ignore
];
const scores = [4, -2, -2, 0];
const query = 3;
const traceOf = (last: number[], more: object = { queries: [[queries]], keys: [[keys]] }): Trace =>
  createTrace({
    ...{ tokens, causal: false, quantity: 'scores' as const, ...more },
    attention: [[[...[0, 1, 2].map(() => [0, 0, 0, 0]), last]]],
  });
const trace = traceOf(scores);
const place = 'layer 0, head 0';

const [orange, blue] = [0, 1].map((end) => [...tableColor(diverging.light, end)] as Rgb) as [Rgb, Rgb];
const paper = fromHex(backgroundColors.light);

const keyOf = (region: Locator, position: number): Locator =>
  region.getByRole('listbox', { name: 'keys' }).getByRole('option').nth(position);

/** The ink of a colour at the strongest pixel across a line to a key, and that pixel. */
async function lineTo(region: Locator, key: number, ink: Rgb, from = query) {
  const sheet = region.element().querySelector('.sheet')!.getBoundingClientRect();
  const middle = (locator: Locator): number => centerOf(locator).y;
  const ends = [sheet.left, middle(queryOf(region, from)), sheet.right, middle(keyOf(region, key))] as const;
  const at = curvePoint(0.75, ...ends);
  const picture = await takePicture(boxOf(region));
  const around = [-2, -1, 0, 1, 2].map((dy) => picture.at({ x: at.x, y: at.y + dy }));
  const strengths = around.map((color) => inkIn(color, paper, ink));
  const strongest = strengths.indexOf(Math.max(...strengths));
  return { ink: strengths[strongest]!, color: around[strongest]! };
}

describe('before a query is opened', () => {
  test('lines of positive scores are blue, of negative ones orange, by size; there are none of 0', async () => {
    const { region } = await showNeurons({ trace });
    const [grown, shrunk] = [await lineTo(region, 0, blue), await lineTo(region, 1, orange)];
    // ±4 has the full colour: the line of −2 is half as strong, and thinner.
    expect(grown.ink).toBeGreaterThan(0.8);
    expect(shrunk.ink).toBeGreaterThan(0.3);
    expect(shrunk.ink).toBeLessThan(0.6);
    // Blue takes red away, orange takes blue away.
    expect(grown.color[2]).toBeGreaterThan(grown.color[0] + 40);
    expect(shrunk.color[0]).toBeGreaterThan(shrunk.color[2] + 20);
    expect((await lineTo(region, 3, blue)).color).toEqual(paper);
    expect(statusOf(region)).toContain('3 of 16 numbers (score)');
    await expect.element(region.getByRole('img', { name: 'score: −4.00 – 4.00' })).toBeVisible();
  });

  test('the threshold goes by size', async () => {
    const { region } = await showNeurons({ trace });
    const threshold = region.getByRole('spinbutton', { name: 'least size of a score that gets a line' });
    await threshold.fill('2');
    await expect.poll(() => statusOf(region)).toContain('3 of 16 numbers (score)');
    await threshold.fill('3');
    await expect.poll(() => statusOf(region)).toContain('1 of 16 numbers (score)');
  });

  test('the pointer: the pair and its score, signed, with a bar in its hue and its number beside the key', async () => {
    const { region } = await showNeurons({ trace });
    await mouse.move(centerOf(queryOf(region, query)));
    await expect.poll(() => statusOf(region)).toContain('four → one 4.00');
    expect(announcedBy(region)).toBe(`${place}: four → one 4.00`);
    const numbers = () =>
      tokens.map((_, key) => keyOf(region, key).element().querySelector('.weight')!.textContent);
    expect(numbers()).toEqual(['4.00', '−2.00', '−2.00', '']);
    const picture = await takePicture(boxOf(region));
    const bar = (key: number): Rgb => {
      const { left, top } = keyOf(region, key).element().querySelector('.token')!.getBoundingClientRect();
      return picture.at({ x: left + 4, y: top + 3 });
    };
    // A bar has 0.6 of the colour at most.
    expect(inkIn(bar(0), paper, blue)).toBeCloseTo(0.6, 1);
    expect(inkIn(bar(1), paper, orange)).toBeCloseTo(0.3, 1);
    expect(bar(3)).toEqual(paper);
    await mouse.move(centerOf(keyOf(region, 1)));
    await expect.poll(() => statusOf(region)).toContain('four → two −2.00');
    expect(announcedBy(region)).toBe(`${place}: four → two −2.00`);
  });

  test('that q·k gives the scores, and how closely', async () => {
    const { region } = await showNeurons({ trace });
    expect(statusOf(region)).toMatch(/reproduces the recorded scores to (0|\de-\d)/);
    await expect.element(region.getByRole('button', { name: 'descriptive' })).toBeVisible();
  });
});

describe('an opened query', () => {
  test('has the columns it has of weights, and says that the softmax is computed', async () => {
    const { region } = await showNeurons({ trace, selection: { query } });
    const headers = region.getByRole('columnheader').elements();
    expect(headers.map(({ textContent }) => textContent)).toEqual([
      ...['key k', 'q × k', 'q·k ÷ √2', 'softmax, computed', 'keys'],
    ]);
    const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
    rowsOf(region).forEach((row, key) => {
      const { score, weight } = cellsOf(row);
      expect(score.textContent!.trim()).toBe(['4.00', '−2.00', '−2.00', '0'][key]);
      const number = weight.querySelector('.number')!.textContent!.replace('<', '');
      expect(Number(number)).toBeCloseTo(Math.exp(scores[key]!) / total, 2);
    });
    expect(region.element().querySelector('.mark')).toBeNull();
  });

  test.each(['light', 'dark'] as const)('its lines carry the scores, in two hues, %s', async (theme) => {
    const { region } = await showNeurons({ trace, selection: { query }, theme });
    expect(rangeOf(region, 'q·k')).toBe(4);
    const picture = await takePicture(boxOf(region));
    // Lines arrive level at the column of keys.
    const color = (key: number): Rgb => {
      const { left, top } = cellsOf(rowsOf(region)[key]!).k.getBoundingClientRect();
      const around = [-1, 0, 1].map((dy) => picture.at({ x: left - 2, y: top + 10 + dy }));
      return around.reduce((a, b) => (spread(a) >= spread(b) ? a : b));
    };
    const spread = (rgb: Rgb): number => Math.max(...rgb) - Math.min(...rgb);
    expect(color(0)[2]).toBeGreaterThan(color(0)[0] + 40);
    expect(color(1)[0]).toBeGreaterThan(color(1)[2] + 20);
    expect(spread(color(0))).toBeGreaterThan(spread(color(1)));
    expect(color(3)).toEqual(fromHex(backgroundColors[theme]));
  });

  test('by keyboard: the score, what it mostly comes from, and what was recorded', async () => {
    const { region } = await showNeurons({ trace });
    (region.getByRole('listbox', { name: 'queries' }).element() as HTMLElement).focus();
    await userEvent.keyboard('{End}');
    await expect.poll(() => announcedBy(region)).toBe(`${place}: four → one 4.00`);
    await userEvent.keyboard('{Enter}');
    await userEvent.tab();
    await expect.element(region.getByRole('grid')).toHaveFocus();
    await userEvent.keyboard('{ArrowDown}{ArrowDown}');
    const told = 'four → two, q·k ÷ √2 −2.00, recorded −2.00';
    await expect.poll(() => announcedBy(region)).toContain(`${place}: ${told}`);
    expect(announcedBy(region)).toContain('most from dimension 1 (−2.00)');
    await userEvent.keyboard('{ArrowRight}');
    await expect.poll(() => announcedBy(region)).toMatch(/four → two, softmax, computed 0\.002/);
    await userEvent.keyboard('{Shift>}{ArrowLeft}{ArrowLeft}{/Shift}');
    await expect
      .poll(() => announcedBy(region))
      .toContain('four → two, dimension 0 q 4.00 × k 0 = 0, q·k ÷ √2 −2.00');
  });
});

describe('scores that q·k does not give', () => {
  const biased = scored('alibi');
  const opened = 11;
  const recorded = (key: number): number =>
    blockWeights(
      biased.stream().matrix(0, 0).block({ row: opened, col: key, rows: 1, cols: 1 }) as Block,
    )[0]!;

  test('the notice says by how much, where, and why', async () => {
    const { region } = await showNeurons({ trace: biased });
    const notice = region.getByRole('note');
    await expect.element(notice).toHaveTextContent(/q·k ÷ √16 is not the score recorded here/);
    await expect.element(notice).toHaveTextContent(/With ALiBi of slope 0\.5 it is/);
    expect(statusOf(region)).toContain('differs from the recorded scores by up to 6');
    const [, computed, was] = /: (−?[\d.]+) computed, (−?[\d.]+) recorded/.exec(
      notice.element().textContent!,
    )!;
    await notice.getByRole('button', { name: 'show' }).click();
    await expect.poll(() => statusOf(region)).toContain(`q·k ÷ √16 ${computed} recorded ${was}`);
    await expect.element(notice).toHaveTextContent('A stroke marks what was recorded.');
  });

  test.each([1280, 320])('a stroke in the column of scores marks each, at %i px', async (width) => {
    await page.viewport(width, 700);
    const { region } = await showNeurons({ trace: biased, selection: { query: opened } });
    const full = rangeOf(region, 'q·k');
    const { rows } = numbersOf(biased.stream(), 0, 0, opened);
    rows.forEach(({ key, score }) => {
      const cells = cellsOf(rowsOf(region)[key]!);
      expect(cells.weight.querySelector('.mark')).toBeNull();
      const cell = cells.score.getBoundingClientRect();
      const at = (of: number): number => cell.left + ((1 + of / full) / 2) * cell.width;
      const mark = cells.score.querySelector('.mark')!.getBoundingClientRect();
      expect((mark.left + mark.right) / 2).toBeCloseTo(at(recorded(key)), 0);
      const bar = cells.score.querySelector('.bar')!.getBoundingClientRect();
      expect(bar.left).toBeCloseTo(at(Math.min(0, score)), 0);
      expect(bar.right).toBeCloseTo(at(Math.max(0, score)), 0);
    });
    if (width === 320) return;
    const { left, bottom } = cellsOf(rowsOf(region)[0]!)
      .score.querySelector('.mark')!
      .getBoundingClientRect();
    const ink = (await takePicture(boxOf(region))).at({ x: Math.ceil(left) + 0.5, y: bottom - 1.5 });
    expect(Math.max(...ink)).toBeLessThan(130);
  });

  test('axe finds nothing', async () => {
    const { region } = await showNeurons({ trace: biased, selection: { query: opened } });
    await mouse.move(centerOf(region.getByRole('rowheader').nth(2)));
    await expect.poll(() => statusOf(region)).toContain('recorded');
    const { violations } = await axe.run(region.element());
    expect(violations.map(({ id }) => id)).toEqual([]);
  });
});

test('scores of a head too large to be drawn whole: the lines of the token looked at', async () => {
  const count = 2100;
  const many = createTrace({
    tokens: Array.from({ length: count }, (_, i) => `t${i}`),
    attention: {
      dims: [1, 1, count, count],
      data: Float32Array.from({ length: count * count }, (_, i) =>
        Math.floor(i / count) === 5 && i % count < 3 ? [6, -3, 0.1][i % count]! : 0,
      ),
    },
    ...{ quantity: 'scores' as const, causal: false },
    queries: { dims: [1, 1, count, 1], data: new Float32Array(count) },
    keys: { dims: [1, 1, count, 1], data: new Float32Array(count) },
  });
  const { region } = await showNeurons({ trace: many });
  await mouse.move(centerOf(queryOf(region, 5)));
  await expect.poll(() => statusOf(region)).toContain('t5 → t0 6.00');
  await expect.poll(() => statusOf(region)).toContain('2 of 4,410,000 numbers (score)');
  const shrunk = await lineTo(region, 1, orange, 5);
  expect(shrunk.color[0]).toBeGreaterThan(shrunk.color[2] + 20);
});

test('other signed numbers are refused by name, with what can be shown', async () => {
  const { region } = await showNeurons({ trace: traceOf([0.5, -0.2, 0, 0], { quantity: 'differences' }) });
  await expect
    .element(region.getByText('This stream holds neither weights nor scores: its quantity is “difference”'))
    .toBeVisible();
  await expect.element(region.getByText(/createTrace\(\{ quantity: 'scores' \}\)/)).toBeVisible();
});

test('scores without queries and keys: what to pass beside them', async () => {
  const { region } = await showNeurons({ trace: traceOf(scores, {}) });
  await expect
    .element(region.getByText("createTrace({ tokens, attention, quantity: 'scores', queries, keys })"))
    .toBeVisible();
});
