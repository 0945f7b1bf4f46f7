import { expect, test } from 'vitest';
import { createTrace } from '../../../src/lib/index.js';
import { mouse, statusOf, usePage } from '../views/page.js';
import { middleOf, shadesOn, showTokenView, tokenIn } from './helpers.js';

usePage();

const trace = createTrace({
  tokens: ['alpha', ' beta', ' gamma', ' delta'],
  attention: [
    [
      [
        [1, 0, 0, 0],
        [0.5, 0.5, 0, 0],
        [0.6, 0.2, 0.2, 0],
        [0.2, 0.1, 0.3, 0.4],
      ],
    ],
  ],
});
const alphas = (region: Parameters<typeof tokenIn>[0]): number[] =>
  [0, 1, 2, 3].map(
    (position) => Math.round((shadesOn(tokenIn(region, position)).fill?.alpha ?? 0) * 100) / 100,
  );

test('what a whole group sends: the mean of its queries', async () => {
  const group = { name: 'the end', positions: [2, 3], side: 'query' as const };
  const { region } = await showTokenView({ trace, scale: 'linear', selection: { group } });
  // 0.4, 0.15, 0.25 and 0.2, of 0.4.
  await expect.poll(() => alphas(region)).toEqual([1, 0.38, 0.63, 0.5]);
  expect(shadesOn(tokenIn(region, 0)).fill!.color).toBe('111,163,220');
  await expect.poll(() => statusOf(region)).toContain('the end → alpha 0.40');
  // A token that is pointed at is told in its place, and the group comes back.
  await mouse.move(middleOf(tokenIn(region, 1)));
  await expect.poll(() => statusOf(region)).toContain('beta → alpha 0.50');
  await mouse.leave();
  await expect.poll(() => alphas(region)).toEqual([1, 0.38, 0.63, 0.5]);
});

test('what a group of keys receives: the sum over its tokens', async () => {
  const group = { name: 'a document', positions: [0, 2], side: 'key' as const };
  const { region } = await showTokenView({ trace, scale: 'linear', selection: { group } });
  // 1, 0.5, 0.8 and 0.5.
  await expect.poll(() => alphas(region)).toEqual([1, 0.5, 0.8, 0.5]);
  expect(shadesOn(tokenIn(region, 0)).fill!.color).toBe('229,138,60');
  await expect.poll(() => statusOf(region)).toContain('alpha → a document 1.00');
});
