import { expect, test } from 'vitest';
import { createTrace, segmentsFromText, toTokens } from '../../../src/lib/trace/index.js';
import { even } from './arrays.js';

// prettier-ignore
const chat = ['<|user|>', 'Par', 'is', 'Ġis', 'Ġin', 'ĠFrance', '.', 'ĠRome', 'Ġis', 'Ġin', 'ĠItaly', '.', 'ĠWhere', '?', '<|end|>'];

test('by text, whatever its spaces', () => {
  const segments = segmentsFromText(chat, {
    'document 1': 'Paris is  in France.',
    'document 2': '\nRome is in Italy.',
  });
  expect(segments).toEqual([
    { name: 'document 1', start: 1, end: 7 },
    { name: 'document 2', start: 7, end: 12 },
  ]);
  const trace = createTrace({ tokens: chat, attention: even(1, 1, 15), segments });
  expect(trace.stream().keySegments).toEqual(segments);
  expect(segmentsFromText(toTokens(chat), { question: 'where?' })).toEqual([
    { name: 'question', start: 12, end: 14 },
  ]);
});

test('the same text twice is found once after the other', () => {
  expect(segmentsFromText(['a', ' b', ' a', ' b'], { first: 'a b', second: 'a b' })).toEqual([
    { name: 'first', start: 0, end: 2 },
    { name: 'second', start: 2, end: 4 },
  ]);
});

test('by characters of the text, special tokens left out', () => {
  const text = 'Paris is in France. Rome is in Italy. Where?';
  const start = text.indexOf('Rome');
  expect(segmentsFromText(chat, { rome: [start, start + 17] })).toEqual([
    { name: 'rome', start: 7, end: 12 },
  ]);
  // A token that is partly in a segment belongs to it.
  expect(segmentsFromText(chat, { piece: [4, 7] })).toEqual([{ name: 'piece', start: 2, end: 4 }]);
});

test('by markers', () => {
  expect(segmentsFromText(chat, { turn: { after: '<|user|>', before: '<|end|>' } })).toEqual([
    { name: 'turn', start: 1, end: 14 },
  ]);
  expect(segmentsFromText(chat, { rest: { after: 'Italy.' } })).toEqual([
    { name: 'rest', start: 12, end: 15 },
  ]);
});

test('WordPiece without spaces, characters cut over tokens', () => {
  expect(segmentsFromText(['[CLS]', 'play', '##ing', 'chess', '[SEP]'], { A: 'Playing chess' })).toEqual([
    { name: 'A', start: 1, end: 4 },
  ]);
  expect(segmentsFromText(['æĪĳ', 'ä½', 'ł'], { you: '你' })).toEqual([{ name: 'you', start: 1, end: 3 }]);
});

test.each<[unknown, unknown, RegExp]>([
  [chat, { A: 'Berlin' }, /A: found the string "Berlin", which the tokens do not say, expected/],
  [chat, { A: 'Rome', B: 'Paris' }, /B: .*after the segment before it/],
  [chat, { A: '' }, /A: found the string ""/],
  [
    chat,
    { A: [5, 5] },
    /A: found characters the number 5 to the number 5, expected whole numbers, 0 ≤ start < end ≤ 44/,
  ],
  [chat, { A: [0, 99] }, /to the number 99/],
  [chat, { A: { after: '<|user|>', before: 'Paris' } }, /nothing between its markers/],
  [chat, { A: null }, /A: found nothing/],
  [chat, null, /places: found null/],
  ['text', { A: 'text' }, /tokens: found the string "text"/],
])('%j with %j is refused', (tokens, places, words) => {
  expect(() => segmentsFromText(tokens as never, places as never)).toThrow(words);
});
