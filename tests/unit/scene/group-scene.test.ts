import { expect, test } from 'vitest';
import { groupShares, keyShares } from '../../../src/lib/analysis/index.js';
import { groupScene, type GroupSceneInput } from '../../../src/lib/scene/group-scene.js';
import { createTrace, type Stream } from '../../../src/lib/trace/index.js';

// A sink, two documents of three and two tokens, a question, an answer of two; two heads.
const tokens = ['<s>', 'the', 'red', 'door', 'a', 'cat', '?', 'it', 'is'];
const stream: Stream = createTrace({
  tokens,
  queryPositions: [7, 8],
  causal: true,
  layers: [2],
  heads: [1, 5],
  attention: [
    [
      [
        [0.5, 0, 0.25, 0.125, 0, 0, 0, 0.125, 0],
        [0.25, 0, 0.5, 0.125, 0.125, 0, 0, 0, 0],
      ],
      [
        [0.5, 0, 0, 0, 0, 0.5, 0, 0, 0],
        [0.5, 0, 0, 0, 0, 0.5, 0, 0, 0],
      ],
    ],
  ],
}).stream();
const keyGroups = [
  { name: 'door', positions: [1, 2, 3] },
  { name: 'cat', positions: [4, 5] },
];
const queryGroup = { name: 'answer', positions: [7, 8] };

async function sceneOf(more: Partial<GroupSceneInput> = {}, perKey = true) {
  const shares = await groupShares(stream, { queryGroups: [queryGroup], keyGroups });
  const chosen = more.chosen ?? [0];
  const heads = chosen.map((index) => shares.heads[index]!);
  return groupScene({
    ...{ shares, chosen, query: 0, key: 0, tokens: stream.keyTokens },
    perKey: perKey ? await keyShares(stream, { queryGroup, heads }) : undefined,
    most: { open: 8, closed: 8 },
    ...more,
  });
}

test('a bar has a part a group, as long as its share', async () => {
  const { bars, wholeBar } = await sceneOf();
  // Head 1 of layer 2: (0.375 + 0.625) ÷ 2 on the door, (0 + 0.125) ÷ 2 on the cat.
  expect(wholeBar).toBe(1);
  expect(bars[0]!.parts).toEqual([
    { group: 0, from: 0, to: 0.5 },
    { group: 1, from: 0.5, to: 0.5625 },
  ]);
});

test('where all bars would be short, the longest is a whole one', async () => {
  const few = await groupShares(stream, {
    queryGroups: [queryGroup],
    keyGroups: [keyGroups[1]!],
    heads: [1],
  });
  const scene = groupScene({
    ...{ shares: few, chosen: [0], query: 0, key: 0, tokens: stream.keyTokens },
    most: { open: 8, closed: 8 },
  });
  expect(scene.wholeBar).toBe(0.0625);
  expect(scene.bars[0]!.parts).toEqual([{ group: 0, from: 0, to: 1 }]);
});

test('text is shaded by what it gets, the strongest of all groups as 1', async () => {
  const { keys } = await sceneOf();
  expect(keys[0]!.pieces.map(({ text, shade }) => [text, shade])).toEqual([
    ['the', 0],
    ['red', 1],
    ['door', expect.closeTo(0.125 / 0.375, 6)],
  ]);
  expect(keys[1]!.pieces.map(({ shade }) => shade)).toEqual([expect.closeTo(0.0625 / 0.375, 6), 0]);
  expect(keys[0]!.pieces.map(({ before }) => before)).toEqual(['', ' ', ' ']);
});

test('an excerpt is the run that gets most, and says where it is cut', async () => {
  const { keys } = await sceneOf({ most: { open: 2, closed: 1 } });
  expect(keys[0]!.pieces.map(({ position }) => position)).toEqual([2, 3]);
  expect([keys[0]!.cutBefore, keys[0]!.cutAfter]).toEqual([true, false]);
  expect(keys[1]!.pieces.map(({ position }) => position)).toEqual([4]);
  expect([keys[1]!.cutBefore, keys[1]!.cutAfter]).toEqual([false, true]);
});

test('what is left out between tokens of a group is shown', async () => {
  const shares = await groupShares(stream, {
    queryGroups: [queryGroup],
    keyGroups: [{ name: 'some', positions: [1, 2, 5] }],
  });
  const scene = groupScene({
    ...{ shares, chosen: [0], query: 0, key: 0, tokens: stream.keyTokens },
    most: { open: 8, closed: 8 },
  });
  expect(scene.keys[0]!.pieces.map(({ before, text }) => before + text).join('')).toBe('the red … cat');
});

test('the grid has a cell a head, by the numbers of the model, of the cell that is looked at', async () => {
  const { heads } = await sceneOf({ key: 1 });
  expect(heads.columns).toEqual([1, 5]);
  expect(heads.rows).toEqual([2]);
  expect(heads.cells.map(({ layer, head, column, row, value }) => [layer, head, column, row, value])).toEqual(
    [
      [2, 1, 0, 0, 0.0625],
      [2, 5, 1, 0, 0.5],
    ],
  );
  expect(heads.range).toEqual([0, 0.5]);
});

test('or it has other numbers of them, about 0 where some are below it', async () => {
  const { heads } = await sceneOf({ headValues: [-2, 1] });
  expect(heads.cells.map(({ value }) => value)).toEqual([-2, 1]);
  expect(heads.range).toEqual([-2, 2]);
});

test('shares of keys sum to the share of their group, of several heads and without the sink', async () => {
  const all = [
    { layer: 2, head: 1 },
    { layer: 2, head: 5 },
  ];
  for (const how of [{}, { hide: 'first', renormalize: true }] as const) {
    const shares = await groupShares(stream, { queryGroups: [queryGroup], keyGroups, ...how });
    const perKey = await keyShares(stream, { queryGroup, heads: all, ...how });
    keyGroups.forEach(({ positions }, k) =>
      expect(positions.reduce((sum, at) => sum + perKey[at]!, 0)).toBeCloseTo(shares.cell(0, k).share, 9),
    );
    if ('hide' in how) expect(perKey[0]).toBe(0);
  }
});
