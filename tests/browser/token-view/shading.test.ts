import { describe, expect, test, vi } from 'vitest';
import type { Token } from '../../../src/lib/index.js';
import { loadFixture } from '../../../src/stories/fixtures.js';
import { readWeights, shown } from '../views/fixture.js';
import { announcedBy, mouse, statusOf, usePage } from '../views/page.js';
import { fromHex, takePicture } from '../views/pixels.js';
import { expectStrengths, listOf, middleOf, shadesOn, showTokenView, strengths, tokenIn } from './helpers.js';

usePage();

const pair = await loadFixture('pair');
const weights = await readWeights('pair');
const everyHead = Array.from({ length: 12 }, (_, head) => head);
const positions = Array.from({ length: 24 }, (_, position) => position);
/** What tokens are called: with their position where others look the same. */
function namesOf(tokens: readonly Token[]): string[] {
  const labels = tokens.map(({ label }) => label);
  return labels.map((label, i) =>
    labels.filter((one) => one === label).length > 1 ? `${label}·${i}` : label,
  );
}
const labels = namesOf(pair.stream().keyTokens);
/** Layer 3, head 1: "them" looks at "keys". */
const [them, keys] = [16, 2];

const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
const mean = (numbers: number[]) => sum(numbers) / numbers.length;
const largest = (numbers: number[]) => numbers.indexOf(Math.max(...numbers));
const weight = (heads: number[], query: number, key: number, how = mean) =>
  how(heads.map((head) => weights.at(3, head, query, key)));
const row = (heads: number[], query: number, how = mean) =>
  positions.map((key) => weight(heads, query, key, how));
const column = (heads: number[], key: number, how = mean) =>
  positions.map((query) => weight(heads, query, key, how));

const sends = '111,163,220';
const receives = '229,138,60';

describe('at rest', () => {
  test.each([
    ['mean', everyHead, mean],
    ['mean', [1, 4, 7], mean],
    ['max', [1, 4, 7], (numbers: number[]) => Math.max(...numbers)],
  ] as const)(
    'tokens are shaded by what they receive on average, %s of heads %j',
    async (combine, heads, how) => {
      const { region } = await showTokenView({ trace: pair, layer: 3, combine, heads });
      const average = positions.map((key) =>
        how(heads.map((one) => mean(positions.map((query) => weights.at(3, one, query, key))))),
      );
      expectStrengths(strengths(region, 'fill'), average);
      expect(strengths(region, 'line').every((strength) => strength === 0)).toBe(true);
      expect(shadesOn(tokenIn(region, 0)).fill!.color).toBe(receives);
      await expect
        .element(region.getByRole('button', { name: `receives, avg 0 ${shown(Math.max(...average))}` }))
        .toBeVisible();
      expect(statusOf(region)).toContain(
        `${labels[largest(average)]} receives most on average ${shown(Math.max(...average))}`,
      );
      expect(announcedBy(region)).toBe('');
    },
  );
});

describe('hover', () => {
  test.each([
    ['none', [1], 'head 1'],
    ['mean', everyHead, 'mean of 12 heads'],
  ] as const)(
    'combined as %s: what the token sends behind the text, what it receives below it',
    async (combine, heads, name) => {
      const onHoverChange = vi.fn();
      const { region } = await showTokenView({
        trace: pair,
        layer: 3,
        combine,
        ...(combine === 'none' && { head: 1 }),
        onHoverChange,
      });
      await mouse.move(middleOf(tokenIn(region, them)));
      const sent = row([...heads], them);
      const received = column([...heads], them);
      await expect.poll(() => announcedBy(region)).not.toBe('');
      expectStrengths(strengths(region, 'fill'), sent);
      expectStrengths(strengths(region, 'line'), received);
      expect(shadesOn(tokenIn(region, largest(sent))).fill).toEqual({ color: sends, alpha: 1 });

      const told =
        `them → ${labels[largest(sent)]} ${shown(Math.max(...sent))}, ` +
        `${labels[largest(received)]} → them ${shown(Math.max(...received))}`;
      expect(announcedBy(region)).toBe(`layer 3, ${name}: ${told}`);
      for (const part of told.split(', ')) expect(statusOf(region)).toContain(part);
      for (const legend of [
        `sends 0 ${shown(Math.max(...sent))}`,
        `receives 0 ${shown(Math.max(...received))}`,
      ])
        await expect.element(region.getByRole('button', { name: legend })).toBeVisible();
      expect(onHoverChange.mock.lastCall![0]).toMatchObject({
        stream: 'self',
        layer: 3,
        query: them,
        key: null,
      });

      await mouse.leave();
      await expect.poll(() => announcedBy(region)).toBe('');
      expect(onHoverChange.mock.lastCall).toEqual([null]);
    },
  );

  test('the fill and the line are on the screen in their colours', async () => {
    const { region } = await showTokenView({
      trace: pair,
      layer: 3,
      combine: 'none',
      head: 1,
      selection: { query: them },
    });
    const token = tokenIn(region, keys);
    await expect.poll(() => shadesOn(token).fill?.alpha).toBe(1);
    const rect = token.getClientRects()[0]!;
    const picture = await takePicture(rect as DOMRect);
    const x = rect.x + 4;
    expect(picture.at({ x, y: rect.y + 1.5 })).toEqual(fromHex('#6fa3dc'));

    // Of those that look at "them", the one that does so most has the line at full strength.
    const most = tokenIn(region, largest(column([1], them)));
    const below = most.getClientRects()[0]!;
    const line = await takePicture(below as DOMRect);
    expect(line.at({ x: below.x + below.width / 2, y: below.bottom - 1.5 })).toEqual(fromHex('#d9660d'));
  });

  test('only what it sends, or only what it receives', async () => {
    const { region } = await showTokenView({
      trace: pair,
      layer: 3,
      combine: 'none',
      head: 1,
      selection: { query: them },
    });
    await region.getByRole('button', { name: 'receives' }).click();
    await expect.poll(() => shadesOn(tokenIn(region, keys)).fill?.color).toBe(sends);
    expect(strengths(region, 'line').every((strength) => strength === 0)).toBe(true);
    expectStrengths(strengths(region, 'fill'), row([1], them));
    await region.getByRole('button', { name: 'receives' }).click();
    await expect.poll(() => Math.max(...strengths(region, 'line'))).toBe(1);
    await region.getByRole('button', { name: 'sends' }).click();
    const received = column([1], them);
    await expect.poll(() => shadesOn(tokenIn(region, largest(received))).fill?.color).toBe(receives);
    expectStrengths(strengths(region, 'fill'), received);
  });
});

test('cross attention: the decoder’s text looks at the encoder’s, and is looked at from it', async () => {
  const dates = await loadFixture('dates');
  const cross = await readWeights('dates', 'cross.attention');
  const { region } = await showTokenView({ trace: dates, stream: 'cross', layer: 1 });
  const [queryNames, keyNames] = [
    namesOf(dates.stream('cross').queryTokens),
    namesOf(dates.stream('cross').keyTokens),
  ];
  const [decoder, encoder] = ['decoder · queries', 'encoder · keys'];
  const heads = [0, 1, 2, 3];
  const at = (query: number, key: number) => mean(heads.map((head) => cross.at(1, head, query, key)));
  const rowOf = (query: number) => Array.from({ length: 28 }, (_, key) => at(query, key));
  const columnOf = (key: number) => Array.from({ length: 12 }, (_, query) => at(query, key));
  expect(listOf(region, decoder).element().textContent).toBe('<s> 1998-03-03 </s>');

  await mouse.move(middleOf(tokenIn(region, 6, decoder)));
  await expect
    .poll(() => announcedBy(region))
    .toBe(
      `layer 1, mean of 4 heads: ${queryNames[6]} → ${keyNames[largest(rowOf(6))]} ${shown(Math.max(...rowOf(6)))}`,
    );
  expectStrengths(strengths(region, 'fill', encoder), rowOf(6));
  expect(strengths(region, 'fill', decoder).every((strength) => strength === 0)).toBe(true);

  await mouse.move(middleOf(tokenIn(region, 17, encoder)));
  await expect.poll(() => strengths(region, 'fill', encoder).every((strength) => strength === 0)).toBe(true);
  expectStrengths(strengths(region, 'fill', decoder), columnOf(17));
  await mouse.click(middleOf(tokenIn(region, 17, encoder)));
  await mouse.move(middleOf(tokenIn(region, 3, decoder)));
  const name = keyNames[17];
  await expect
    .poll(() => announcedBy(region))
    .toBe(`layer 1, mean of 4 heads: ${queryNames[3]} → ${name} ${shown(at(3, 17))}`);
});
