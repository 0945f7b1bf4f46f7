import { joinedText, TraceError, type Token } from '../../trace/index.js';
import { groupTokens, type TokenRun } from '../lens/index.js';
import { pacer } from '../../trace/pacer.js';
import { commonSequence } from './common-sequence.js';
import { alignSameText, foldText, type RunPair } from './same-text.js';

/** How tokens of two traces are aligned. */
const alignments = ['ids', 'words', 'common', 'positions'] as const;

export type AlignmentName = (typeof alignments)[number];

/** `'auto'`: the first of `'ids'`, `'words'`, `'common'` that fits. Or pairs of positions, ascending on both sides. */
export type Align = 'auto' | AlignmentName | readonly (readonly [a: number, b: number])[];

/** Tokens of a, of b, or of both that correspond to each other; in positions of each sequence, `end` exclusive. */
export interface AlignedRun {
  readonly a?: TokenRun;
  readonly b?: TokenRun;
}

/** The alignment of two sequences of tokens. */
export interface Alignment {
  /**
   * How they were aligned: as the same tokens, the same text in other pieces, by their longest common sequence, by position, or by given
   * pairs.
   */
  readonly how: AlignmentName | 'pairs';
  /** All tokens of both, in order; runs with one side only have no counterpart. */
  readonly runs: readonly AlignedRun[];
}

/**
 * Aligns two sequences of tokens. Long ones are compared in slices, so that the page stays responsive.
 *
 * @param place the name of the sequences in messages
 * @throws TraceError `different-tokens` where they do not fit as asked, `nothing-aligned` where no text is common to them, `lens` for pairs
 * that are none; the signal's reason
 */
export async function alignTokens(
  a: readonly Token[],
  b: readonly Token[],
  { align = 'auto', place, signal }: { align?: Align; place: string; signal?: AbortSignal },
): Promise<Alignment> {
  const result = (how: Alignment['how'], pairs: readonly RunPair[]): Alignment => ({
    how,
    runs: withUnaligned(pairs, a.length, b.length),
  });
  if (typeof align !== 'string') return result('pairs', givenPairs(align, a, b));
  if (align !== 'auto' && !alignments.includes(align)) throw unknownAlignment(align);
  const differs = (a.length < b.length ? b : a).findIndex((_, i) => a[i]?.raw !== b[i]?.raw);
  if (align === 'positions') {
    if (a.length !== b.length)
      throw misfit(
        place,
        `${a.length} tokens in a and ${b.length} in b`,
        "as many in both, for align: 'positions'",
      );
    return result('positions', oneByOne(a.map((_, i) => [i, i])));
  }
  if (differs < 0 && align !== 'words' && align !== 'common')
    return result('ids', oneByOne(a.map((_, i) => [i, i])));
  if (align === 'ids') throw otherTokens(a, b, differs, place);
  const sameText = align === 'common' ? undefined : await alignSameText(a, b, signal);
  if (sameText) return result('words', sameText);
  if (align === 'words')
    throw misfit(place, 'another text in b than in a', "the same text, for align: 'words'");
  const pairs = await longestCommon(a, b, signal);
  if (!pairs.some(({ a: { start, end } }) => a.slice(start, end).some(({ special }) => !special)))
    throw nothingCommon(a, b, place);
  return result('common', pairs);
}

/** By tokens, or by words if more of the text is then in common, as with another tokenizer. */
async function longestCommon(
  a: readonly Token[],
  b: readonly Token[],
  signal?: AbortSignal,
): Promise<RunPair[]> {
  const pause = pacer(signal);
  const single = (tokens: readonly Token[]): TokenRun[] =>
    tokens.map((_, start) => ({ start, end: start + 1 }));
  const byToken = await common(single(a), single(b), ({ start }, tokens) => tokens[start]!.raw);
  const wordsOfA = groupTokens(a, [], 'word');
  await pause();
  const byWord = await common(wordsOfA, groupTokens(b, [], 'word'), ({ start, end }, tokens) =>
    // All markers count alike: [CLS] of one tokenizer is <s> of another.
    tokens[start]!.special ? '' : foldText(joinedText(tokens.slice(start, end))),
  );
  const reached = (pairs: readonly RunPair[]): number =>
    pairs.reduce(
      (sum, { a: { start, end } }) =>
        sum +
        a.slice(start, end).reduce((length, { special, text }) => length + (special ? 0 : text.length), 0),
      0,
    );
  await pause();
  return reached(byWord) > reached(byToken) ? byWord : byToken;

  async function common(
    runsA: readonly TokenRun[],
    runsB: readonly TokenRun[],
    nameOf: (run: TokenRun, tokens: readonly Token[]) => string,
  ): Promise<RunPair[]> {
    await pause();
    const namesOfA = runsA.map((run) => nameOf(run, a));
    await pause();
    const namesOfB = runsB.map((run) => nameOf(run, b));
    await pause();
    const steps = commonSequence(namesOfA, namesOfB);
    let step = steps.next();
    while (!step.done) {
      await pause();
      step = steps.next();
    }
    return step.value.map(([i, j]) => ({ a: runsA[i]!, b: runsB[j]! }));
  }
}

function oneByOne(pairs: readonly (readonly [number, number])[]): RunPair[] {
  return pairs.map(([a, b]) => ({ a: { start: a, end: a + 1 }, b: { start: b, end: b + 1 } }));
}

function givenPairs(pairs: Exclude<Align, string>, a: readonly Token[], b: readonly Token[]): RunPair[] {
  const sound =
    Array.isArray(pairs) &&
    pairs.length > 0 &&
    pairs.every(
      (pair, i) =>
        Array.isArray(pair) &&
        pair.length === 2 &&
        pair.every(Number.isInteger) &&
        pair[0] > (pairs[i - 1]?.[0] ?? -1) &&
        pair[1] > (pairs[i - 1]?.[1] ?? -1) &&
        pair[0] < a.length &&
        pair[1] < b.length,
    );
  if (!sound) throw unknownAlignment('pairs that are not positions, ascending on both sides');
  return oneByOne(pairs);
}

/** The pairs, ascending, and between them what only one sequence has: first of a, then of b. */
function withUnaligned(pairs: readonly RunPair[], lengthA: number, lengthB: number): AlignedRun[] {
  const runs: AlignedRun[] = [];
  let [i, j] = [0, 0];
  const upTo = (endA: number, endB: number): void => {
    for (; i < endA; i++) runs.push({ a: { start: i, end: i + 1 } });
    for (; j < endB; j++) runs.push({ b: { start: j, end: j + 1 } });
  };
  for (const pair of pairs) {
    upTo(pair.a.start, pair.b.start);
    runs.push(pair);
    [i, j] = [pair.a.end, pair.b.end];
  }
  upTo(lengthA, lengthB);
  return runs;
}

function unknownAlignment(found: string): TraceError {
  return new TraceError({
    code: 'different-tokens',
    place: 'align',
    found,
    expected: "'auto', 'ids', 'words', 'common', 'positions', or pairs [a, b] of positions",
    fix: 'Leave it out to have tokens aligned as they fit best.',
  });
}

function otherTokens(a: readonly Token[], b: readonly Token[], at: number, place: string): TraceError {
  const shown = (token: Token | undefined): string => (token ? JSON.stringify(token.raw) : 'no token');
  return new TraceError({
    code: 'different-tokens',
    place: `${place}[${at}]`,
    found: `${shown(a[at])} in a and ${shown(b[at])} in b`,
    expected: "the same tokens in both, for align: 'ids'",
    fix: "Align them by 'words' where another tokenizer split the same text, or by what they have in 'common'.",
  });
}

function misfit(place: string, found: string, expected: string): TraceError {
  return new TraceError({
    code: 'different-tokens',
    place,
    found,
    expected,
    fix: "Align them by what they have in 'common', or pass the pairs of positions that belong together.",
  });
}

function nothingCommon(a: readonly Token[], b: readonly Token[], place: string): TraceError {
  const start = (tokens: readonly Token[]): string =>
    JSON.stringify(joinedText(tokens.slice(0, 8)).slice(0, 24));
  return new TraceError({
    code: 'nothing-aligned',
    place,
    found: `texts without a word in common, ${start(a)}… and ${start(b)}…`,
    expected: 'texts that share tokens or words',
    fix: 'Compare traces of the same text or of variants of it, or pass the pairs of positions that belong together as align.',
  });
}
