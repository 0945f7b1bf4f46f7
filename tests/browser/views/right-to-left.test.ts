// On pages that run from right to left, what a canvas draws and the DOM around it agree.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { userEvent } from 'vitest/browser';
import { createTrace } from '../../../src/lib/index.js';
import { cellOf, gridOf, showModel } from '../model-view/model.js';
import { wrongPixels } from './line-pixels.js';
import { boxOf, mouse, showHeadView, statusOf, tokenOf, usePage, centerOf } from './page.js';

usePage();
beforeEach(() => void (document.documentElement.dir = 'rtl'));
afterEach(() => void (document.documentElement.dir = ''));

const tokens = ['one', 'two', 'three', 'four', 'five'];
/** Each query looks at one key, `2 × query` on. */
const keyOf = (query: number): number => (2 * query) % tokens.length;
const head = tokens.map((_, query) => tokens.map((_, key) => (key === keyOf(query) ? 1 : 0)));

test('head view: lines begin at the queries they are of, and end at their keys', async () => {
  const trace = createTrace({ tokens, attention: [[head]] });
  const { region } = await showHeadView({ trace });
  const lines = tokens.map((_, query): [number, number] => [query, keyOf(query)]);
  await expect
    .poll(() => wrongPixels(region, lines, 'light'))
    .toEqual({ missing: 0, extra: 0, inked: expect.toSatisfy((pixels: number) => pixels > 500) as number });
  await mouse.move(centerOf(tokenOf(region, 'queries', 1)));
  await expect.poll(() => statusOf(region)).toContain('two → three 1.00');
  // “≥ 0.05”, and “5 of 25 weights”: neither is turned.
  const [sign, input] = [...region.element().querySelectorAll('.edges > *')].map((part) =>
    part.getBoundingClientRect(),
  );
  expect(sign!.right).toBeLessThanOrEqual(input!.left);
  const status = document.createRange();
  const walker = document.createTreeWalker(region.element().querySelector('.end')!, NodeFilter.SHOW_TEXT);
  let text = walker.nextNode()!;
  while (!text.textContent!.includes('weights')) text = walker.nextNode()!;
  const leftOf = (part: string): number => {
    const at = text.textContent!.indexOf(part);
    status.setStart(text, at);
    status.setEnd(text, at + part.length);
    return status.getBoundingClientRect().left;
  };
  expect(leftOf('5')).toBeLessThan(leftOf('weights'));
});

test('head view, horizontal: a token’s line leaves below it', async () => {
  const trace = createTrace({ tokens, attention: [[head]] });
  const { region } = await showHeadView({ trace, layout: 'horizontal' });
  const queries = tokens.map((_, query) => centerOf(tokenOf(region, 'queries', query)).x);
  const keys = tokens.map((_, key) => centerOf(tokenOf(region, 'keys', key)).x);
  expect(queries.toSorted((a, b) => a - b)).toEqual(queries);
  expect(keys).toEqual(queries);
  const canvas = region.element().querySelector('canvas')!.getBoundingClientRect();
  expect(queries.every((x) => x > canvas.left && x < canvas.right)).toBe(true);
});

test('model view: a grid wider than the view is scrolled to its end, cells under the picture', async () => {
  const trace = createTrace({ tokens, attention: [Array.from({ length: 40 }, () => head)] });
  const { region } = await showModel({ trace });
  gridOf(region).element().focus();
  await userEvent.keyboard('{ArrowDown}{End}');
  await expect.element(cellOf(region, 0, 39)).toBeInViewport();
  const sheet = region.element().querySelector('.sheet')!.getBoundingClientRect();
  const cell = boxOf(cellOf(region, 0, 39));
  expect(Math.abs(sheet.right - cell.right)).toBeLessThan(1);
  expect(cell.right).toBeLessThanOrEqual(boxOf(region).right + 1);
});
