import { describe, isRecord } from '../trace/describe.js';
import type { ScoringInput, Segment } from '../trace/index.js';
import { fileError } from './file-error.js';

type Is<T> = (value: unknown) => value is T;

const isString = (value: unknown) => typeof value === 'string';
const isNumber = (value: unknown) => typeof value === 'number';
const isFlag = (value: unknown) => typeof value === 'boolean';
const listOf =
  <T>(isItem: Is<T>): Is<T[]> =>
  (value): value is T[] =>
    Array.isArray(value) && value.every(isItem);
const anyOf =
  <A, B>(isA: Is<A>, isB: Is<B>): Is<A | B> =>
  (value): value is A | B =>
    isA(value) || isB(value);

/**
 * Reads the metadata of a trace by key; undefined for what is missing.
 *
 * @param metadata values; a string stands for the JSON in it, as files hold no more than strings, but where text is meant
 * @param name what to call the file in messages
 * @throws TraceError `file`, from the functions it returns, for what is not as it should be
 */
export function traceMetadata(metadata: ReadonlyMap<string, unknown>, name: string) {
  function read<T>(key: string, isSound: Is<T>, expected: string): T | undefined {
    const given = metadata.get(key);
    if (given === undefined || given === null) return undefined;
    if (isSound(given)) return given;
    const { value, cause } = parsed(given);
    if (isSound(value)) return value;
    const found = typeof given === 'string' ? given : describe(given);
    throw fileError(`${name}, __metadata__.${key}`, found, expected, 'Write it with json.dumps.', cause);
  }
  return {
    text: (key: string) => read(key, isString, 'text'),
    strings: (key: string) => read(key, listOf(isString), 'a JSON array of strings'),
    number: (key: string) => read(key, isNumber, 'a number'),
    numbers: (key: string) => read(key, listOf(isNumber), 'a JSON array of numbers'),
    /** Numbers of heads, of all layers or of each. */
    heads: (key: string) =>
      read(key, anyOf(listOf(isNumber), listOf(listOf(isNumber))), 'a JSON array of numbers'),
    /** 1 or true for each token present, 0 or false for the others. */
    mask: (key: string) => read(key, listOf(anyOf(isNumber, isFlag)), 'a JSON array of 0 and 1'),
    segments: (key: string) => read(key, listOf(isSegment), 'a JSON array of { "name", "start", "end" }'),
    flag: (key: string) => read(key, isFlag, 'true or false'),
    /** How queries and keys become weights; `null` means no limit. */
    scoring: (key: string) => toScoring(read(key, isRecord, 'a JSON object')),
    /** A name, or an object; in its range `null` means no limit, as JSON has no infinity. */
    quantity: (key: string) => toQuantity(read(key, isQuantity, 'the name of a quantity, or a JSON object')),
  };
}

/** The value of a JSON string; nothing for other values. */
function parsed(given: unknown): { value?: unknown; cause?: unknown } {
  if (typeof given !== 'string') return {};
  try {
    return { value: JSON.parse(given) as unknown };
  } catch (cause) {
    return { cause };
  }
}

function isSegment(value: unknown): value is Segment {
  const { name, start, end } = (value ?? {}) as Partial<Segment>;
  return typeof name === 'string' && typeof start === 'number' && typeof end === 'number';
}

/** null means no limit, the same as leaving it out. */
function toScoring(given: object | undefined): ScoringInput | undefined {
  return given && Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
}

/** A string that begins an object is JSON, not a name. */
function isQuantity(value: unknown): value is string | object {
  return typeof value === 'string' ? /^\w/.test(value) : isRecord(value);
}

function toQuantity(given: string | object | undefined): unknown {
  const { range } = (given ?? {}) as { range?: unknown };
  if (!Array.isArray(range)) return given;
  const limits = range.map((limit: unknown, i) => limit ?? (i === 0 ? -Infinity : Infinity));
  return { ...(given as object), range: limits };
}
