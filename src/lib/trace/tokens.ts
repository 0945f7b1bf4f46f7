import { bytesOf, isByteLevel, isNumberedBytes, numberedBytes } from './byte-alphabet.js';
import { describe, listed } from './describe.js';
import { TraceError } from './errors.js';
import { isSpecialToken } from './special-tokens.js';
import { tokenLabel } from './token-label.js';
import type { Token } from './types.js';
import { endsCut, isCut, showBytes } from './utf8.js';

/**
 * Tokens that the user declares to be markers.
 *
 * @throws TraceError `special-tokens`
 */
export function parseSpecialTokens(given: unknown, place: string): ReadonlySet<string> {
  if (given === undefined || given === null) return new Set();
  if (Array.isArray(given) && given.every((token) => typeof token === 'string')) return new Set(given);
  throw new TraceError({
    code: 'special-tokens',
    place,
    found: Array.isArray(given) ? listed(given) : describe(given),
    expected: 'an array of strings',
    fix: 'Pass the tokens as they stand in tokens: ["eng_Latn"]; in Python tokenizer.all_special_tokens.',
  });
}

/** How a vocabulary writes the spaces between words and the bytes of characters it does not know. */
type Convention = 'byte-level' | 'numbered-bytes' | 'sentencepiece' | 'wordpiece' | 'end-of-word' | 'plain';

const byteFallback = /^<0x([0-9A-F]{2})>$/;
const endOfWord = /<\/w>$/;

function conventionOf(words: readonly string[]): Convention {
  const spaced = words.some((word) => word.includes(' '));
  if (!spaced && words.some((word) => word.includes('▁') || byteFallback.test(word))) return 'sentencepiece';
  if (words.some((word) => word.length > 4 && endOfWord.test(word))) return 'end-of-word';
  if (isNumberedBytes(words)) return 'numbered-bytes';
  if (isByteLevel(words)) return 'byte-level';
  if (!spaced && words.slice(1).some((word) => /^##[^#]/.test(word))) return 'wordpiece';
  return 'plain';
}

/** What a token stands for: characters, or bytes that may be part of a character. */
type Spelled = string | readonly number[];

/** A function from a token's raw form to what it stands for. */
function reader(convention: Convention, words: readonly string[]): (raw: string) => Spelled {
  switch (convention) {
    case 'byte-level':
      return (raw) => bytesOf(raw) ?? raw;
    case 'numbered-bytes':
      return (raw) => numberedBytes(raw) ?? raw;
    case 'sentencepiece':
      return (raw) => {
        const byte = byteFallback.exec(raw)?.[1];
        return byte ? [parseInt(byte, 16)] : raw.replaceAll('▁', ' ');
      };
    case 'wordpiece':
      return (raw) => (raw.length > 2 ? raw.replace(/^##/, '') : raw);
    case 'end-of-word': {
      const bare = (raw: string) => raw.replace(endOfWord, '');
      return isByteLevel(words.map(bare)) ? (raw) => bytesOf(bare(raw)) ?? bare(raw) : bare;
    }
    case 'plain':
      return (raw) => raw;
  }
}

const wordEnd = /[\p{L}\p{M}\p{N}_]$/u;
const wordStart = /^(?:[\p{L}\p{M}\p{N}_]|['’]\p{L})/u;
/** Scripts written without spaces: a token there is a word of its own. */
export const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** What is known of a token without its neighbours. */
interface ReadToken {
  special: boolean;
  text: string;
  label: string;
  /** Whether a word may continue after it, and whether it may continue one. */
  isOpen: boolean;
  joins: boolean;
  /** Where it holds only part of a character. */
  bytes?: readonly number[];
}

function readToken(raw: string, special: boolean, read: (raw: string) => Spelled): ReadToken {
  if (special) return { special, text: raw, label: raw, isOpen: false, joins: false };
  const spelled = read(raw);
  const text = typeof spelled === 'string' ? spelled : showBytes(spelled);
  const bytes = typeof spelled !== 'string' && isCut(spelled) ? spelled : undefined;
  return { special, text, label: tokenLabel(text), isOpen: isOpen(text), joins: joins(text), bytes };
}

/** Whether a word may continue after a text, and whether a text may continue one. */
const isOpen = (text: string): boolean => wordEnd.test(text.slice(-2)) && !unspaced.test(text.slice(-2));
const joins = (text: string): boolean => wordStart.test(text) && !unspaced.test(text.slice(0, 2));

/**
 * Tokens as a tokenizer writes them, made readable: spaces, newlines and characters spelled as bytes as themselves.
 * The convention is found over the whole sequence: byte-level BPE (`Ġthe`, `Ã©`), SentencePiece (`▁the`, `<0x0A>`),
 * WordPiece (`##ing`), end-of-word BPE (`the</w>`, CLIP and GPT-1), or text as it stands. A token that holds only part
 * of a character shows its bytes, as `⟨E4 B8⟩`.
 *
 * @example
 * toTokens(['ĠcafÃ©', 's'])[0]; // { raw: 'ĠcafÃ©', text: ' café', label: ' café', continues: false, … }
 */
export function toTokens(raw: readonly string[], declared?: ReadonlySet<string>): Token[] {
  // A long text has few distinct tokens: each is read once.
  const distinct = [...new Set(raw)];
  const special = new Set(distinct.filter((token) => declared?.has(token) || isSpecialToken(token)));
  const words = raw.filter((token) => !special.has(token));
  const convention = conventionOf(words);
  const read = reader(convention, words);
  const spelled = distinct.filter((token) => !special.has(token));
  const letters = words.length > 1 && spelled.every((word) => [...word].length === 1);
  const spaced = letters || spelled.some((word) => /^\s|\s$/u.test(word));
  const readings = new Map(distinct.map((token) => [token, readToken(token, special.has(token), read)]));

  /** A text that starts within a character, completed by the tokens after it. */
  const whole = (position: number): string => {
    const bytes: number[] = [];
    for (let next = position; next < position + 4; next++) {
      const more = next < raw.length && readings.get(raw[next]!)!.bytes;
      if (!more) break;
      bytes.push(...more);
    }
    return showBytes(bytes);
  };
  /** The last bytes of the tokens just before that hold only parts of characters. */
  let cut: readonly number[] = [];
  let before: ReadToken | undefined;
  return raw.map((token, position) => {
    const reading = readings.get(token)!;
    const { special, text, label, bytes } = reading;
    const openBefore = cut.length > 0 ? isOpen(showBytes(cut)) : before?.isOpen;
    const goesOn = bytes !== undefined && (bytes[0]! & 0xc0) === 0x80 && endsCut(cut);
    cut = bytes ? [...cut.slice(-4), ...bytes] : [];
    let continues = goesOn;
    if (before && !before.special && !special && !goesOn) {
      if (convention === 'wordpiece') continues = text !== token;
      else if (convention === 'end-of-word') continues = !endOfWord.test(raw[position - 1]!);
      else
        continues =
          (convention !== 'plain' || spaced) &&
          openBefore === true &&
          (bytes ? joins(whole(position)) : reading.joins);
    }
    before = reading;
    const made = { position, raw: token, text, label, continues, special };
    return bytes ? { ...made, bytes } : made;
  });
}

/**
 * The text of several tokens, with characters that are cut between them put together.
 *
 * @example
 * joinedText(toTokens(['æĪĳ', 'ä½', 'ł'])) // '我你'
 */
export function joinedText(tokens: readonly Token[]): string {
  let text = '';
  let cut: number[] = [];
  const flush = (): void => {
    text += showBytes(cut);
    cut = [];
  };
  for (const token of tokens)
    if (token.bytes) cut.push(...token.bytes);
    else {
      flush();
      text += token.text;
    }
  flush();
  return text;
}
