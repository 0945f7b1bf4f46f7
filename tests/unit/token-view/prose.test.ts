import { describe, expect, test } from 'vitest';
import { groupTokens, runsAsTokens } from '../../../src/lib/analysis/lens/groups.js';
import { toTokens } from '../../../src/lib/trace/index.js';
import { toProse } from '../../../src/lib/views/token-view/prose.js';

const written = (raw: string[]): string => {
  const prose = toProse(toTokens(raw));
  return raw
    .map((_, position) => prose.at(position))
    .map(({ before, parts }) => before + parts.map(({ text }) => text).join(''))
    .join('');
};

describe('tokens read as print would have them', () => {
  test.each([
    [
      'WordPiece',
      ['[CLS]', 'the', 'cell', '##ist', '(', 'who', 'lost', 'keys', ')', 'said', ':', 'no', '.', '[SEP]'],
      '[CLS] the cellist (who lost keys) said: no. [SEP]',
    ],
    ['a possessive', ['the', 'keeper', "'", 's', 'son', '##s'], "the keeper's sons"],
    ['byte-level BPE', ['<s>', 'The', 'Ġcaf', 'Ã©', '.', 'Ċ', 'Ċ', 'Yes'], '<s> The café.⏎\n⏎\nYes'],
    ['SentencePiece', ['▁Hello', '▁wor', 'ld', '</s>'], 'Hello world </s>'],
    ['end-of-word BPE', ['low', 'er</w>', 'case</w>', '.</w>'], 'lower case.'],
    ['words', ['The', 'cat', 'sat', '!'], 'The cat sat!'],
    ['Chinese without spaces', ['我', '喜欢', '猫', '。', '是'], '我喜欢猫。是'],
    ['letters', ['3', 'r', 'd', ' ', 'o', 'f'], '3rd·\u200bof'],
    ['letters without a space', ['<s>', '1', '9', '-', '0', '3', '</s>'], '<s> 19-03 </s>'],
    ['code', ['def', ' f', '():', '\n', '    ', 'return'], 'def f():⏎\n····\u200breturn'],
    ['indented text', ['a', '\n', '  b'], 'a⏎\n··\u200bb'],
    ['characters that cannot be seen', ['a', ' \u200bb'], 'a ⟨U+200B⟩b'],
    ['one token', ['Hello'], 'Hello'],
    // 我 whole, 你 over two tokens; then 🙂 over three, with the space before it.
    ['characters cut over tokens', ['æĪĳ', 'ä½', 'ł', 'ĠðŁ', 'Ļ', 'Ĥ', '!'], '我你⁺ 🙂⁺⁺!'],
    ['bytes of a fallback', ['▁a', '<0xE2>', '<0x82>', '<0xAC>', '▁b'], 'a€⁺⁺ b'],
    ['a character that is never whole', ['▁a', '<0xE2>', '<0x82>', '▁b'], 'a⟨E2⟩⟨82⟩ b'],
  ])('%s', (_, raw, expected) => expect(written(raw)).toBe(expected));

  test('marks are told from text', () => {
    expect(toProse(toTokens(['x\n'])).at(0).parts).toEqual([
      { text: 'x', mark: false },
      { text: '⏎\n', mark: true },
    ]);
  });
});

describe('merged tokens', () => {
  const raw = ['The', 'Ġcat', 'Ġs', 'at', '.', 'ĠIt', 'Ġsl', 'ept', '.'];
  const segments = [
    { name: 'A', start: 0, end: 5 },
    { name: 'B', start: 5, end: 9 },
  ];
  const merged = (granularity: 'word' | 'sentence' | 'segment', from = raw, within = segments): string => {
    const tokens = toTokens(from);
    const runs = groupTokens(tokens, within, granularity);
    const seen = runsAsTokens(tokens, runs, within, granularity);
    const prose = toProse(seen, granularity);
    return seen
      .map((_, position) => prose.at(position))
      .map(({ before, parts }) => before + parts.map(({ text }) => text).join(''))
      .join('');
  };

  test.each(['word', 'sentence'] as const)('keep their spaces: %s', (granularity) => {
    expect(merged(granularity)).toBe('The cat sat. It slept.');
    expect(merged(granularity, ['▁The', '▁cat', '▁s', 'at', '.', '▁It', '▁sl', 'ept', '.'])).toBe(
      'The cat sat. It slept.',
    );
  });

  test('segments stand below each other, each with its name and its text', () => {
    expect(merged('segment')).toBe('A\u2002The cat sat.\nB\u2002It slept.');
  });

  test('tokens outside all segments have no name', () => {
    expect(merged('segment', raw, segments.slice(1))).toBe('The\ncat\ns\nat\n.\nB\u2002It slept.');
  });

  test('newlines within a segment break its lines', () => {
    const within = [{ name: 'A', start: 0, end: 3 }];
    expect(merged('segment', ['one', '\n', 'two'], within)).toBe('A\u2002one⏎\ntwo');
  });
});

describe('which way a line runs', () => {
  const runs = (raw: string[], granularity?: 'segment'): boolean[] => {
    const prose = toProse(toTokens(raw), granularity);
    return raw.map((_, position) => prose.runsLeft(position));
  };

  test.each([
    ['Latin', ['The', 'Ġcat'], [false, false]],
    ['a marker says nothing of it', ['[CLS]', 'مرحبا', 'بالعالم', '[SEP]'], [true, true, true, true]],
    ['a word of another script in it', ['שלום', ' world', ' עולם'], [true, true, true]],
    [
      'each line by itself',
      ['مرحبا', '\n', 'hello', '\n', '12', 'سلام'],
      [true, true, false, false, true, true],
    ],
    ['no letters', ['1', '+', '2'], [false, false, false]],
  ])('%s', (_, raw, expected) => expect(runs(raw)).toEqual(expected));
});
