import { bytesOf, isByteLevel } from './byte-alphabet.js';
import { tokenLabel } from './token-label.js';
import type { Token } from './types.js';
import { showBytes } from './utf8.js';

/** Markers of the common tokenizers. Named, not guessed from brackets: `<div>` and `[NASA]` are text. */
const specialToken = new RegExp(
  [
    /<[|｜].*[|｜]>/,
    /<\/?(?:s|pad|unk|mask|bos|eos|cls|sep|eop|eod|sop|extra_id_\d+|unused_?\d+|special_?\d+)>/,
    /<(?:start|end)_of_(?:turn|image|text)>/,
    /\[\/?(?:CLS|SEP|PAD|MASK|UNK|BOS|EOS|INST|gMASK|sMASK|TOOL_CALLS|unused\d+)\]/,
    />>[A-Z]+<</,
  ]
    .map((pattern) => `^${pattern.source}$`)
    .join('|'),
  'is',
);

/** How a vocabulary writes the spaces between words and the bytes of characters it does not know. */
type Convention = 'byte-level' | 'sentencepiece' | 'wordpiece' | 'end-of-word' | 'plain';

const byteFallback = /^<0x([0-9A-F]{2})>$/;
const endOfWord = /<\/w>$/;

function conventionOf(words: readonly string[]): Convention {
  const spaced = words.some((word) => word.includes(' '));
  if (!spaced && words.some((word) => word.includes('▁') || byteFallback.test(word))) return 'sentencepiece';
  if (words.some((word) => word.length > 4 && endOfWord.test(word))) return 'end-of-word';
  if (isByteLevel(words)) return 'byte-level';
  if (!spaced && words.slice(1).some((word) => /^##[^#]/.test(word))) return 'wordpiece';
  return 'plain';
}

function spelledText(raw: string): string {
  const bytes = bytesOf(raw);
  return bytes ? showBytes(bytes) : raw;
}

/** A function from a token's raw form to the characters it stands for. */
function reader(convention: Convention, words: readonly string[]): (raw: string) => string {
  switch (convention) {
    case 'byte-level':
      return spelledText;
    case 'sentencepiece':
      return (raw) => {
        const byte = byteFallback.exec(raw)?.[1];
        return byte ? showBytes([parseInt(byte, 16)]) : raw.replaceAll('▁', ' ');
      };
    case 'wordpiece':
      return (raw) => (raw.length > 2 ? raw.replace(/^##/, '') : raw);
    case 'end-of-word': {
      const bare = (raw: string) => raw.replace(endOfWord, '');
      return isByteLevel(words.map(bare)) ? (raw) => spelledText(bare(raw)) : bare;
    }
    case 'plain':
      return (raw) => raw;
  }
}

const wordEnd = /(?:[\p{L}\p{M}\p{N}_]|[0-9A-F]⟩)$/u;
const wordStart = /^(?:[\p{L}\p{M}\p{N}_]|['’]\p{L}|⟨[0-9A-F]{2})/u;
/** Scripts written without spaces: a token there is a word of its own. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** What can be said of a token by itself. */
interface Reading {
  special: boolean;
  text: string;
  label: string;
  /** Whether a word may go on after it, and be gone on with by it. */
  open: boolean;
  joins: boolean;
}

function readToken(raw: string, special: boolean, read: (raw: string) => string): Reading {
  const text = special ? raw : read(raw);
  const label = special ? raw : tokenLabel(text);
  const open = wordEnd.test(text) && !unspaced.test(text.slice(-1));
  return { special, text, label, open, joins: wordStart.test(text) && !unspaced.test(text[0]!) };
}

/**
 * Tokens as a tokenizer writes them, made readable: spaces, newlines and characters spelled as bytes as themselves.
 * The convention is found over the whole sequence: byte-level BPE (`Ġthe`, `Ã©`), SentencePiece (`▁the`, `<0x0A>`),
 * WordPiece (`##ing`), end-of-word BPE (`the</w>`, CLIP and GPT-1), or text as it stands. A token that holds only part
 * of a character shows its bytes, as `⟨E4 B8⟩`.
 *
 * @example
 * toTokens(['ĠcafÃ©', 's'])[0]; // { raw: 'ĠcafÃ©', text: ' café', label: ' café', continues: false, … }
 */
export function toTokens(raw: readonly string[]): Token[] {
  // A long text has few distinct tokens: what can be said of one by itself is found once.
  const distinct = [...new Set(raw)];
  const special = new Set(distinct.filter((token) => specialToken.test(token)));
  const words = raw.filter((token) => !special.has(token));
  const convention = conventionOf(words);
  const read = reader(convention, words);
  const spelled = distinct.filter((token) => !special.has(token));
  const letters = words.length > 1 && spelled.every((word) => [...word].length === 1);
  const spaced = letters || spelled.some((word) => /^\s|\s$/u.test(word));
  const readings = new Map(distinct.map((token) => [token, readToken(token, special.has(token), read)]));

  let before: Reading | undefined;
  return raw.map((token, position) => {
    const reading = readings.get(token)!;
    const { special, text, label } = reading;
    let continues = false;
    if (before && !before.special && !special) {
      if (convention === 'wordpiece') continues = text !== token;
      else if (convention === 'end-of-word') continues = !endOfWord.test(raw[position - 1]!);
      else continues = (convention !== 'plain' || spaced) && before.open && reading.joins;
    }
    before = reading;
    return { position, raw: token, text, label, continues, special };
  });
}
