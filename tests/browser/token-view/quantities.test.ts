import { expect, onTestFinished, test } from 'vitest';
import { createTrace, type Trace } from '../../../src/lib/index.js';
import { announcedBy, browser, mouse, statusOf, usePage } from '../views/page.js';
import { fromHex, takePicture } from '../views/pixels.js';
import { middleOf, shadesOn, showTokenView, tokenIn } from './helpers.js';

usePage();

/** Four tokens; b gives 0.8 to a, −0.4 to c, and gets −0.6 from d. */
const signed = (): Trace =>
  createTrace({
    tokens: ['alpha', ' beta', ' gamma', ' delta'],
    quantity: 'differences',
    attention: [
      [
        [
          [0, 0.2, 0, 0],
          [0.8, 0, -0.4, 0],
          [0, 0.3, 0, 0],
          [0, -0.6, 0.1, 0],
        ],
      ],
    ],
  });
const positive = '111,163,220';
const negative = '229,138,60';

test('signed values have two hues, behind the text and below it', async () => {
  const { region } = await showTokenView({ trace: signed(), scale: 'linear' });
  await mouse.move(middleOf(tokenIn(region, 1)));
  await expect.poll(() => announcedBy(region)).toContain('alpha');
  // Sent, of ±0.8.
  expect(shadesOn(tokenIn(region, 0)).fill).toEqual({ color: positive, alpha: 1 });
  expect(shadesOn(tokenIn(region, 2)).fill).toEqual({ color: negative, alpha: 0.5 });
  expect(shadesOn(tokenIn(region, 3)).fill).toBeUndefined();
  // Received, of ±0.6.
  const lines = [0, 2, 3].map((position) => shadesOn(tokenIn(region, position)).line!);
  expect(lines.map(({ color }) => color)).toEqual(['40,97,203', '40,97,203', '217,102,13']);
  lines.forEach(({ alpha }, i) => expect(alpha).toBeCloseTo([1 / 3, 1 / 2, 1][i]!, 2));
});

test('signed values are on the screen in their colours', async () => {
  const { region } = await showTokenView({ trace: signed(), show: 'receives', selection: { key: 1 } });
  const token = tokenIn(region, 3);
  await expect.poll(() => shadesOn(token).fill?.alpha).toBe(1);
  const rect = token.getClientRects()[0]!;
  const picture = await takePicture(rect as DOMRect);
  expect(picture.at({ x: rect.x + 4, y: rect.y + 1.5 })).toEqual(fromHex('#e58a3c'));
});

test('they are told with their sign; the legend has both ends and 0', async () => {
  const { region } = await showTokenView({ trace: signed() });
  // At rest: means of columns, the largest either way.
  await expect
    .poll(() => statusOf(region))
    .toContain('alpha receives the largest difference on average 0.20');
  await mouse.move(middleOf(tokenIn(region, 1)));
  await expect.poll(() => announcedBy(region)).toBe('layer 0, head 0: beta → alpha 0.80, delta → beta −0.60');
  await expect.element(region.getByRole('button', { name: 'sends −0.80 0 0.80' })).toBeVisible();
  await expect.element(region.getByRole('button', { name: 'receives −0.60 0 0.60' })).toBeVisible();
  await mouse.click(middleOf(tokenIn(region, 1)));
  await mouse.move(middleOf(tokenIn(region, 2)));
  await expect.poll(() => announcedBy(region)).toBe('layer 0, head 0: beta → gamma −0.40, gamma → beta 0.30');
});

test('the maximum of heads is that of largest magnitude, in the average too', async () => {
  const trace = createTrace({
    tokens: ['a', ' b'],
    quantity: 'scores',
    attention: [
      [
        [
          [2, 1],
          [2, 1],
        ],
        [
          [-6, 0.5],
          [-6, 0.5],
        ],
      ],
    ],
  });
  const { region } = await showTokenView({ trace, combine: 'max' });
  await expect.poll(() => statusOf(region)).toContain('a receives the largest score on average −6.00');
  await mouse.move(middleOf(tokenIn(region, 1)));
  await expect.poll(() => announcedBy(region)).toContain('b → a −6.00');
});

test('queries that were not recorded count in no average', async () => {
  // The last two of four were: b is seen by both rows, d by the last alone.
  const trace = createTrace({
    tokens: ['a', ' b', ' c', ' d'],
    queryPositions: [2, 3],
    causal: true,
    attention: [
      [
        [
          [0, 0.4, 0.6, 0],
          [0, 0.2, 0, 0.8],
        ],
      ],
    ],
  });
  const { region } = await showTokenView({ trace });
  // d: 0.8 ÷ 1, c: 0.6 ÷ 2, b: 0.6 ÷ 2.
  await expect.poll(() => statusOf(region)).toContain('d receives most on average 0.80');
});

test('padding counts in no average', async () => {
  const padded = createTrace({
    tokens: ['x', ' y', '[PAD]', '[PAD]'],
    present: [1, 1, 0, 0],
    attention: [
      [
        [
          [0.9, 0.1, 0, 0],
          [0.7, 0.3, 0, 0],
          [0, 1, 0, 0],
          [0, 1, 0, 0],
        ],
      ],
    ],
  });
  const { region } = await showTokenView({ trace: padded });
  await expect.poll(() => statusOf(region)).toContain('x receives most on average 0.80');
});

test('in forced colours, bars above and below tell what the colours do', async () => {
  const media = (value: string) =>
    browser().send('Emulation.setEmulatedMedia', { features: [{ name: 'forced-colors', value }] });
  await media('active');
  onTestFinished(() => media('none') as unknown as Promise<void>);
  const { region } = await showTokenView({ trace: signed(), scale: 'linear', selection: { query: 1 } });
  const barsOn = (position: number) => {
    const style = getComputedStyle(tokenIn(region, position));
    return [style.borderBlockStartWidth, style.borderBlockStartStyle, style.borderBlockEndWidth];
  };
  await expect.poll(() => barsOn(0)).toEqual(['5px', 'solid', '1px']);
  expect(barsOn(2)).toEqual(['2px', 'dashed', '2px']);
  const rect = tokenIn(region, 0).getClientRects()[0]!;
  const picture = await takePicture(rect as DOMRect);
  const at = (y: number) => picture.at({ x: rect.x + rect.width / 2, y });
  expect(at(rect.y + 1.5)).not.toEqual(at(rect.y + 6));
});

test('where a token receives nothing, neither the status line nor the legend makes up where from', async () => {
  const { region } = await showTokenView({ trace: signed() });
  // No query looks at delta.
  await mouse.move(middleOf(tokenIn(region, 3)));
  await expect.poll(() => announcedBy(region)).toBe('layer 0, head 0: delta → beta −0.60');
  await expect.element(region.getByRole('button', { name: 'receives', exact: true })).toBeVisible();
  expect(region.getByRole('button', { name: /±|1\.00/ }).elements()).toEqual([]);
});

test('with one head chosen the stepper names it, and “mean” takes all heads again', async () => {
  const rows = (a: number) => [
    [a, 0],
    [0, a],
  ];
  const trace = createTrace({ tokens: ['a', ' b'], quantity: 'scores', attention: [[rows(2), rows(4)]] });
  const { region } = await showTokenView({ trace, selection: { heads: [1] } });
  const heads = region.getByRole('combobox', { name: 'head' });
  await expect.element(heads).toHaveDisplayValue('1');
  await heads.selectOptions('mean');
  await expect.element(heads).toHaveDisplayValue('mean');
  await expect.poll(() => statusOf(region)).toContain('mean of 2 heads');
});
