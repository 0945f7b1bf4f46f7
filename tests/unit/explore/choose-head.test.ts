import { expect, test } from 'vitest';
import { changeSelection, chooseHead, headOf } from '../../../src/lib/explore/choose-head.js';
import { resolveSelection } from '../../../src/lib/explore/resolve-selection.js';
import type { Selection } from '../../../src/lib/explore/types.js';
import { createTrace } from '../../../src/lib/trace/index.js';

const selection: Selection = {
  stream: 'self',
  layer: 0,
  heads: [1, 4, 7],
  query: 2,
  key: null,
};
const choose = (from: Selection, head: number) => changeSelection(from, chooseHead(from, head));

test('a view of one head leaves a choice of several as it is', () => {
  const next = choose(selection, 2);
  expect(next).toEqual({ ...selection, head: 2 });
  expect(headOf(next)).toBe(2);
  expect(headOf(choose(next, 7))).toBe(7);
  expect(choose(next, 7).heads).toEqual([1, 4, 7]);
});

test('where one head is chosen, views of one and of several heads move together', () => {
  const next = choose({ ...selection, heads: [4] }, 5);
  expect(next).toEqual({ ...selection, heads: [5] });
  expect('head' in next).toBe(false);
});

test('a choice of several heads keeps the one that is among them, else lets go of it', () => {
  const peeking = choose(selection, 4);
  expect(changeSelection(peeking, { heads: [4, 9] })).toMatchObject({ heads: [4, 9], head: 4 });
  const isolated = changeSelection(peeking, { heads: [9] });
  expect('head' in isolated).toBe(false);
  expect(headOf(isolated)).toBe(9);
});

test('other changes keep it', () => {
  expect(changeSelection(choose(selection, 2), { query: 5 })).toEqual({ ...selection, head: 2, query: 5 });
});

test('a head that the stream does not hold is let go of', () => {
  const trace = createTrace({ tokens: ['a'], attention: { dims: [1, 3, 1, 1], data: [1, 1, 1] } });
  expect(resolveSelection(trace, { head: 2 }, {})).toMatchObject({ heads: [0, 1, 2], head: 2 });
  expect('head' in resolveSelection(trace, { head: 3 }, {})).toBe(false);
  expect(resolveSelection(trace, {}, { head: 1 })).toMatchObject({ heads: [1] });
});
