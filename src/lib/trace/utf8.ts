/**
 * The length, 1 to 4, of the well-formed UTF-8 character that starts at `index`; 0 where none does (a byte from the
 * middle of a character, a character cut short, an overlong form, a surrogate). Unicode 16, table 3-7.
 */
export function characterLength(bytes: ArrayLike<number>, index: number): number {
  const lead = bytes[index] ?? 0xff;
  if (lead < 0x80) return 1;
  const length = announcedLength(lead);
  const lowest = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const highest = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  for (let n = 1; n < length; n++) {
    const byte = bytes[index + n] ?? 0;
    if (byte < (n === 1 ? lowest : 0x80) || byte > (n === 1 ? highest : 0xbf)) return 0;
  }
  return length;
}

/** The length of a character of several bytes by its first; 0 for a byte that starts none. */
function announcedLength(lead: number): number {
  return lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
}

/** Whether bytes hold only part of a character, at either end or within. */
export function isCut(bytes: ArrayLike<number>): boolean {
  for (let i = 0; i < bytes.length;) {
    const length = characterLength(bytes, i);
    if (length === 0) return true;
    i += length;
  }
  return false;
}

/** Whether bytes end within a character. */
export function endsCut(bytes: ArrayLike<number>): boolean {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return false;
    if (byte >= 0xc2) return announcedLength(byte) > back;
  }
  return false;
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Bytes as text; parts of characters as hex digits, for example `⟨E4 B8⟩`. */
export function showBytes(bytes: readonly number[]): string {
  let text = '';
  let broken: string[] = [];
  const flush = () => {
    if (broken.length > 0) text += `⟨${broken.join(' ')}⟩`;
    broken = [];
  };
  for (let i = 0; i < bytes.length;) {
    const length = characterLength(bytes, i);
    if (length === 0) {
      broken.push(bytes[i]!.toString(16).toUpperCase().padStart(2, '0'));
    } else {
      flush();
      text +=
        length === 1
          ? String.fromCharCode(bytes[i]!)
          : utf8.decode(Uint8Array.from(bytes.slice(i, i + length)));
    }
    i += length || 1;
  }
  flush();
  return text;
}
