import type { Token } from '../../trace/index.js';

/** A token as it stands in running text. */
export interface ProseToken {
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

/** A text token by token; each is set when it is first asked for. */
export interface Prose {
  readonly length: number;
  at(position: number): ProseToken;
}

/**
 * Sets tokens as running text. Vocabularies that keep spaces in their tokens have them as they are; for those that drop them, as
 * WordPiece does, spaces stand between words as print would have them; letter by letter nothing does. Newlines break the line after their mark, and runs
 * of spaces at the start of a token, which matter in code, are marked.
 */
export function toProse(tokens: readonly Token[]): Prose {
  const known: ProseToken[] = [];
  const keepsSpaces =
    areLetters(tokens) || tokens.some(({ special, text }) => !special && /^\s|\s$/u.test(text));
  return {
    length: tokens.length,
    at(position) {
      const token = tokens[position]!;
      const previous = tokens[position - 1];
      const apart = keepsSpaces
        ? token.special || previous?.special === true
        : needsSpace(tokens[position - 2], previous, token);
      return (known[position] ??= split(token, apart ? ' ' : '', previous === undefined));
    },
  };
}

/** Whether each token but markers is one letter, of more than one. */
function areLetters(tokens: readonly Token[]): boolean {
  let letters = 0;
  for (const { special, text } of tokens) {
    if (special) continue;
    if ([...text].length !== 1) return false;
    letters++;
  }
  return letters > 1;
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

function split({ label, text }: Token, space: string, first: boolean): ProseToken {
  const [leading] = /^ */.exec(label)!;
  const parts: { text: string; mark: boolean }[] = [];
  if (leading.length > 1) parts.push({ text: shown(leading.replaceAll(' ', '␣'), text), mark: true });
  for (const piece of label.slice(leading.length).split(/([⏎␍⇥␣␋␌]+)/u)) {
    const mark = /^[⏎␍⇥␣␋␌]/u.test(piece);
    if (piece) parts.push({ text: mark ? shown(piece, text) : piece, mark });
  }
  return { before: first ? '' : leading.length === 1 ? ' ' : space, parts };
}

/** Marks as they stand in running text: spaces faint dots that a line may break after, newlines that break it. */
const shown = (marks: string, text: string): string =>
  marks
    .replace(/␣+/g, (run) => `${'·'.repeat(run.length)}\u200b`)
    .replaceAll('⏎', text.includes('\n') ? '⏎\n' : '⏎');
