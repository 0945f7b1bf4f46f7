import { describe, expect, test } from 'vitest';
import { runsAsTokens, groupTokens, type Granularity } from '../../../../src/lib/analysis/lens/groups.js';
import { loadSafetensors } from '../../../../src/lib/io/index.js';
import { toTokens, type Segment } from '../../../../src/lib/trace/index.js';
import realTokens from '../../trace/real-tokens.json' with { type: 'json' };

function labels(
  raw: readonly string[],
  granularity: Granularity,
  segments: readonly Segment[] = [],
): string[] {
  const tokens = toTokens(raw);
  return runsAsTokens(tokens, groupTokens(tokens, segments, granularity), segments, granularity).map(
    ({ label }) => label.trim(),
  );
}
/** Tokens of a real vocabulary for the text about Zoë, or the one of many scripts. */
const real = (vocabulary: string, text: RegExp): string[] =>
  realTokens.find((one) => one.vocabulary === vocabulary && text.test(one.text))!.tokens;

describe('word pieces become words', () => {
  test.each([
    ['WordPiece', 'minilm', /привет/, '[CLS] привет , мир ! שלום עולם . مرحبا بالعالم .'],
    ['byte-level BPE', 'gpt2', /Zoë/, "The keys , which Zoë dropped near the café's door , weren't hers ."],
    ['byte-level BPE, characters in pieces', 'qwen3', /Привет/, 'Привет , мир ! שלום עולם . مرحبا بالعالم .'],
    [
      'SentencePiece',
      'llama2',
      /Zoë/,
      "<s> The keys , which Zoë dropped near the café ' s door , weren ' t hers .",
    ],
    [
      'end-of-word BPE',
      'clip',
      /zoë/,
      "the keys , which zoë dropped near the café 's door , weren 't hers .",
    ],
  ])('%s', (_, vocabulary, text, words) => {
    const expected = words.split(' ');
    expect(
      labels(real(vocabulary, text), 'word')
        .slice(0, expected.length)
        .map((label) => label.trim()),
    ).toEqual(expected);
  });

  test('words of a text are those that spaces and punctuation part', async () => {
    const trace = await loadSafetensors(
      new URL('../../../../fixtures/minilm-paragraph.safetensors', import.meta.url),
    );
    const words = trace.text!.toLowerCase().match(/\w+|[^\w\s]/g)!;
    expect(
      labels(
        trace.stream().queryTokens.map(({ raw }) => raw),
        'word',
      ),
    ).toEqual(['[CLS]', ...words, '[SEP]']);
  });

  test('each token stands in one run, none between two is left out, and special tokens are alone but in a segment', () => {
    for (const { tokens: raw } of realTokens)
      for (const granularity of ['token', 'word', 'sentence', 'segment'] as const) {
        const tokens = toTokens(raw);
        const groups = groupTokens(tokens, [{ name: 'A', start: 1, end: 4 }], granularity);
        expect(groups.flatMap(({ start, end }) => tokens.slice(start, end))).toEqual(tokens);
        for (const { start, end } of granularity === 'segment' ? [] : groups)
          if (tokens.slice(start, end).some(({ special }) => special)) expect(end - start).toBe(1);
      }
  });

  test('tokens as they are stay alone', () => {
    expect(labels(['play', '##ing'], 'token')).toEqual(['play', 'ing']);
  });
});

test('spaces of vocabularies that keep them are kept, and characters cut over tokens are whole', () => {
  const merged = (raw: string[], granularity: Granularity) => {
    const tokens = toTokens(raw);
    return runsAsTokens(tokens, groupTokens(tokens, [], granularity), [], granularity).map(
      ({ text }) => text,
    );
  };
  const bytes = ['The', 'Ġcat', 'Ġs', 'at', '.', 'ĠIt', 'Ġsl', 'ept', '.'];
  expect(merged(bytes, 'word')).toEqual(['The', ' cat', ' sat', '.', ' It', ' slept', '.']);
  expect(merged(bytes, 'sentence')).toEqual(['The cat sat.', ' It slept.']);
  expect(merged(['▁The', '▁c', 'at', '.', '▁It', '▁sl', 'ept'], 'sentence')).toEqual([
    ' The cat.',
    ' It slept',
  ]);
  expect(merged(['æĪĳ', 'ä½', 'ł'], 'word')).toEqual(['我', '你']);
  expect(merged(['æĪĳ', 'ä½', 'ł', 'ä½', 'ł'], 'word')).toEqual(['我', '你', '你']);
  expect(merged(['<0xE2>', '<0x82>', '<0xAC>', '▁5'], 'word')).toEqual(['€', ' 5']);
  expect(merged(['ĠðŁ', 'ĺ', 'Ģ', 'Ġcat'], 'word')).toEqual([' 😀', ' cat']);
  // ByT5: é is the bytes C3 A9.
  expect(merged(['c', 'a', 'f', 'Ã', '©', ' ', 'Ã', '©'], 'word')).toEqual(['café', ' ', 'é']);
});

describe('words become sentences', () => {
  test('those of a text', async () => {
    const trace = await loadSafetensors(
      new URL('../../../../fixtures/minilm-paragraph.safetensors', import.meta.url),
    );
    const sentences = trace.text!.toLowerCase().split(/(?<=\.) /);
    expect(sentences).toHaveLength(10);
    const found = labels(
      trace.stream().queryTokens.map(({ raw }) => raw),
      'sentence',
    );
    const bare = (text: string) => text.replace(/\s/g, '');
    expect(found.map(bare)).toEqual(['[CLS]', ...sentences.map(bare), '[SEP]']);
    // WordPiece does not say where spaces were: words get one, punctuation none.
    expect(found[1]).toBe('the lighthouse keeper had a rule: every ship that passed was written down.');
  });

  const sentences = (text: string) => labels(text.match(/ ?(?:\p{L}+|\p{N}+|[^\p{L}\p{N} ])/gu)!, 'sentence');
  test.each([
    ['all three ends', 'Who? I! Yes… No.', ['Who?', 'I!', 'Yes…', 'No.']],
    [
      'a quotation belongs to the sentence it ends',
      'He said “No.” She left.',
      ['He said “No.”', 'She left.'],
    ],
    ['straight quotes, brackets', '(It was. "So what?") He left.', ['(It was.', '"So what?")', 'He left.']],
    ['several marks', 'What?! Well... no.', ['What?!', 'Well...', 'no.']],
    ['numbers hold points', 'It was 3.14 euros. I paid.', ['It was 3.14 euros.', 'I paid.']],
    ['a text that does not end', 'One. Two', ['One.', 'Two']],
  ])('%s', (_, text, expected) => expect(sentences(text)).toEqual(expected));

  test('Chinese and Japanese marks', () => {
    expect(labels(['中', '文', '。', '日', '本', '！', '語'], 'sentence')).toEqual([
      '中文。',
      '日本！',
      '語',
    ]);
  });

  test('WordPiece: quotes and points without spaces', () => {
    expect(
      labels(
        ['he', 'paid', '3', '.', '14', '.', 'she', 'said', '"', 'no', '.', '"', 'so', '.', '.', '.'],
        'sentence',
      ),
    ).toEqual(['he paid 3.14.', 'she said" no."', 'so...']);
  });

  test('a sentence ends where its segment does', () => {
    const segments = [
      { name: 'A', start: 0, end: 2 },
      { name: 'B', start: 2, end: 4 },
    ];
    expect(labels(['One', ' two', ' three', ' four', ' five'], 'sentence', segments)).toEqual([
      'One two',
      'three four',
      'five',
    ]);
  });
});

describe('segments', () => {
  const segments = [
    { name: 'question', start: 1, end: 3 },
    { name: 'answer', start: 4, end: 7 },
  ];
  test('go by their names, special tokens in them too; what lies outside stays alone', () => {
    const raw = ['<s>', 'Who', ' knows', '?', 'Zoe', ' does', '</s>'];
    const tokens = toTokens(raw);
    expect(groupTokens(tokens, segments, 'segment')).toEqual([
      { start: 0, end: 1 },
      { start: 1, end: 3 },
      { start: 3, end: 4 },
      { start: 4, end: 7 },
    ]);
    expect(labels(raw, 'segment', segments)).toEqual(['<s>', 'question', '?', 'answer']);
  });

  test('a picture of markers is one row, and text, not a marker', () => {
    const raw = ['<|im_start|>', ...Array<string>(64).fill('<|image_pad|>'), 'What'];
    const picture = [{ name: 'picture', start: 1, end: 65 }];
    const tokens = toTokens(raw);
    const merged = runsAsTokens(tokens, groupTokens(tokens, picture, 'segment'), picture, 'segment');
    expect(merged.map(({ label, special }) => [label, special])).toEqual([
      ['<|im_start|>', true],
      ['picture', false],
      ['What', false],
    ]);
  });

  test('a word ends where its segment does', () => {
    const parts = [
      { name: 'A', start: 0, end: 1 },
      { name: 'B', start: 1, end: 3 },
    ];
    expect(labels(['play', '##ing', '##s'], 'word', parts)).toEqual(['play', 'ings']);
  });

  test('that overlap are refused, where a token would be counted once of two', () => {
    const overlapping = [
      { name: 'A', start: 0, end: 3 },
      { name: 'B', start: 1, end: 4 },
    ];
    expect(() => groupTokens(toTokens(['a', 'b', 'c', 'd']), overlapping, 'segment')).toThrow(
      'the segment "B": found tokens of "A", expected segments that do not overlap',
    );
  });

  test('without any, tokens stay alone', () => {
    expect(labels(['a', ' b'], 'segment')).toEqual(['a', 'b']);
  });
});
