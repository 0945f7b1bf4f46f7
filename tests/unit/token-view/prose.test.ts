import { describe, expect, test } from 'vitest';
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
  ])('%s', (_, raw, expected) => expect(written(raw)).toBe(expected));

  test('marks are told from text', () => {
    expect(toProse(toTokens(['x\n'])).at(0).parts).toEqual([
      { text: 'x', mark: false },
      { text: '⏎\n', mark: true },
    ]);
  });
});
