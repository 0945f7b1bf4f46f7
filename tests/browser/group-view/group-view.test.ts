import type { Component } from 'svelte';
import { expect, test } from 'vitest';
import { userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import axe from 'axe-core';
import {
  createExploration,
  createTrace,
  GroupView,
  TokenView,
  type GroupViewOptions,
  type GroupViewProps,
  type Selection,
} from '../../../src/lib/index.js';
import { blockWeights, type Block } from '../../../src/lib/trace/index.js';
import { plantedShare, ragTrace, retrievalHeads } from '../../../src/stories/rag-trace.js';
import { diverging, tableColor } from '../../../src/lib/render/colors/index.js';
import { announcedBy, boxOf, centerOf, drawn, mouse, statusOf, usePage } from '../views/page.js';
import { takePicture } from '../views/pixels.js';

usePage();
const trace = ragTrace();

async function show(props: GroupViewProps) {
  let selection: Selection | undefined;
  let options: GroupViewOptions | undefined;
  const screen = await render(
    GroupView as Component,
    {
      trace,
      theme: 'light',
      onSelectionChange: (next: Selection) => (selection = next),
      onOptionsChange: (next: GroupViewOptions) => (options = next),
      ...props,
    } as object,
  );
  const region = screen.getByRole('region', { name: 'Groups' });
  await drawn(region);
  return {
    region,
    sentences: region.getByRole('listbox', { name: 'Who looks' }),
    documents: region.getByRole('listbox', { name: 'What is looked at' }),
    heads: region.getByRole('grid'),
    selection: () => selection,
    options: () => options,
    screen,
  };
}

const planted = trace.stream().keySegments[1]!;
/** Weights of heads: of those that retrieve more in later layers, of one below 0, of all others none. */
const headWeights = {
  label: 'AT2',
  values: Array.from({ length: 6 }, (_, layer) =>
    Array.from({ length: 8 }, (_, head) =>
      retrievalHeads.some((one) => one.layer === layer && one.head === head)
        ? 1 + layer
        : layer + head === 0
          ? -2
          : 0,
    ),
  ),
};
const positionsOf = ({ start, end }: { start: number; end: number }) =>
  Array.from({ length: end - start }, (_, i) => start + i);

test('the document a sentence rests on: two clicks', async () => {
  const view = await show({});
  await mouse.click(centerOf(view.sentences.getByRole('option').nth(2)));
  // It stands out before it is clicked: its share is the largest.
  const shares = view.documents
    .getByRole('option')
    .elements()
    .map((option) => Number(/share ([\d.]+)/.exec(option.textContent!)![1]));
  expect(shares.indexOf(Math.max(...shares))).toBe(1);
  await mouse.click(centerOf(view.documents.getByRole('option').nth(1)));
  await expect
    .poll(view.selection)
    .toMatchObject({ group: { name: planted.name, positions: positionsOf(planted), side: 'key' } });
  expect(view.options()).toMatchObject({
    queryGroup: 'It was the longest span in the world until 1964.',
    keyGroup: planted.name,
  });
  await expect.poll(() => statusOf(view.region)).toContain(`→ ${planted.name}`);
});

test('the same by keyboard', async () => {
  const view = await show({});
  (view.sentences.element() as HTMLElement).focus();
  await userEvent.keyboard('{ArrowDown}{ArrowDown}{ArrowDown}{Enter}');
  await expect.poll(() => view.options()?.queryGroup).toMatch(/longest span/);
  (view.documents.element() as HTMLElement).focus();
  await userEvent.keyboard('{ArrowDown}{ArrowDown}{Enter}');
  await expect.poll(() => view.selection()?.group?.name).toBe(planted.name);
  await expect.poll(() => announcedBy(view.region)).toContain(planted.name);
  await userEvent.keyboard('{Escape}');
  await expect.poll(() => view.options()?.keyGroup).toBe(null);
  expect(view.selection()!.group).toBeUndefined();
});

test('the heads that retrieve give the planted share, chosen in the grid by pointer and by keys', async () => {
  const view = await show({
    queryGroup: 'It was the longest span in the world until 1964.',
    keyGroup: planted.name,
  });
  const { layer, head } = retrievalHeads[1]!;
  const cell = view.heads.getByRole('gridcell', { name: `layer ${layer}, head ${head}: 0.60` });
  await mouse.click(centerOf(cell));
  await expect.element(cell).toHaveAttribute('aria-selected', 'true');
  expect(view.options()!.chosenHeads).toEqual([{ layer, head }]);
  expect(view.selection()).toMatchObject({ layer, heads: [head] });
  await drawn(view.region);
  const option = view.documents.getByRole('option').nth(1);
  await expect.element(option).toHaveAccessibleName(new RegExp(`share ${plantedShare.toFixed(2)}`));
  // Its colour is that of the bar's part, which is as long as the share.
  const part = view.sentences.getByRole('option').nth(2).element().querySelector('[data-group="1"]')!;
  const bar = part.parentElement!.getBoundingClientRect();
  expect(part.getBoundingClientRect().width / bar.width).toBeCloseTo(plantedShare, 2);

  await mouse.leave();
  (view.heads.element() as HTMLElement).focus();
  await userEvent.keyboard('{ArrowRight}{ArrowRight}{Enter}');
  await expect
    .poll(() => view.options()!.chosenHeads)
    .toEqual([
      { layer, head },
      { layer: 0, head: 1 },
    ]);
  await userEvent.keyboard('{Escape}');
  await expect.poll(() => view.options()!.chosenHeads).toEqual([]);
});

test('the strongest heads are those planted', async () => {
  const view = await show({ queryGroup: 'Building it took four years and five months.' });
  await view.region.getByRole('button', { name: 'choose the 6 strongest' }).click();
  const chosen = view.options()!.chosenHeads.slice(0, 4);
  expect(chosen).toHaveLength(4);
  expect(chosen).toEqual(expect.arrayContaining([...retrievalHeads]));
});

test('hover previews a sentence, and lets go', async () => {
  const view = await show({});
  const shownName = () => view.documents.getByRole('option').nth(4).element().textContent;
  const before = shownName();
  await mouse.move(centerOf(view.sentences.getByRole('option').nth(3)));
  await expect.poll(shownName).not.toBe(before);
  await expect.poll(() => statusOf(view.region)).toMatch(/^About 40 million.*→ 5 · Traffic statistics/);
  await mouse.leave();
  await expect.poll(shownName).toBe(before);
});

test('what hides the documents is named, and a click mends it', async () => {
  const view = await show({});
  await view.region.getByRole('button', { name: 'hide first token (50 %)' }).click();
  await expect.poll(view.options).toMatchObject({ hide: 'first' });
  await expect.element(view.region.getByRole('button', { name: /first token hidden/ })).toBeVisible();
});

test('a group that is chosen is marked in a linked view', async () => {
  const exploration = createExploration({ trace });
  const view = await show({ trace: undefined, exploration });
  await render(TokenView as Component, { exploration, theme: 'light' } as object);
  await mouse.click(centerOf(view.documents.getByRole('option').nth(1)));
  const marked = () =>
    [...document.querySelectorAll<HTMLElement>('.token.grouped')].map(({ dataset }) =>
      Number(dataset.position),
    );
  await expect.poll(marked).toEqual(positionsOf(planted));
});

test('shades: the word that a sentence shares with its document is the strongest of it', async () => {
  const view = await show({
    queryGroup: 'It was the longest span in the world until 1964.',
    keyGroup: planted.name,
    chosenHeads: [...retrievalHeads],
  });
  const shadeOf = (word: string): number => {
    const pieces = [
      ...view.documents.getByRole('option').nth(1).element().querySelectorAll<HTMLElement>('.piece'),
    ];
    const piece = pieces.find(({ textContent }) => textContent === word)!;
    return Number(piece.style.getPropertyValue('--shade'));
  };
  await expect.poll(() => shadeOf('longest')).toBe(1);
  expect(shadeOf('traffic')).toBeLessThan(0.3);
});

test('hover moves no entry away below the pointer', async () => {
  const view = await show({ keyGroup: planted.name });
  const tops = () =>
    view.documents
      .getByRole('option')
      .elements()
      .map((one) => one.getBoundingClientRect().y);
  const before = tops();
  await mouse.move(centerOf(view.documents.getByRole('option').nth(3)));
  await expect.poll(() => statusOf(view.region)).toContain('4 · List of long spans');
  await drawn(view.region);
  expect(tops()).toEqual(before);
});

test('the grid shows weights of heads, and the strongest are chosen by them', async () => {
  const view = await show({ headWeights });
  await view.region.getByRole('combobox', { name: 'what the grid shows' }).selectOptions('AT2');
  expect(view.options()).toMatchObject({ headGrid: 'weight' });
  const cell = (layer: number, head: number) =>
    view.region
      .getByRole('grid', { name: 'AT2 of each head' })
      .getByRole('gridcell', { name: `layer ${layer}, head ${head}:` });
  await expect.element(cell(4, 3)).toHaveAccessibleName('layer 4, head 3: 5.00');
  await expect.element(cell(0, 0)).toHaveAccessibleName('layer 0, head 0: −2.00');
  // In two hues about 0: the middle of the table, its end, and two fifths of the way to the other.
  const picture = await takePicture(boxOf(view.region));
  for (const [at, unit] of [
    [cell(1, 1), 0.5],
    [cell(4, 3), 1],
    [cell(0, 0), 0.3],
  ] as const)
    expect(picture.at(centerOf(at))).toEqual([...tableColor(diverging.light, unit)]);
  await view.region.getByRole('button', { name: 'choose the 6 strongest' }).click();
  const chosen = view.options()!.chosenHeads.slice(0, 4);
  expect(chosen.map(({ layer, head }) => `${layer}.${head}`)).toEqual(['4.3', '3.1', '3.6', '2.5']);
});

test('shares are weighted by them, with their sign; of a head by itself they stay its own', async () => {
  const view = await show({
    headWeights,
    queryGroup: 'It was the longest span in the world until 1964.',
    keyGroup: planted.name,
  });
  await view.region.getByRole('button', { name: 'weighted by AT2' }).click();
  expect(view.options()).toMatchObject({ weighted: true });
  // Four heads give 0.6 each, with weights that sum to 16; the head with −2 gives what its rows say.
  const { keyTokens, matrix } = trace.stream();
  const text = keyTokens.map((token) => token.text).join('');
  const at = text.indexOf(' It was the longest');
  const ends = keyTokens.map((_, i) =>
    keyTokens.slice(0, i + 1).reduce((sum, one) => sum + one.text.length, 0),
  );
  const rows = [...ends.keys()].filter(
    (i) => ends[i]! > at && ends[i]! <= at + ' It was the longest span in the world until 1964.'.length,
  );
  let against = 0;
  for (const row of rows) {
    const rect = { row, col: planted.start, rows: 1, cols: planted.end - planted.start };
    const weights = blockWeights((await matrix(0, 0).block(rect)) as Block);
    against += weights.reduce((sum, weight) => sum + weight, 0) / rows.length;
  }
  const share = (16 * plantedShare - 2 * against) / 18;
  const option = view.documents.getByRole('option').nth(1);
  await expect.element(option).toHaveAccessibleName(new RegExp(`share ${share.toFixed(2)}`));
  await expect.poll(() => statusOf(view.region)).toContain('mean of 48 heads weighted by AT2');
  await mouse.move(centerOf(view.heads.getByRole('gridcell', { name: 'layer 4, head 3: 0.60' })));
  await expect.poll(() => announcedBy(view.region)).toMatch(/0\.60.* AT2 5\.00/);
});

test.each([
  ['found 1 layer expected 6', { headWeights: { label: 'AT2', values: [[1]] } }],
  ['the position 4000', { keyGroups: [{ name: 'document 9', positions: [4000] }] }],
  [
    'the token at 2',
    {
      keyGroups: [
        { name: 'a', positions: [1, 2] },
        { name: 'b', positions: [2] },
      ],
    },
  ],
  ['without tokens', { queryGroups: [{ name: 'none', positions: [] }] }],
])('wrong groups: %s is told in place of the view', async (words, props) => {
  const screen = await render(GroupView as Component, { trace, theme: 'light', ...props } as object);
  await expect.element(screen.getByRole('alert')).toBeVisible();
  expect(screen.getByRole('alert').element().textContent).toContain(words);
});

test.each(['light', 'dark'] as const)('axe, %s, at 1,280 and 320 px', async (theme) => {
  const view = await show({ theme, queryGroup: 'It was the longest span in the world until 1964.' });
  for (const width of [1280, 320]) {
    view.region.element().parentElement!.style.inlineSize = `${width - 16}px`;
    await expect.poll(() => boxOf(view.region).width).toBeLessThan(width);
    const { violations } = await axe.run(view.region.element(), { rules: { region: { enabled: false } } });
    expect(violations.map(({ id, nodes }) => [id, nodes[0]!.html.slice(0, 200)])).toEqual([]);
    const overflowing = [...view.region.element().querySelectorAll('.panes *')].filter(
      (one) => one.getBoundingClientRect().right > boxOf(view.region).right + 1 && one.checkVisibility(),
    );
    expect(overflowing.map((one) => one.outerHTML.slice(0, 160))).toEqual([]);
  }
});

test('what removing a document changes stands beside its share, with the rank correlation of the two', async () => {
  const names = trace.stream().keySegments.map(({ name }) => name);
  const query = 'It was the longest span in the world until 1964.';
  const view = await show({
    queryGroup: query,
    chosenHeads: [...retrievalHeads],
    removed: [
      ...[0.02, 0.3, 0.03, 0.01, 0.04].map((change, i) => ({ key: names[i]!, change })),
      { key: planted.name, query, change: 0.52 },
    ],
  });
  const entry = (i: number) => view.documents.getByRole('option').nth(i);
  // Of this sentence, rather than of all.
  await expect.element(entry(1)).toHaveAccessibleName(/removed 0\.52/);
  await expect.element(entry(0)).toHaveAccessibleName(/removed 0\.02/);
  await mouse.move(centerOf(entry(1)));
  await expect.poll(() => statusOf(view.region)).toContain('removed: changes by 0.52');
  const shares = [0, 1, 2, 3, 4].map((i) =>
    Number(/share ([\d.]+)/.exec(entry(i).element().textContent!)![1]),
  );
  expect(shares.indexOf(Math.max(...shares))).toBe(1);
  expect(view.region.element().textContent).toMatch(/Rank correlation of share and change: −?[01]\.\d\d/);
  // For another sentence it is what is known of all.
  await mouse.click(centerOf(view.sentences.getByRole('option').nth(0)));
  await expect.element(entry(1)).toHaveAccessibleName(/removed 0\.30/);
});

test('a change of a group that there is not is refused', async () => {
  const screen = await render(
    GroupView as Component,
    { trace, theme: 'light', removed: [{ key: 'document 9', change: 1 }] } as object,
  );
  await expect.element(screen.getByRole('alert')).toBeVisible();
  expect(screen.getByRole('alert').element().textContent).toContain('removed[0].key');
});

test('a group that is a picture is shown as one, its patches shaded where they lie', async () => {
  const [rows, cols, patch] = [7, 11, 64];
  const src = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg"/>')}`;
  const tokens = ['<s>', ...Array.from({ length: rows * cols }, () => '<image>'), ' a', ' cat', '.'];
  const n = tokens.length;
  const data = new Float32Array(n * n);
  for (let query = 0; query < n; query++) data[query * n + 1 + patch] = 1;
  const end = 1 + rows * cols;
  const picture = createTrace({
    tokens,
    attention: { dims: [1, 1, n, n], data },
    segments: [
      { name: 'the cat', start: 1, end, image: { src, rows, cols } },
      { name: 'answer', start: end, end: n },
    ],
  });
  const view = await show({ trace: picture });
  const shown = view.documents.getByRole('option').nth(0).element().querySelector('img')!;
  const box = shown.getBoundingClientRect();
  expect(box.width / box.height).toBeCloseTo(cols / rows, 1);
  const shaded = [...shown.parentElement!.querySelectorAll<HTMLElement>('.piece')].filter(
    ({ style }) => style.getPropertyValue('--shade') === '1.00',
  );
  expect(shaded).toHaveLength(1);
  const { x, y, width, height } = shaded[0]!.getBoundingClientRect();
  expect((x + width / 2 - box.x) / box.width).toBeCloseTo(((patch % cols) + 0.5) / cols, 2);
  expect((y + height / 2 - box.y) / box.height).toBeCloseTo((Math.floor(patch / cols) + 0.5) / rows, 2);
});
