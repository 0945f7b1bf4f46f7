import type { Granularity } from '../../analysis/lens/index.js';
import { pictureAt, type Segment, type Token } from '../../trace/index.js';
import { tokenLabel } from '../../trace/token-label.js';
import { charactersOf } from './cut-characters.js';

/** A token as it stands in running text. */
interface ProseToken {
  /** The space before it, which is not part of its box. */
  before: string;
  /** Its text; marks stand for what could not be seen. */
  parts: readonly { text: string; mark: boolean }[];
}

const opening = /[([{“‘«¿¡]$/u;
const closing = /^[\p{Pe}\p{Pf}.,;:!?%’'…。，、！？]/u;
const apostrophe = /^['’]$/u;
/** Scripts that are written without spaces, and their punctuation. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\u3000-\u303f\uff00-\uffef]/u;

const letter = /\p{L}/u;
/** Scripts that are written from right to left. */
const leftward =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;
/** Stands where a token goes on with a character that began in the one before it. */
const goesOn: ProseToken = { before: '', parts: [{ text: '⁺', mark: true }] };
const nothing: ProseToken = { before: '', parts: [] };
const nameOf = ({ name, start }: Segment): ProseToken => ({
  before: start > 0 ? ' ' : '',
  parts: [{ text: `▦\u00a0${name} `, mark: true }],
});
/** So far the start of a paragraph is looked for. */
const mostAParagraph = 2000;

/** A text token by token; each is set when it is first asked for. */
export interface Prose {
  readonly length: number;
  at(position: number): ProseToken;
  /** Whether the paragraph of a token runs to the left: its first letter says so, as for the browser. */
  runsLeft(position: number): boolean;
}

/**
 * Sets tokens, or what they are merged into, as running text. Vocabularies that keep spaces in their tokens have them as they are; for
 * those that drop them, as WordPiece does, spaces stand between words as print would have them; letter by letter nothing does. Newlines
 * break the line after their mark, and runs of spaces at the start of a token, which matter in code, are marked. Segments begin a
 * line of their own with their name.
 */
export function toProse(
  tokens: readonly Token[],
  granularity: Granularity = 'token',
  pictures: readonly Segment[] = [],
): Prose {
  const known: ProseToken[] = [];
  const keepsSpaces =
    areLetters(tokens) || tokens.some(({ special, text }) => !special && /^\s|\s$/u.test(text));
  const ends = (position: number): boolean =>
    granularity === 'segment' || tokens[position]!.text.includes('\n');

  /** Characters that are cut over tokens stand whole where they begin. */
  function setCut(position: number): void {
    let [start, end] = [position, position + 1];
    while (tokens[start - 1]?.bytes) start--;
    while (tokens[end]?.bytes) end++;
    charactersOf(tokens.slice(start, end)).forEach((text, i) => {
      known[start + i] = text === '' ? goesOn : set(start + i, tokenLabel(text));
    });
  }

  function set(position: number, characters?: string): ProseToken {
    const token = tokens[position]!;
    const previous = tokens[position - 1];
    // What is merged has a label in one line, without the space before it.
    const own = granularity === 'token' || token.special ? token.label : tokenLabel(token.text);
    const shown = characters ?? own;
    const name = granularity === 'segment' && token.label !== own ? token.label : undefined;
    const { leading, parts } = split(shown, token.text);
    if (name !== undefined) parts.unshift({ text: `${name}\u2002`, mark: true });
    if (!previous) return { before: '', parts };
    if (granularity === 'segment') return { before: '\n', parts };
    const apart = keepsSpaces
      ? token.special || previous.special
      : needsSpace(tokens[position - 2], previous, token);
    return { before: leading || apart ? ' ' : '', parts };
  }

  return {
    length: tokens.length,
    at(position) {
      // A picture stands elsewhere; here is its name.
      const picture = pictureAt(pictures, position);
      if (picture) return picture.start === position ? nameOf(picture) : nothing;
      if (!known[position] && tokens[position]!.bytes) setCut(position);
      return (known[position] ??= set(position));
    },
    runsLeft(position) {
      const first = Math.max(0, position - mostAParagraph);
      let start = position;
      while (start > first && !ends(start - 1)) start--;
      for (let i = start; i < Math.min(tokens.length, position + mostAParagraph); i++) {
        const { special, text } = tokens[i]!;
        const found = special ? undefined : letter.exec(text)?.[0];
        if (found) return leftward.test(found);
        if (ends(i)) break;
      }
      return false;
    },
  };
}

/** Whether each token but markers is one letter, of more than one. */
function areLetters(tokens: readonly Token[]): boolean {
  const plain = tokens.filter(({ special }) => !special);
  return plain.length > 1 && plain.every(({ text }) => [...text].length === 1);
}

function needsSpace(beforePrevious: Token | undefined, previous: Token | undefined, token: Token): boolean {
  if (!previous || token.continues) return false;
  if (token.special || previous.special) return true;
  if (closing.test(token.text) || opening.test(previous.text)) return false;
  // The s of “keeper's”.
  if (apostrophe.test(previous.text) && /^\p{L}{1,2}$/u.test(token.text))
    return !/\p{L}$/u.test(beforePrevious?.text ?? '');
  return !(unspaced.test(previous.text.slice(-1)) && unspaced.test(token.text[0] ?? ''));
}

/** The parts of a label, and whether one space comes before them. */
function split(label: string, text: string): { leading: boolean; parts: { text: string; mark: boolean }[] } {
  const [leading] = /^ */.exec(label)!;
  const parts: { text: string; mark: boolean }[] = [];
  if (leading.length > 1) parts.push({ text: shown(leading.replaceAll(' ', '␣'), text), mark: true });
  for (const piece of label.slice(leading.length).split(/([⏎␍⇥␣␋␌]+)/u)) {
    const mark = /^[⏎␍⇥␣␋␌]/u.test(piece);
    if (piece) parts.push({ text: mark ? shown(piece, text) : piece, mark });
  }
  return { leading: leading.length === 1, parts };
}

/** Marks as they stand in running text: spaces faint dots that a line may break after, newlines that break it. */
const shown = (marks: string, text: string): string =>
  marks
    .replace(/␣+/g, (run) => `${'·'.repeat(run.length)}\u200b`)
    .replaceAll('⏎', text.includes('\n') ? '⏎\n' : '⏎');
