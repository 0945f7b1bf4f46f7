/** mulberry32: the same numbers in every run, so that a failure can be looked at. */
export function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const hostile = [
  '{',
  '}',
  '[',
  '"',
  '\\',
  ',',
  '-1',
  '1e999',
  '9007199254740993',
  'null',
  '"__metadata__":',
  '\u0000',
  '0',
];

/**
 * One to four changes between bytes `start` and `end`, rarely elsewhere: a byte, a run cut or doubled, digits, a piece of
 * JSON, the length of the file. `mend` sets right, after each, what nothing else would be read without.
 */
export function mutateBytes(
  file: Uint8Array,
  random: (below: number) => number,
  [start, end]: [start: number, end: number] = [0, file.length],
  mend: (bytes: number[]) => void = () => {},
): Uint8Array<ArrayBuffer> {
  let bytes = [...file];
  for (let n = 1 + random(4); n > 0; n--) {
    const at = random(10) ? start + random(end - start) : random(bytes.length + 1);
    const size = 1 + random(12);
    switch (random(6)) {
      case 0:
        bytes[at] = random(256);
        break;
      case 1:
        bytes.splice(at, size);
        break;
      case 2:
        bytes.splice(at, 0, ...bytes.slice(at, at + size));
        break;
      case 3:
        bytes = bytes.map((byte, i) =>
          i >= at && i < at + 40 && byte > 47 && byte < 58 ? 48 + random(10) : byte,
        );
        break;
      case 4:
        bytes.splice(at, random(3), ...Buffer.from(hostile[random(hostile.length)]!));
        break;
      case 5:
        bytes = bytes.slice(0, at);
    }
    mend(bytes);
  }
  return Uint8Array.from(bytes);
}
