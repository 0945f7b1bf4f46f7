import { expect, test } from 'vitest';
import { backgroundColors, headColors } from '../../../src/lib/render/colors/index.js';
import { centerOf, mouse, showHeadView, tokenOf, usePage } from '../views/page.js';
import { fromHex, takePicture } from '../views/pixels.js';
import { pair, weights } from './words.js';

usePage();

const heads = [1, 5, 8];

/** The bars behind a token whose colour is not that of its head, as strong as its weight; its letters, and what sets them off, are made invisible. */
async function wrongBars(token: Element, weightOf: (head: number) => number): Promise<string[]> {
  const box = token.getBoundingClientRect();
  (token as HTMLElement).style.setProperty('color', 'transparent');
  (token as HTMLElement).style.setProperty('text-shadow', 'none');
  const picture = await takePicture(box);
  const paper = fromHex(backgroundColors.light);
  return heads.flatMap((head, i) => {
    const color = picture.at({
      x: box.x + ((i + 0.5) / heads.length) * box.width,
      y: box.y + box.height / 2,
    });
    const ink = fromHex(headColors(12, 'light')[head]!);
    const expected = paper.map((channel, c) => channel + (ink[c]! - channel) * weightOf(head));
    return color.every((channel, c) => Math.abs(channel - expected[c]!) <= 2)
      ? []
      : [`head ${head}: ${color.join()}, not ${expected.map(Math.round).join()}`];
  });
}
const label = (option: Element): Element => option.querySelector('.token')!;

test('behind each key a bar a head, as strong as the weight of the query that is hovered; none without', async () => {
  const { region } = await showHeadView({
    trace: pair,
    layer: 3,
    heads,
    style: '--attentrace-height: 690px',
  });
  await mouse.move(centerOf(tokenOf(region, 'queries', 16)));
  for (const key of [0, 2, 7, 15, 23])
    await expect
      .poll(() =>
        wrongBars(label(tokenOf(region, 'keys', key).element()), (head) => weights.at(3, head, 16, key)),
      )
      .toEqual([]);
  await mouse.leave();
  for (const key of [2])
    await expect.poll(() => wrongBars(label(tokenOf(region, 'keys', key).element()), () => 0)).toEqual([]);
});

test('and behind each query, where a key is hovered', async () => {
  const { region } = await showHeadView({
    trace: pair,
    layer: 3,
    heads,
    style: '--attentrace-height: 690px',
  });
  await mouse.move(centerOf(tokenOf(region, 'keys', 2)));
  for (const query of [1, 7, 16, 20])
    await expect
      .poll(() =>
        wrongBars(label(tokenOf(region, 'queries', query).element()), (head) =>
          weights.at(3, head, query, 2),
        ),
      )
      .toEqual([]);
});
