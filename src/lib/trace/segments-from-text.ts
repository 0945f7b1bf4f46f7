import { describe } from './describe.js';
import { errorsOf } from './errors.js';
import { joinedText, parseSpecialTokens, toTokens } from './tokens.js';
import type { Segment, Token } from './types.js';

const wrong = errorsOf('segment', 'Call segmentsFromText(tokens, { name: text }).');

/** Where a segment is: its text, its characters `[start, end)` of the whole text, or the markers that stand before and after it. */
export type SegmentPlace =
  string | readonly [start: number, end: number] | { after: string; before?: string };

/**
 * Segments of a sequence of tokens, from the text they stand for. A text is looked for after the one before it, so that the same
 * document may come twice; spaces and, where the vocabulary has none, capitals do not count. A token that is only partly in a segment
 * belongs to it.
 *
 * @param tokens as passed to `createTrace`, or those of a stream
 * @param places by name, in the order of the text: a text, `[start, end]` in characters of what the tokens say without special tokens, or
 * `{ after, before }`, tokens or texts around it
 * @throws TraceError `segment` where a text is not found
 * @example
 * const segments = segmentsFromText(tokens, { 'document 1': 'Paris is in France.', question: { after: '<|user|>', before: '<|end|>' } });
 */
export function segmentsFromText(
  tokens: readonly string[] | readonly Token[],
  places: Readonly<Record<string, SegmentPlace>>,
  options: { specialTokens?: readonly string[] } = {},
): Segment[] {
  if (!Array.isArray(tokens)) throw wrong('tokens', describe(tokens), 'an array of tokens');
  if (typeof places !== 'object' || places === null)
    throw wrong('places', describe(places), "an object, such as { 'document 1': 'Paris is in France.' }");
  const special = parseSpecialTokens(options.specialTokens, 'specialTokens');
  const read = tokens.every((token) => typeof token === 'string')
    ? toTokens(tokens, special)
    : (tokens as Token[]);
  const text = textOf(read);
  let from = 0;
  return Object.entries(places).map(([name, place]) => {
    const run = Array.isArray(place)
      ? ofCharacters(text, place as readonly [number, number], name)
      : typeof place === 'string'
        ? find(text, place, from, name)
        : between(text, (place ?? {}) as { after: string; before?: string }, from, name);
    from = run.end;
    return { name, start: text.first[run.start]!, end: text.last[run.end - 1]! + 1 };
  });
}

/** The letters of a text without its spaces, and the tokens that each is of: the first, and the last where it is cut over several. */
interface Text {
  letters: string;
  first: number[];
  last: number[];
  /** Of each character of the text without special tokens: how many letters come before it. */
  lettersBefore: number[];
}

function textOf(tokens: readonly Token[]): Text {
  let letters = '';
  const first: number[] = [];
  const last: number[] = [];
  const lettersBefore: number[] = [0];
  for (let start = 0, end = 1; start < tokens.length; start = end, end = start + 1) {
    if (tokens[start]!.bytes) while (tokens[end]?.bytes && tokens[end]!.continues) end++;
    const { special } = tokens[start]!;
    for (const character of joinedText(tokens.slice(start, end))) {
      const folded = /\s/u.test(character) ? '' : fold(character);
      letters += folded;
      for (let i = 0; i < folded.length; i++) {
        first.push(start);
        last.push(end - 1);
      }
      if (!special) for (let i = 0; i < character.length; i++) lettersBefore.push(letters.length);
    }
  }
  return { letters, first, last, lettersBefore };
}

const fold = (text: string): string => text.toLowerCase();

function find(text: Text, wanted: string, from: number, name: string): { start: number; end: number } {
  const letters = fold(wanted).replace(/\s/gu, '');
  const start = letters === '' ? -1 : text.letters.indexOf(letters, from);
  if (start >= 0) return { start, end: start + letters.length };
  throw notFound(name, describe(wanted), from > 0);
}

function between(
  text: Text,
  { after, before }: { after: string; before?: string },
  from: number,
  name: string,
): { start: number; end: number } {
  if (typeof after !== 'string') throw notFound(name, describe(after), false);
  const { end: start } = find(text, after, from, name);
  const end = before === undefined ? text.letters.length : find(text, before, start, name).start;
  if (end > start) return { start, end };
  throw notFound(name, 'nothing between its markers', false);
}

function ofCharacters(text: Text, [start, end]: readonly [number, number], name: string) {
  const most = text.lettersBefore.length - 1;
  const sound = Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start < end && end <= most;
  const run = sound && { start: text.lettersBefore[start]!, end: text.lettersBefore[end]! };
  if (run && run.start < run.end) return run;
  throw wrong(
    name,
    `characters ${describe(start)} to ${describe(end)}`,
    `whole numbers, 0 ≤ start < end ≤ ${most}`,
    'Count characters in the text of the tokens, special tokens left out.',
  );
}

function notFound(name: string, found: string, later: boolean) {
  return wrong(
    name,
    `${found}, which the tokens do not say${later ? ' after the segment before it' : ''}`,
    'a text of the tokens',
    'Give segments in the order of the text, and their texts as the model was given them.',
  );
}
