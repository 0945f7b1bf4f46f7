import { TraceError, type ScoringInput, type Segment } from '../trace/index.js';
import { describe } from '../trace/describe.js';

/** Reads the metadata of a trace by key; undefined for what is missing. */
export interface TraceMetadata {
  text(key: string): string | undefined;
  strings(key: string): string[] | undefined;
  number(key: string): number | undefined;
  numbers(key: string): number[] | undefined;
  /** Numbers of heads, of all layers or of each. */
  heads(key: string): number[] | number[][] | undefined;
  /** 1 or true for each token present, 0 or false for the others. */
  mask(key: string): (number | boolean)[] | undefined;
  segments(key: string): Segment[] | undefined;
  flag(key: string): boolean | undefined;
  /** A name, or an object; in its range `null` means no limit, as JSON has no infinity. */
  quantity(key: string): unknown;
  /** How queries and keys become weights; `null` means no limit. */
  scoring(key: string): ScoringInput | undefined;
}

const isString = (value: unknown) => typeof value === 'string';
const isNumber = (value: unknown) => typeof value === 'number';
const listOf = (isItem: (item: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(isItem);

/**
 * @param metadata values; a string stands for the JSON in it, as files hold no more than strings, but where text is meant
 * @param name what to call the file in messages
 * @throws TraceError `file`, from the functions it returns, for what is not as it should be
 */
export function traceMetadata(metadata: ReadonlyMap<string, unknown>, name: string): TraceMetadata {
  function read(key: string, isSound: (value: unknown) => boolean, expected: string): unknown {
    const given = metadata.get(key);
    if (given === undefined || given === null) return undefined;
    if (isSound(given)) return given;
    const { value, cause } = parsed(given);
    if (isSound(value)) return value;
    throw new TraceError({
      code: 'file',
      place: `${name}, __metadata__.${key}`,
      found: typeof given === 'string' ? given : describe(given),
      expected,
      fix: 'Write it with json.dumps.',
      cause,
    });
  }
  return {
    text: (key) => read(key, isString, 'text') as string | undefined,
    strings: (key) => read(key, listOf(isString), 'a JSON array of strings') as string[] | undefined,
    number: (key) => read(key, isNumber, 'a number') as number | undefined,
    numbers: (key) => read(key, listOf(isNumber), 'a JSON array of numbers') as number[] | undefined,
    heads: (key) =>
      read(key, (v) => listOf(isNumber)(v) || listOf(listOf(isNumber))(v), 'a JSON array of numbers') as
        number[] | number[][] | undefined,
    mask: (key) =>
      read(
        key,
        listOf((n) => isNumber(n) || typeof n === 'boolean'),
        'a JSON array of 0 and 1',
      ) as number[] | undefined,
    segments: (key) =>
      read(key, listOf(isSegment), 'a JSON array of { "name", "start", "end" }') as Segment[] | undefined,
    flag: (key) => read(key, (value) => typeof value === 'boolean', 'true or false') as boolean | undefined,
    scoring: (key) => toScoring(read(key, isObject, 'a JSON object')),
    quantity: (key) => toQuantity(read(key, isQuantity, 'the name of a quantity, or a JSON object')),
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

function isSegment(value: unknown): boolean {
  const { name, start, end } = (value ?? {}) as Partial<Segment>;
  return typeof name === 'string' && typeof start === 'number' && typeof end === 'number';
}

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** null means no limit, the same as leaving it out. */
function toScoring(given: unknown): ScoringInput | undefined {
  return given === undefined
    ? undefined
    : (Object.fromEntries(
        Object.entries(given as object).filter(([, value]) => value !== null),
      ) as ScoringInput);
}

/** A string that begins an object is JSON, not a name. */
function isQuantity(value: unknown): boolean {
  if (typeof value === 'string') return /^\w/.test(value);
  return isObject(value);
}

function toQuantity(given: unknown): unknown {
  const { range } = (given ?? {}) as { range?: unknown };
  if (!Array.isArray(range)) return given;
  const limits = range.map((limit: unknown, i) => limit ?? (i === 0 ? -Infinity : Infinity));
  return { ...(given as object), range: limits };
}
