import { TraceError, type Segment } from '../trace/index.js';

/** Reads what a trace keeps as JSON among a file's metadata. Each gives `undefined` where there is nothing. */
export interface TraceMetadata {
  strings(key: string): string[] | undefined;
  numbers(key: string): number[] | undefined;
  segments(key: string): Segment[] | undefined;
  flag(key: string): boolean | undefined;
}

/**
 * @param name what to call the file in messages
 * @throws TraceError `file`, from the functions it returns, for text that is not the JSON it should be
 */
export function traceMetadata(metadata: ReadonlyMap<string, string>, name: string): TraceMetadata {
  function read<T>(key: string, isSound: (value: unknown) => boolean, expected: string): T | undefined {
    const text = metadata.get(key);
    if (text === undefined) return undefined;
    let value: unknown;
    let cause: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      cause = error;
    }
    if (isSound(value)) return value as T;
    throw new TraceError({
      code: 'file',
      place: `${name}, __metadata__.${key}`,
      found: text.length > 60 ? `${text.slice(0, 60)}…` : text,
      expected,
      fix: 'Write it with json.dumps.',
      cause,
    });
  }
  const listOf = (isItem: (item: unknown) => boolean) => (value: unknown) =>
    Array.isArray(value) && value.every(isItem);
  return {
    strings: (key) =>
      read(
        key,
        listOf((item) => typeof item === 'string'),
        'a JSON array of strings',
      ),
    numbers: (key) =>
      read(
        key,
        listOf((item) => typeof item === 'number'),
        'a JSON array of numbers',
      ),
    segments: (key) => read(key, listOf(isSegment), 'a JSON array of { "name", "start", "end" }'),
    flag: (key) => read(key, (value) => typeof value === 'boolean', 'true or false'),
  };
}

function isSegment(value: unknown): boolean {
  const { name, start, end } = (value ?? {}) as Partial<Segment>;
  return typeof name === 'string' && typeof start === 'number' && typeof end === 'number';
}
