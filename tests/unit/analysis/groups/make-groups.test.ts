import { expect, test } from 'vitest';
import {
  groupsFromSegments,
  groupsFromSentences,
  groupsFromWords,
} from '../../../../src/lib/analysis/index.js';
import { createTrace, toTokens } from '../../../../src/lib/trace/index.js';

const positions = (raw: string[], words: (string | RegExp)[]) =>
  groupsFromWords(toTokens(raw), { list: words })[0]!.positions;

test('segments, where only some queries were recorded, keep the positions of their sequence', () => {
  const stream = createTrace({
    tokens: ['a', 'b', 'c', 'd'],
    segments: [{ name: 'end', start: 1, end: 4 }],
    queryPositions: [1, 3],
    attention: [
      [
        [
          [0.5, 0.5, 0, 0],
          [0.25, 0.25, 0.25, 0.25],
        ],
      ],
    ],
  }).stream();
  expect(groupsFromSegments(stream.keyTokens, stream.keySegments)).toEqual([
    { name: 'end', positions: [1, 2, 3] },
  ]);
  expect(groupsFromSegments(stream.queryTokens, stream.querySegments)).toEqual([
    { name: 'end', positions: [1, 3] },
  ]);
});

test('sentences of an answer, called by their text, markers in none', () => {
  const tokens = toTokens([
    '[CLS]',
    'no',
    '.',
    '[SEP]',
    'it',
    'is',
    'open',
    '##ed',
    '.',
    'yes',
    '!',
    'yes',
    '!',
    '[SEP]',
  ]);
  expect(groupsFromSentences(tokens, { within: { start: 4, end: 14 } })).toEqual([
    { name: 'it is opened.', positions: [4, 5, 6, 7, 8] },
    { name: 'yes!', positions: [9, 10] },
    { name: 'yes! (2)', positions: [11, 12] },
  ]);
});

test('a sentence ends with its segment', () => {
  const tokens = toTokens(['one', ' two', ' three', ' four']);
  const segments = [{ name: 's', start: 0, end: 3 }];
  expect(groupsFromSentences(tokens, { segments }).map(({ positions }) => positions)).toEqual([
    [0, 1, 2],
    [3],
  ]);
  expect(
    groupsFromSentences(tokens, { segments, within: { start: 2, end: 4 } }).map((g) => g.positions),
  ).toEqual([[2], [3]]);
});

test.each([
  ['word pieces', ['a', 'great', 'great', '##ness', 'GREAT', '!'], ['great'], [1, 4]],
  ['pieces of one word', ['terr', '##ib', '##ly', 'late'], [/terribl./], [0, 1, 2]],
  ['an expression is of whole words', ['terrible', '##s', 'Terrible'], [/terribl./], []],
  ['an expression with alternatives', ['great', '##er', 'great'], [/great|greater/], [0, 1, 2]],
  ['its flags', ['Great', 'great'], [/great/i], [0, 1]],
  ['byte-level', ['I', 'Ġdon', "'t", 'Ġdon', 'Ġlike', 'ĠNew', 'ĠYork', 'ers'], ["don't", 'new york'], [1, 2]],
  ['a phrase', ['ĠNew', 'ĠYork', '.', 'ĠNew', 'ĠJersey'], ['new york'], [0, 1]],
  ['no phrase over a marker', ['new', '[SEP]', 'york'], ['new york'], []],
  ['marks around a word', ['so', ' “great”,', ' they', ' say'], ['great'], [1]],
  ['accents, composed or not', ['▁cafe\u0301', '▁bar'], ['café'], [0]],
  ['Cyrillic', ['▁отлич', 'но', '▁и', '▁отлич', 'ник'], ['отлично'], [0, 1]],
  ['Arabic', ['▁كت', 'اب', '▁كت', 'ب'], ['كتاب'], [0, 1]],
  ['Hindi', ['▁अच्', 'छा', '▁दिन'], ['अच्छा'], [0, 1]],
  ['Chinese, over two tokens', ['我', '喜', '欢', '猫'], ['喜欢'], [1, 2]],
  ['Chinese, in bytes', ['æĪĳ', 'ä½', 'ł', 'å¥½'], ['我'], [0]],
  ['Japanese, not within another word', ['東', '京', '都', 'に', '京', '都', 'から'], ['京都'], [4, 5]],
  ['an emoji', ['Ġso', 'ĠðŁĺ', 'Ģ'], ['😀'], [1, 2]],
  ['nothing', ['a', 'b'], ['', 'c'], []],
])('words: %s', (_, raw, words, expected) => {
  expect(positions(raw as string[], words as (string | RegExp)[])).toEqual(expected);
});

test('a word may be in several lists', () => {
  const groups = groupsFromWords(toTokens(['good', 'bad']), { good: ['good'], any: ['good', 'bad'] });
  expect(groups).toEqual([
    { name: 'good', positions: [0] },
    { name: 'any', positions: [0, 1] },
  ]);
});
