import { fileError } from '../file-error.js';

/**
 * The strings of an array of text: UTF-32 for `U`, as numpy stores str, bytes of UTF-8 for `S`; each filled up with NUL.
 *
 * @param size bytes an element
 * @throws TraceError `file` for what is no text
 */
export function decodeText(bytes: Uint8Array, kind: string, size: number, place: string): string[] {
  const texts: string[] = [];
  // Copies: browsers do not decode shared memory, and elements need not be aligned.
  const units = kind === 'U' ? new Uint32Array(bytes.slice().buffer) : bytes.slice();
  const each = kind === 'U' ? size / 4 : size;
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  for (let start = 0; start < units.length; start += each) {
    let end = start + each;
    while (end > start && units[end - 1] === 0) end--;
    try {
      texts.push(
        units instanceof Uint32Array
          ? fromCodePoints(units, start, end)
          : utf8.decode(units.subarray(start, end)),
      );
    } catch (cause) {
      throw fileError(
        `${place}[${texts.length}]`,
        'no text',
        kind === 'U' ? 'characters of Unicode' : 'text in UTF-8',
        'Save it again with numpy.save, as numpy.array(tokens, dtype="U").',
        cause,
      );
    }
  }
  return texts;
}

function fromCodePoints(units: Uint32Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i++) text += String.fromCodePoint(units[i]!);
  return text;
}
