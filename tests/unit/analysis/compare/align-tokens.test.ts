import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  alignTokens,
  type Align,
  type Alignment,
} from '../../../../src/lib/analysis/compare/align-tokens.js';
import { commonSequence } from '../../../../src/lib/analysis/compare/common-sequence.js';
import { joinedText, toTokens } from '../../../../src/lib/trace/index.js';

const align = (a: string[], b: string[], how?: Align): Promise<Alignment> =>
  alignTokens(toTokens(a), toTokens(b), { align: how, place: 'tokens' });

/** `a b` for what is aligned, `a -` and `- b` for what is not. */
const shown = (a: string[], b: string[], { runs }: Alignment): string[] =>
  runs.map(
    (run) =>
      `${run.a ? a.slice(run.a.start, run.a.end).join('+') : '-'} ${run.b ? b.slice(run.b.start, run.b.end).join('+') : '-'}`,
  );

test('the same tokens', async () => {
  const found = await align(['a', 'b'], ['a', 'b']);
  expect(found).toEqual({
    how: 'ids',
    runs: [0, 1].map((n) => ({ a: { start: n, end: n + 1 }, b: { start: n, end: n + 1 } })),
  });
});

test('insertions and deletions', async () => {
  const a = ['Ġthe', 'Ġmovie', 'Ġwas', 'Ġbad', 'Ġat', 'Ġall', '.'];
  const b = ['Ġthe', 'Ġold', 'Ġmovie', 'Ġwas', 'Ġnot', 'Ġbad', '.'];
  const found = await align(a, b);
  expect(found.how).toBe('common');
  expect(shown(a, b, found)).toEqual([
    'Ġthe Ġthe',
    '- Ġold',
    'Ġmovie Ġmovie',
    'Ġwas Ġwas',
    '- Ġnot',
    'Ġbad Ġbad',
    'Ġat -',
    'Ġall -',
    '. .',
  ]);
});

test('another tokenizer on the same text: the smallest runs that begin and end alike', async () => {
  const a = ['[CLS]', 'un', '##break', '##able', 'cafe', '!', '[SEP]'];
  const b = ['<s>', '▁un', 'breakable', '▁Caf', 'é', '!', '</s>'];
  const found = await align(a, b);
  expect(found.how).toBe('words');
  expect(shown(a, b, found)).toEqual([
    '[CLS] <s>',
    'un ▁un',
    '##break+##able breakable',
    'cafe ▁Caf+é',
    '! !',
    '[SEP] </s>',
  ]);
});

test('a marker that the other tokenizer does not write is aligned with nothing', async () => {
  const [a, b] = [
    ['[CLS]', 'hi', '[SEP]'],
    ['h', 'i'],
  ];
  expect(shown(a, b, await align(a, b))).toEqual(['[CLS] -', 'hi h+i', '[SEP] -']);
});

test('another tokenizer on another text: by words', async () => {
  const a = ['[CLS]', 'play', '##ing', 'chess', 'was', 'fun', '[SEP]'];
  const b = ['<s>', '▁playing', '▁che', 'ss', '▁is', '▁fun', '</s>'];
  const found = await align(a, b);
  expect(found.how).toBe('common');
  expect(shown(a, b, found)).toEqual([
    '[CLS] <s>',
    'play+##ing ▁playing',
    'chess ▁che+ss',
    'was -',
    '- ▁is',
    'fun ▁fun',
    '[SEP] </s>',
  ]);
});

describe('real vocabularies on one text', () => {
  const real = JSON.parse(readFileSync(new URL('../../trace/real-tokens.json', import.meta.url), 'utf8')) as {
    vocabulary: string;
    text: string;
    tokens: string[];
  }[];
  const of = (vocabulary: string) => real.filter((one) => one.vocabulary === vocabulary);
  // The third text has characters that MiniLM does not know.
  test.each(
    ['qwen3', 'llama2', 'clip', 'minilm'].flatMap((vocabulary) =>
      [0, 4].map((text) => ['gpt2', vocabulary, text] as const),
    ),
  )('%s and %s, text %i', async (first, second, text) => {
    const [a, b] = [of(first)[text]!, of(second)[text]!];
    const sides = [toTokens(a.tokens), toTokens(b.tokens)] as const;
    const found = await alignTokens(...sides, { place: 'tokens' });
    const bare = (s: string) =>
      s
        .normalize('NFKD')
        .replace(/[\p{M}\s]/gu, '')
        .toLowerCase();
    for (const run of found.runs) {
      if (!run.a || !run.b) continue;
      const texts = (['a', 'b'] as const).map((side, i) =>
        bare(joinedText(sides[i]!.slice(run[side]!.start, run[side]!.end).filter((t) => !t.special))),
      );
      expect(texts[0]).toBe(texts[1]);
    }
    const alignedTokens = found.runs.reduce(
      (n, run) => n + (run.a && run.b ? run.a.end - run.a.start : 0),
      0,
    );
    expect(alignedTokens).toBe(a.tokens.length);
  });
});

test('by position, and by pairs of one’s own', async () => {
  const [a, b] = [
    ['He', 'nursed', 'him'],
    ['She', 'nursed', 'her'],
  ];
  expect(shown(a, b, await align(a, b, 'positions'))).toEqual(['He She', 'nursed nursed', 'him her']);
  expect(shown(a, b, await align(a, b, [[1, 1]]))).toEqual([
    'He -',
    '- She',
    'nursed nursed',
    'him -',
    '- her',
  ]);
});

test.each([
  ['different-tokens', ['a', 'b'], ['a', 'c'], 'ids'],
  ['different-tokens', ['▁a', 'b'], ['a', 'b', 'c'], 'words'],
  ['different-tokens', ['a', 'b'], ['a', 'b', 'c'], 'positions'],
  ['different-tokens', ['a'], ['b'], 'letters'],
  [
    'different-tokens',
    ['a', 'b'],
    ['a', 'b'],
    [
      [1, 1],
      [0, 0],
    ],
  ],
  ['different-tokens', ['a'], ['b'], [[0, 1]]],
  ['nothing-aligned', ['[CLS]', 'cats', '[SEP]'], ['[CLS]', 'dogs', '[SEP]'], 'auto'],
])('refuses with %s', async (code, a, b, how) => {
  await expect(align(a, b, how as Align)).rejects.toMatchObject({ name: 'TraceError', code });
});

/** The length of the longest common sequence, by the table. */
function lengthOf(a: number[], b: number[]): number {
  const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = 1; i <= a.length; i++)
    for (let j = 1; j <= b.length; j++)
      table[i]![j] =
        a[i - 1] === b[j - 1] ? table[i - 1]![j - 1]! + 1 : Math.max(table[i - 1]![j]!, table[i]![j - 1]!);
  return table[a.length]![b.length]!;
}

test('a common sequence is the longest, whatever the lists', () => {
  let state = 5;
  const random = (n: number): number => (state = (state * 48271) % 2147483647) % n;
  for (let n = 0; n < 2000; n++) {
    const list = () => Array.from({ length: random(14) }, () => random(1 + random(6)));
    const [a, b] = [list(), list()];
    const steps = commonSequence(a, b);
    let step = steps.next();
    while (!step.done) step = steps.next();
    const pairs = step.value;
    expect(pairs.length, `${a} and ${b}`).toBe(lengthOf(a, b));
    pairs.forEach(([i, j], k) => {
      expect(a[i]).toBe(b[j]);
      if (k > 0) expect(i > pairs[k - 1]![0] && j > pairs[k - 1]![1]).toBe(true);
    });
  }
});

test('16,384 tokens, each with its word of the other text: others have their turn in between, and it can be stopped', async () => {
  const words = (seed: number) => Array.from({ length: 16_384 }, (_, i) => `w${(i * i * seed + i) % 9973}`);
  const [a, b] = [toTokens(words(3)), toTokens(words(7))];
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 20);
  await expect(alignTokens(a, b, { place: 'tokens', signal: stop.signal })).rejects.toMatchObject({
    name: 'AbortError',
  });
});
