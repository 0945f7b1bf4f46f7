import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { groupTokens, runsAsTokens } from '../../../src/lib/analysis/lens/groups.js';
import { createTrace } from '../../../src/lib/trace/index.js';
import { joinedText, toTokens } from '../../../src/lib/trace/tokens.js';

interface Case {
  vocabulary: string;
  text: string;
  tokens: string[];
}
const cases = JSON.parse(readFileSync(new URL('real-tokens.json', import.meta.url), 'utf8')) as Case[];

const texts = (...raw: string[]) => toTokens(raw).map((token) => token.text);
const labels = (...raw: string[]) => toTokens(raw).map((token) => token.label);
const words = (...raw: string[]) =>
  toTokens(raw).reduce<string[]>((all, { text, continues }) => {
    if (continues) all.push(all.pop() + text);
    else all.push(text);
    return all;
  }, []);

/** Puts the bytes that tokens show as ⟨E4 B8⟩ back together with the rest of the text. */
function joined(tokens: string[]): string {
  const bytes = tokens.flatMap((text) =>
    text.split(/(⟨[0-9A-F]{2}(?: [0-9A-F]{2})*⟩)/).flatMap((part) =>
      part.startsWith('⟨')
        ? part
            .slice(1, -1)
            .split(' ')
            .map((hex) => parseInt(hex, 16))
        : [...Buffer.from(part)],
    ),
  );
  return Buffer.from(bytes).toString();
}

describe('tokens of real vocabularies spell their text again', () => {
  for (const { vocabulary, text, tokens } of cases.filter((c) => !c.tokens.includes('[UNK]'))) {
    test(`${vocabulary}: ${JSON.stringify(text)}`, () => {
      const spelled = joined(
        toTokens(tokens)
          .filter((t) => !t.special)
          .map((t) => t.text),
      );
      const spacesLost = vocabulary === 'clip' || vocabulary === 'minilm';
      const plain = (s: string) => (spacesLost ? s.replace(/\s/g, '') : s);
      expect(plain(spelled)).toBe(plain(text));
    });
  }

  test('and keep what the tokenizer wrote', () => {
    for (const { tokens } of cases) expect(toTokens(tokens).map((t) => t.raw)).toEqual(tokens);
  });
});

describe('byte-level BPE', () => {
  test('shows letters outside ASCII as themselves', () => {
    expect(texts('ĠcafÃ©', 'Ġ', 'ä¸Ńæĸĩ', 'ðŁĳ©')).toEqual([' café', ' ', '中文', '👩']);
  });

  test('shows the bytes of half a character', () => {
    expect(texts('Ġä¸', 'Ń', 'aæĸ')).toEqual([' ⟨E4 B8⟩', '⟨AD⟩', 'a⟨E6 96⟩']);
  });

  test('is seen without a single space, from one accented letter', () => {
    expect(texts('na', 'Ã¯', 've')).toEqual(['na', 'ï', 've']);
    expect(texts('ÐŁÑĢ', 'Ð¸Ð²')).toEqual(['Пр', 'ив']);
  });

  test('survives a few bytes that make no character', () => {
    expect(texts('Ġthe', 'Ġcat', 'ÿ', 'Ġsat')).toEqual([' the', ' cat', '⟨FF⟩', ' sat']);
  });

  test('knows what is no UTF-8: overlong forms, surrogates, numbers past the last character', () => {
    const broken = ['Àģ', 'àĢĢ', 'ðĢĢĢ', 'íłĢ', 'ôĲĢĢ', 'õĢĢĢ'];
    const cat = ['Ġthe', 'Ġcat', 'Ġsat', 'Ġon', 'Ġthe', 'Ġmat', 'Ġtoo'];
    expect(texts(...cat, ...broken).slice(cat.length)).toEqual([
      '⟨C0 81⟩',
      '⟨E0 80 80⟩',
      '⟨F0 80 80 80⟩',
      '⟨ED A0 80⟩',
      '⟨F4 90 80 80⟩',
      '⟨F5 80 80 80⟩',
    ]);
  });

  test('leaves ## and tokens outside the alphabet alone', () => {
    expect(texts('##', 'ĠHe', 'ading', '##x', 'Ġ東', 'Ġa')).toEqual([
      '##',
      ' He',
      'ading',
      '##x',
      'Ġ東',
      ' a',
    ]);
  });

  test('knows what runs on within a word', () => {
    expect(words('ĠHe', 'ading', ',', 'Ġdidn', "'t", 'Ġ', '(', 'x', ')', 'Ġä¸', 'Ń')).toEqual([
      ' Heading',
      ',',
      " didn't",
      ' ',
      '(',
      'x',
      ')',
      ' ⟨E4 B8⟩⟨AD⟩',
    ]);
  });
});

describe('words are not bytes', () => {
  for (const sentence of [
    ['«', 'Le', 'café', 'crème', 'à', 'Besançon', '»'],
    ['CAFÉ»'],
    ['STÓŁ'],
    ['Zażółć', 'gęślą', 'jaźń'],
    ['Příliš', 'žluťoučký', 'kůň'],
    ['Ġorġ', 'mar', 'il-ħanut', 'ta’', 'Ċikku'],
    ['Ġorġ'],
    ['Ġenn', 'u', 'Żurrieq'],
    ['ÄPFEL', 'Äpfel', 'Übung', '§', '3'],
    ['Ç', 'A', ' ', 'É', 'T', 'É'],
    [' été', ' à', ' Nîmes'],
  ])
    test(sentence.join(' '), () => expect(texts(...sentence)).toEqual(sentence));
});

describe('SentencePiece', () => {
  test('reads ▁ as a space and <0x0A> as a byte', () => {
    expect(texts('<s>', '▁Zo', 'ë', '<0x0A>', '▁', '▁▁', '<0xE4>', '<0xB8>')).toEqual([
      '<s>',
      ' Zo',
      'ë',
      '\n',
      ' ',
      '  ',
      '⟨E4⟩',
      '⟨B8⟩',
    ]);
  });

  test('also beside [CLS]', () => expect(texts('[CLS]', '▁li', 'ked', '[SEP]')[1]).toBe(' li'));

  test('is not seen in a sparkline within plain text', () => {
    expect(texts('load ', '▁▂▃')).toEqual(['load ', '▁▂▃']);
  });

  test('is not seen in a marker of DeepSeek', () => {
    const tokens = toTokens(['<｜begin▁of▁sentence｜>', 'Hello', 'Ġworld']);
    expect(tokens.map((t) => [t.text, t.special])).toEqual([
      ['<｜begin▁of▁sentence｜>', true],
      ['Hello', false],
      [' world', false],
    ]);
  });

  test('knows words, and that Chinese has none to run on', () => {
    expect(words('▁r', 'ed', '.', '▁中', '文')).toEqual([' red', '.', ' 中', '文']);
  });
});

describe('WordPiece', () => {
  test('drops ## where a word runs on', () => {
    expect(words('[CLS]', 'token', '##ization', "'", 's', '##é', '[SEP]')).toEqual([
      '[CLS]',
      'tokenization',
      "'",
      'sé',
      '[SEP]',
    ]);
  });

  test('is not seen in Markdown', () => {
    expect(texts('##', 'Title', '###', '##')).toEqual(['##', 'Title', '###', '##']);
    expect(texts('##Title', 'text')).toEqual(['##Title', 'text']);
    expect(texts('ab', '##c', '##')).toEqual(['ab', 'c', '##']);
  });
});

describe('end-of-word BPE', () => {
  test('drops </w>, and reads bytes where the vocabulary has them', () => {
    expect(texts('the</w>', 'caf', 'Ã©</w>')).toEqual(['the', 'caf', 'é']);
    expect(texts('le</w>', 'caf', 'é</w>')).toEqual(['le', 'caf', 'é']);
    expect(words('the</w>', 'caf', 'Ã©</w>', '!</w>')).toEqual(['the', 'café', '!']);
  });

  test('is not seen in a closing tag', () => expect(texts('<w>', 'a', '</w>')).toEqual(['<w>', 'a', '</w>']));
});

describe('plain text', () => {
  test('characters make words where spaces are characters too', () => {
    expect(words('<s>', '3', 'r', 'd', ' ', 'o', 'f', '</s>')).toEqual(['<s>', '3rd', ' ', 'of', '</s>']);
    expect(words('1', '9', '9', '8', '-', '0', '3')).toEqual(['1998', '-', '03']);
  });

  test('leading spaces part words', () =>
    expect(words('Art', 'ificial', ' Intel')).toEqual(['Artificial', ' Intel']));

  test('without any space a token is a word', () => expect(words('t42', 't20')).toEqual(['t42', 't20']));

  test('markup stays text', () =>
    expect(texts('<b>', '<img src=x>', '&amp;')).toEqual(['<b>', '<img src=x>', '&amp;']));

  test('no tokens, no trouble', () => expect(toTokens([])).toEqual([]));
});

test('markers of common tokenizers are special, look-alikes are not', () => {
  const special = (...raw: string[]) => raw.filter((_, i) => toTokens(raw)[i]!.special);
  const markers = [
    '[CLS]',
    '[SEP]',
    '[PAD]',
    '[MASK]',
    '[UNK]',
    '<s>',
    '</s>',
    '<pad>',
    '<unk>',
    '<|endoftext|>',
    '<|im_start|>',
    '<|start_header_id|>',
    '<extra_id_0>',
    '<bos>',
    '<start_of_turn>',
    '[INST]',
    '[/INST]',
    '<｜User｜>',
    '[unused7]',
  ];
  expect(special(...markers)).toEqual(markers);
  expect(special('<div>', '[1]', '[NASA]', '<', '>', 's', '<0x0A>', '[', '<|', '||', 'CLS', '')).toEqual([]);
});

describe('labels', () => {
  test('show what would be lost', () => {
    expect(labels('', ' ', '\n\n', '\t', '  \n', 'a ', '\r\n', '\u00a0', '\u3000')).toEqual([
      '∅',
      '␣',
      '⏎⏎',
      '⇥',
      '  ⏎',
      'a␣',
      '␍⏎',
      '⟨U+00A0⟩',
      '⟨U+3000⟩',
    ]);
    expect(labels('a\u200bb', '\u202eabc', '\ufeff', '\u0000', '\ud83d', '\u007f')).toEqual([
      'a⟨U+200B⟩b',
      '⟨U+202E⟩abc',
      '⟨U+FEFF⟩',
      '␀',
      '⟨U+D83D⟩',
      '⟨U+007F⟩',
    ]);
  });

  test('count long runs of spaces', () =>
    expect(labels(' '.repeat(8), ' '.repeat(80))).toEqual(['␣␣␣␣␣␣␣␣', '␣×80']));

  test('keep a leading space, joined emoji and Persian half-spaces', () => {
    expect(labels(' the', '👩‍🚀', '❤️', 'می‌خواهم')).toEqual([' the', '👩‍🚀', '❤️', 'می‌خواهم']);
  });

  test('give a lone accent or joiner something to stand on', () => {
    expect(labels('\u0301', '्', '\u200d', '\ufe0f')).toEqual(['◌\u0301', '◌्', '⟨U+200D⟩', '⟨U+FE0F⟩']);
  });
});

describe('characters cut over tokens', () => {
  const whole = (...raw: string[]) => joinedText(toTokens(raw));
  test('are whole together, whatever the vocabulary', () => {
    expect(whole('æĪĳ', 'ä½', 'ł')).toBe('我你');
    expect(whole('ĠðŁ', 'ĺ', 'Ģ', 'Ġcat')).toBe(' 😀 cat');
    expect(whole('▁5', '<0xE2>', '<0x82>', '<0xAC>', '.')).toBe(' 5€.');
    expect(whole('</s>', 'æĪĳ', 'æĪĳ', 'ä½')).toBe('</s>我我⟨E4 BD⟩');
  });

  test('belong to one word, and the next character of Chinese to another', () => {
    const continues = (...raw: string[]) => toTokens(raw).map((token) => token.continues);
    expect(continues('æĪĳ', 'ä½', 'ł', 'ä½', 'ł')).toEqual([false, false, true, false, true]);
    expect(continues('ĠÐ', '¿', 'ÑĢ')).toEqual([false, true, true]);
  });

  test('ByT5: each token is a byte', () => {
    expect(texts('c', 'Ã', '©', ' ', 'a', '</s>')).toEqual(['c', '⟨C3⟩', '⟨A9⟩', ' ', 'a', '</s>']);
    expect(whole('â', '\u0082', '¬', ' ', '5')).toBe('€ 5');
    // Letters of a text that is no UTF-8 read as bytes are letters.
    expect(texts('c', 'a', 'f', 'é')).toEqual(['c', 'a', 'f', 'é']);
  });

  test('the letters of Maltese are no spaces', () => {
    for (const words of [['Il-Ġenna'], ['Il-Ġenna', 'hija', 'sabiħa'], ['Ċikku', 'u', 'Il-Ġenna']])
      expect(texts(...words)).toEqual(words);
    // Of a vocabulary of bytes they are spelled in bytes.
    expect(texts('Il', '-', 'Ä', 'ł', 'enna', 'Ġhi', 'ja')).toEqual([
      'Il',
      '-',
      '⟨C4⟩',
      '⟨A0⟩',
      'enna',
      ' hi',
      'ja',
    ]);
    expect(texts('.ĊĊ', 'The', 'Ġend')).toEqual(['.\n\n', 'The', ' end']);
  });
});

test('special tokens: those of more families, and those declared', () => {
  const markers = [
    'eng_Latn',
    'zho_Hans',
    'en_XX',
    '__en__',
    '<image_soft_token>',
    '<end_of_image>',
    '<fim_prefix>',
    '<image>',
    '[TOOL_RESULTS]',
    '<loc0001>',
    '<mask_1>',
    '<fake_token_around_image>',
    '>>fra<<',
    '<|reserved_special_token_0|>',
    '<BOS_TOKEN>',
    '<unused99>',
  ];
  expect(toTokens(markers).map(({ special }) => special)).toEqual(markers.map(() => true));
  const text = ['eng_Latin', 'my_var', 'snake_Case', '<imagery>', '__init__', 'de_de', '<img>'];
  expect(toTokens(text).map(({ special }) => special)).toEqual(text.map(() => false));

  const stream = (specialTokens?: string[]) =>
    createTrace({
      tokens: ['_PAD', 'a'],
      attention: [
        [
          [
            [1, 0],
            [0, 1],
          ],
        ],
      ],
      specialTokens,
    }).stream();
  expect(stream().queryTokens[0]!.special).toBe(false);
  expect(stream(['_PAD']).queryTokens.map(({ special }) => special)).toEqual([true, false]);
  const cross = createTrace({
    encoder: { tokens: ['x'], specialTokens: ['x'] },
    decoder: { tokens: ['x'] },
    cross: { attention: [[[[1]]]] },
  }).stream('cross');
  expect([cross.queryTokens[0]!.special, cross.keyTokens[0]!.special]).toEqual([false, true]);
});

// Expressions that try each run of a character from each of its places take minutes here.
test.each([
  'a',
  ' ',
  '\u3000',
  '.',
  '"',
  '.”',
  '\u200d',
  '\ufe0f',
  '#',
  '<',
  '|',
  'Ġ',
  'Ã',
  '▁',
  '<|',
  '[',
  '1.',
  '(',
  '\u0301',
  '\n ',
  '_',
])('tokens of 100,000 × %j are read, merged and refused as others are', (piece) => {
  const long = piece.repeat(100_000 / piece.length);
  for (const token of [long, `${long}x`, `x${long}`, `<|${long}`, `[${long}`]) {
    const tokens = toTokens([token, 'Ġa', `${token}.`, token, '##b', token]);
    expect(tokens[0]!.raw).toBe(token);
    for (const granularity of ['word', 'sentence'] as const)
      expect(runsAsTokens(tokens, groupTokens(tokens, [], granularity), [], granularity)[0]!.raw).toContain(
        piece,
      );
  }
});
