import type { Token } from '../../trace/index.js';
import { showBytes } from '../../trace/utf8.js';

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * The characters that tokens which hold only parts of characters spell together, each with the token its first byte is in: `''` where a
 * token only goes on with one. Bytes that make no character are shown as bytes.
 *
 * @example
 * charactersOf(toTokens(['ä½', 'ł'])) // ['你', '']
 */
export function charactersOf(run: readonly Token[]): string[] {
  const texts: string[] = run.map(() => '');
  const bytes = Uint8Array.from(run.flatMap((token) => [...token.bytes!]));
  const owners = run.flatMap((token, i) => token.bytes!.map(() => i));
  for (let at = 0, length = 1; at < bytes.length; at += length) {
    length = lengthFrom(bytes[at]!);
    let character: string;
    try {
      character = decoder.decode(bytes.subarray(at, at + length));
    } catch {
      length = 1;
      character = showBytes([bytes[at]!]);
    }
    texts[owners[at]!] += character;
  }
  return texts;
}

/** How many bytes a character takes in UTF-8, by its first. */
function lengthFrom(first: number): number {
  if (first < 0xc0) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}
