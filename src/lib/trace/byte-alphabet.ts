import { characterLength, endsCut } from './utf8.js';

/**
 * Byte-level vocabularies (GPT-2, RoBERTa, Llama 3, Qwen, CLIP) spell every byte as one printable character: printable
 * Latin-1 as itself, the other 68 bytes, in order, as U+0100 and up. So a space is Ġ, a newline Ċ, and é is Ã©.
 * Source: `bytes_to_unicode` of the GPT-2 encoder (Radford et al. 2019).
 */
const byteOf = new Map<string, number>();
for (let byte = 0, next = 0x100; byte < 256; byte++) {
  const printable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
  byteOf.set(String.fromCharCode(printable ? byte : next++), byte);
}

/** The bytes a token spells in the byte alphabet; `undefined` where a character is not of it. */
export function bytesOf(token: string): number[] | undefined {
  const bytes: number[] = [];
  for (const character of token) {
    const byte = byteOf.get(character);
    if (byte === undefined) return undefined;
    bytes.push(byte);
  }
  return bytes;
}

/** A space or newline where vocabularies have one: before a word, or after a mark. */
const spaced = /^Ġ|^Ċ+(?!\p{L})|[^\p{L}]Ċ+$/u;
/** Within a word it is a letter: Maltese has Il-Ġenna and Ċikku. */
const spelledAsLetters = /[^ĠĊ]Ġ(?![ĠĊ])\p{L}|Ċ(?![ĠĊ])\p{L}/u;

/** Bytes, each as the character of its number, as ByT5 has them. */
export function numberedBytes(token: string): number[] | undefined {
  const bytes = Array.from(token, (character) => character.codePointAt(0)!);
  return bytes.every((byte) => byte < 256) ? bytes : undefined;
}

/** Whether each token is one byte, and characters beyond ASCII are made of them. */
export function isNumberedBytes(tokens: readonly string[]): boolean {
  const bytes = tokens.map((token) => (token.length === 1 ? token.charCodeAt(0) : 256));
  if (bytes.some((byte) => byte > 255)) return false;
  let characters = 0;
  for (let i = 0; i < bytes.length;) {
    const length = characterLength(bytes, i);
    // Only the last may be cut short.
    if (length === 0) return characters > 0 && endsCut(bytes.slice(0, i + 4)) && i + 4 > bytes.length;
    if (length > 1) characters++;
    i += length;
  }
  return characters > 0;
}

/** What each token says by itself. A long text has few distinct tokens: each is looked at once. */
function clueOf() {
  const clues = new Map<string, { spelled: number[] | undefined; clue: 'letters' | 'space' | undefined }>();
  return (token: string) => {
    const known = clues.get(token);
    if (known) return known;
    const clue = spelledAsLetters.test(token) ? 'letters' : spaced.test(token) ? 'space' : undefined;
    const found = { spelled: bytesOf(token), clue } as const;
    clues.set(token, found);
    return found;
  };
}

/**
 * Whether tokens are spelled in the byte alphabet, rather than words that merely hold its letters: `café` and `Łódź` are
 * words, `cafÃ©` is bytes. Read as bytes, text is well-formed UTF-8 without control characters; words hardly ever are.
 */
export function isByteLevel(tokens: readonly string[]): boolean {
  let evidence = 0;
  let doubts = 0;
  const bytes: number[] = [];
  for (const { spelled, clue } of tokens.map(clueOf())) {
    if (!spelled) doubts++;
    for (const byte of spelled ?? []) bytes.push(byte);
    if (clue === 'letters') doubts++;
    else if (clue === 'space') evidence++;
  }
  let stray = false;
  for (let i = 0; i < bytes.length;) {
    const length = characterLength(bytes, i);
    const byte = bytes[i]!;
    const control = (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) || byte === 0x7f;
    // Text cut within a character, at its end or before a marker, leaves a run of bytes: one doubt.
    if (control || (length === 0 && !stray)) doubts++;
    // Two letters of a word can look like two bytes (the ÓŁ of STÓŁ), but not with Â or Ã first, nor three.
    else if (length > 1) evidence += length > 2 || byte < 0xc4 ? 1 : 0.5;
    stray = length === 0;
    i += length || 1;
  }
  return evidence >= 1 && evidence > doubts;
}
