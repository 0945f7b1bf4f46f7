import { joinedText, TraceError, type Segment, type Token } from '../../trace/index.js';

/** What one row or column of a matrix stands for. */
export const granularities = ['token', 'word', 'sentence', 'segment'] as const;

export type Granularity = (typeof granularities)[number];

/** Consecutive tokens that are shown as one, `end` exclusive. */
export interface TokenRun {
  start: number;
  end: number;
}

/** What ends a sentence, and what may follow before the next begins: closing quotes, brackets, more points. */
const sentenceEnd = /[.!?…。！？]["'”’»)\]]*\s*$/u;
const closing = /^["'”’»)\].!?…。！？]+\s*$/u;
/** Scripts written without spaces. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/**
 * Splits a sequence into words, sentences or segments; words and sentences end at the edges of segments. Special tokens stay single, except
 * within segments shown as one; with those, tokens outside all segments stay single too.
 *
 * @throws TraceError `segment` where segments overlap and tokens are merged into them
 * @example
 * groupTokens(toTokens(['play', '##ing', 'chess']), [], 'word') // [{ start: 0, end: 2 }, { start: 2, end: 3 }]
 */
export function groupTokens(
  tokens: readonly Token[],
  segments: readonly Segment[],
  granularity: Granularity,
): TokenRun[] {
  const segmentOf = segmentsByToken(tokens.length, segments);
  const runs: TokenRun[] = [];
  tokens.forEach((token, position) => {
    const before = tokens[position - 1];
    const segment = segmentOf[position]!;
    const joins =
      before !== undefined &&
      segment === segmentOf[position - 1] &&
      (granularity === 'segment'
        ? segment >= 0
        : !token.special && !before.special && belongTogether(tokens, position, granularity));
    if (joins) runs.at(-1)!.end = position + 1;
    else runs.push({ start: position, end: position + 1 });
  });
  return runs;
}

/** The index of each token's segment; −1 if it is in none. */
function segmentsByToken(tokens: number, segments: readonly Segment[]): Int32Array {
  const segmentOf = new Int32Array(tokens).fill(-1);
  segments.forEach(({ name, start, end }, index) => {
    const other = segmentOf.subarray(start, end).find((held) => held >= 0);
    if (other !== undefined)
      throw new TraceError({
        code: 'segment',
        place: `the segment ${JSON.stringify(name)}`,
        found: `tokens of ${JSON.stringify(segments[other]!.name)}`,
        expected: 'segments that do not overlap',
        fix: 'Merged, a token would be counted in one of them alone: end a segment where the next one starts.',
      });
    segmentOf.fill(index, start, end);
  });
  return segmentOf;
}

/** Whether a token belongs to the word or sentence of the one before it. */
function belongTogether(tokens: readonly Token[], position: number, granularity: Granularity): boolean {
  const { continues } = tokens[position]!;
  if (granularity === 'token') return false;
  return continues || (granularity === 'sentence' && !startsSentence(tokens, position));
}

function startsSentence(tokens: readonly Token[], position: number): boolean {
  const { text } = tokens[position]!;
  if (closing.test(text)) return false;
  let end = position - 1;
  while (end > 0 && closing.test(tokens[end]!.text) && !sentenceEnd.test(tokens[end]!.text)) end--;
  if (!sentenceEnd.test(tokens[end]!.text)) return false;
  return !insideNumber((tokens[end - 1]?.text ?? '') + tokens[end]!.text, text);
}

/** Whether a full stop is within a number. */
function insideNumber(before: string, text: string): boolean {
  return /\p{N}\.$/u.test(before.slice(-4)) && /^\p{N}/u.test(text);
}

/**
 * The tokens that stand for runs: the text of each, in segments the segment's name.
 *
 * @example
 * runsAsTokens(toTokens(['play', '##ing']), [{ start: 0, end: 2 }], [], 'word')[0].label // 'playing'
 */
export function runsAsTokens(
  tokens: readonly Token[],
  runs: readonly TokenRun[],
  segments: readonly Segment[],
  granularity: Granularity,
): Token[] {
  // WordPiece drops the spaces between words; other vocabularies keep them in the text.
  const spaced = tokens.some(({ special, text }) => !special && /^\s/u.test(text));
  const names = new Map(granularity === 'segment' ? segments.map(({ start, name }) => [start, name]) : []);
  return runs.map(({ start, end }, position) => {
    const members = tokens.slice(start, end);
    const [first] = members as [Token, ...Token[]];
    const name = names.get(start);
    if (members.length === 1)
      return { ...first, position, label: name ?? first.label, special: first.special && name === undefined };
    const text = spaced ? joinedText(members) : withSpaces(members);
    return {
      position,
      raw: members.map(({ raw }) => raw).join(''),
      text,
      label: name ?? text.trim().replace(/\s+/gu, ' '),
      continues: false,
      special: false,
    };
  });
}

/** The text of tokens that do not hold their spaces, with spaces as in print. */
function withSpaces(tokens: readonly Token[]): string {
  let text = '';
  for (let start = 0, end = 1; start < tokens.length; start = end, end = start + 1) {
    while (tokens[start]!.bytes && tokens[end]?.bytes) end++;
    const piece = joinedText(tokens.slice(start, end));
    text += spaceBetween(text, tokens[start]!.continues, piece) + piece;
  }
  return text;
}

/** The space between a text and the piece after it, as in print, if tokens do not hold their spaces. */
export function spaceBetween(before: string, continues: boolean, text: string): string {
  const joined =
    continues ||
    before === '' ||
    insideNumber(before, text) ||
    /^\p{P}/u.test(text) ||
    /[('’“[-]$/u.test(before.slice(-1));
  return joined || unspaced.test(text.slice(0, 2)) || unspaced.test(before.slice(-2)) ? '' : ' ';
}

/** The index of the run that holds a token. */
export function runOf(runs: readonly TokenRun[], position: number): number {
  let low = 0;
  let high = runs.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (runs[middle]!.start <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}
