import { joinedText, type Token } from '../../trace/index.js';
import { unspaced } from '../../trace/tokens.js';
import { groupTokens, type TokenRun } from '../lens/index.js';
import type { Group } from './group.js';
import { mustBeList, mustBeOptions, mustBeTokens } from '../must.js';

/** Words, phrases and expressions by the name of their group. */
export type WordLists = Readonly<Record<string, readonly (string | RegExp)[]>>;

const around = /^[\p{P}\p{S}\p{Z}\s]+|[\p{P}\p{S}\p{Z}\s]+$/gu;

/**
 * A group for each list: the tokens of its words, wherever they are in the text. A group without a match has no positions; views and
 * analyses refuse it, so leave it out.
 *
 * A string matches whole words, however they are tokenized, ignoring case, kinds of spaces and the encoding of accents; `New York` and
 * `don't` are several words that follow each other. An expression must match one whole word as it is written: `/terribl./` matches
 * `terribly`, not `terribleness`, and not `Terribly` without the flag `i`. In scripts without spaces, `Intl.Segmenter` decides where words
 * end. A word that is only part of a token, as `cat` in a token `catfish`, is not found.
 *
 * @example
 * groupsFromWords(trace.stream().keyTokens, { emotional: ['great', /terribl./], plain: ['chair'] });
 */
export function groupsFromWords(tokens: readonly Token[], lists: WordLists): Group[] {
  mustBeTokens(tokens, 'tokens');
  mustBeOptions(lists, 'lists', 'lists of words by name');
  const words = wordsOf(tokens);
  return Object.entries(lists).map(([name, entries]) => {
    mustBeList(entries, `lists.${name}`, 'an array of words and expressions');
    const found = new Set<number>();
    for (const run of [...matchesOfTexts(words, entries), ...matchesOfExpressions(words, entries)])
      for (let token = run.start; token < run.end; token++) found.add(tokens[token]!.position);
    return { name, positions: [...found].sort((a, b) => a - b) };
  });
}

/** A word, or punctuation between words. */
interface Word extends TokenRun {
  /** Its text; without punctuation and spaces around it, if it has letters. */
  text: string;
  folded: string;
}

function wordsOf(tokens: readonly Token[]): Word[] {
  // A long text has few distinct words: each is read once.
  const known = new Map<string, Pick<Word, 'text' | 'folded'>>();
  return groupTokens(tokens, [], 'word')
    .filter(({ start }) => !tokens[start]!.special)
    .map((run) => {
      const { start, end } = run;
      const whole = end - start === 1 ? tokens[start]!.text : joinedText(tokens.slice(start, end));
      let word = known.get(whole);
      if (!word) {
        const text = whole.replace(around, '') || whole.trim();
        known.set(whole, (word = { text, folded: fold(text) }));
      }
      return { ...run, ...word };
    });
}

const fold = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/\s+/gu, '');

function* matchesOfTexts(words: readonly Word[], entries: readonly (string | RegExp)[]): Iterable<TokenRun> {
  const wanted = new Set(entries.filter((entry) => typeof entry === 'string').map(fold));
  wanted.delete('');
  const longest = Math.max(0, ...[...wanted].map(({ length }) => length));
  for (let first = 0; first < words.length; first++) {
    let text = '';
    for (let last = first; last < words.length && text.length < longest; last++) {
      // A marker between two words separates them.
      if (last > first && words[last]!.start !== words[last - 1]!.end) break;
      text += words[last]!.folded;
      if (wanted.has(text) && endsWord(words, first, last))
        yield { start: words[first]!.start, end: words[last]!.end };
    }
  }
}

function* matchesOfExpressions(
  words: readonly Word[],
  entries: readonly (string | RegExp)[],
): Iterable<TokenRun> {
  const texts = [...new Set(words.map(({ text }) => text))];
  for (const entry of entries) {
    if (typeof entry === 'string') continue;
    const whole = new RegExp(`^(?:${entry.source})$`, entry.flags.replace(/[gy]/g, ''));
    const matching = new Set(texts.filter((text) => whole.test(text.normalize('NFC'))));
    yield* words.filter(({ text }) => matching.has(text));
  }
}

/** How many tokens around a match are split into words in scripts without spaces. */
const reach = 12;

/** Whether a match starts and ends at the edges of words, which can fail only in scripts without spaces. */
function endsWord(words: readonly Word[], first: number, last: number): boolean {
  if (!unspaced.test(words[first]!.text)) return true;
  const from = Math.max(0, first - reach);
  const textOf = (start: number, end: number): string =>
    words
      .slice(start, end)
      .map(({ text }) => text)
      .join('');
  const start = textOf(from, first).length;
  const end = start + textOf(first, last + 1).length;
  const segments = new Intl.Segmenter(undefined, { granularity: 'word' }).segment(
    textOf(from, last + 1 + reach),
  );
  return segments.containing(start)?.index === start && (segments.containing(end)?.index ?? end) === end;
}
