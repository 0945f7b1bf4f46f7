import { isRecord } from '../../trace/describe.js';
import { fileError } from '../file-error.js';
import { fileKind, wrongKind } from '../file-kind.js';

/** One tensor of the header; `start` and `end` are bytes from the end of the header. */
interface HeaderEntry {
  dtype: string;
  dims: number[];
  start: number;
  end: number;
}

/** A valid header, consistent with the length of its file. */
export interface Header {
  metadata: Map<string, string>;
  entries: Map<string, HeaderEntry>;
  /** Where the numbers begin, in bytes from the start of the file. */
  dataStart: number;
}

const bitsOf: Record<string, number> = {
  ...{ BOOL: 8, U8: 8, I8: 8, I16: 16, U16: 16, I32: 32, U32: 32, I64: 64, U64: 64 },
  ...{ F4: 4, F6_E2M3: 6, F6_E3M2: 6, F8_E4M3: 8, F8_E5M2: 8, F8_E8M0: 8, F16: 16, BF16: 16 },
  ...{ F32: 32, F64: 64, C64: 64 },
};

/** The format's limit: https://github.com/huggingface/safetensors#format */
const longestHeader = 100_000_000;

/**
 * Reads and checks the header of a safetensors file: eight bytes of length, then JSON; the tensors' bytes follow one another
 * without gap or overlap to the end of the file.
 *
 * @throws TraceError `file`
 */
export function checkHeader(bytes: Uint8Array, name: string): Header {
  const dataStart = headerEnd(bytes, name);
  const place = `${name}, header`;
  let text;
  let header: unknown;
  try {
    // A copy: browsers do not decode shared memory.
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.slice(8, dataStart));
    header = JSON.parse(text);
  } catch (cause) {
    throw fileError(place, (cause as Error).message, 'JSON in UTF-8', undefined, cause);
  }
  if (!isRecord(header)) throw fileError(place, `JSON that begins ${text.slice(0, 20)}`, 'an object');
  const twice = repeatedKey(text);
  if (twice !== undefined) throw fileError(place, `the name ${twice} twice`, 'each name once');

  const metadata = new Map<string, string>();
  const entries = new Map<string, HeaderEntry>();
  for (const [key, value] of Object.entries(header)) {
    if (key !== '__metadata__') {
      entries.set(key, checkEntry(value, `${name}, tensor ${key}`, bytes.length - dataStart));
      continue;
    }
    if (!isRecord(value)) throw fileError(`${name}, __metadata__`, describe(value), 'an object of strings');
    for (const [word, meaning] of Object.entries(value)) {
      if (typeof meaning !== 'string')
        throw fileError(
          `${name}, __metadata__.${word}`,
          describe(meaning),
          'a string',
          'Write it with json.dumps.',
        );
      metadata.set(word, meaning);
    }
  }
  checkCoverage(entries, bytes.length - dataStart, name);
  return { metadata, entries, dataStart };
}

function headerEnd(bytes: Uint8Array, name: string): number {
  if (bytes.length < 8) throw fileError(name, `${bytes.length} bytes`, 'a safetensors file');
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  const kind = fileKind(bytes);
  if (kind && kind !== 'safetensors') throw wrongKind(bytes, name, 'a safetensors file');
  if (length > longestHeader)
    throw fileError(name, `a header of ${length} bytes`, `at most ${longestHeader}`);
  if (8 + length <= bytes.length) return 8 + length;
  throw fileError(name, `${bytes.length} bytes`, `a header of ${length} bytes and the tensors after it`);
}

function checkEntry(value: unknown, place: string, dataLength: number): HeaderEntry {
  const { dtype, shape, data_offsets: offsets } = isRecord(value) ? value : {};
  if (typeof dtype !== 'string' || !isCounts(shape) || !isCounts(offsets) || offsets.length !== 2)
    throw fileError(place, describe(value), 'dtype, shape and data_offsets');
  const [start, end] = offsets as [number, number];
  if (start > end || end > dataLength)
    throw fileError(
      place,
      `bytes ${start} to ${end}`,
      `a range within the file's ${dataLength} bytes of numbers`,
    );
  const bits = Object.hasOwn(bitsOf, dtype) ? bitsOf[dtype]! : undefined;
  const needed = bits && (shape.reduce((product, n) => product * n, 1) * bits) / 8;
  if (needed !== undefined && needed !== end - start)
    throw fileError(place, `${end - start} bytes`, `${needed}, as ${dtype} of shape [${shape.join(', ')}]`);
  return { dtype, dims: shape, start, end };
}

function checkCoverage(entries: Map<string, HeaderEntry>, dataLength: number, name: string): void {
  let covered = 0;
  const inOrder = [...entries].sort(([, a], [, b]) => a.start - b.start || a.end - b.end);
  for (const [tensor, { start, end }] of inOrder) {
    if (start !== covered)
      throw fileError(
        `${name}, tensor ${tensor}`,
        `its first byte at ${start}`,
        `${covered}, where the one before ends`,
      );
    covered = end;
  }
  if (covered !== dataLength)
    throw fileError(name, `${dataLength} bytes of numbers`, `${covered}, as its header says`);
}

/** The first name that occurs twice in an object of well-formed JSON; `JSON.parse` silently keeps the last value. */
function repeatedKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (let i = 0; i < json.length; i++) {
    if (json[i] === '{') open.push(new Set());
    else if (json[i] === '}') open.pop();
    if (json[i] !== '"') continue;
    const start = i++;
    while (json[i] !== '"') i += json[i] === '\\' ? 2 : 1;
    const end = i + 1;
    while (/\s/.test(json[i + 1] ?? '')) i++;
    if (json[i + 1] !== ':') continue;
    const key = JSON.parse(json.slice(start, end)) as string;
    if (open.at(-1)?.has(key)) return key;
    open.at(-1)?.add(key);
  }
  return undefined;
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function describe(value: unknown): string {
  if (isRecord(value)) return `{ ${Object.keys(value).join(', ')} }`;
  return Array.isArray(value) ? 'an array' : value === null ? 'null' : `a ${typeof value}`;
}
