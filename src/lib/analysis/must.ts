import { describe } from '../trace/describe.js';
import { TraceError } from '../trace/index.js';

/** The error for an argument of the wrong kind. */
function wrong(place: string, given: unknown, expected: string, fix: string): TraceError {
  return new TraceError({ code: 'argument', place, found: describe(given), expected, fix });
}

const has = (given: unknown, ...names: string[]): boolean =>
  typeof given === 'object' && given !== null && names.every((name) => name in given);

/** @throws TraceError `argument` if it is not a stream */
export function mustBeStream(given: unknown, place: string): void {
  if (!has(given, 'layers', 'heads', 'matrix', 'keyTokens', 'queryTokens'))
    throw wrong(place, given, 'a stream', 'Pass a stream of a trace: trace.stream().');
}

/** @throws TraceError `argument` if it is not a matrix */
export function mustBeMatrix(given: unknown, place: string): void {
  if (!has(given, 'rows', 'cols', 'block'))
    throw wrong(place, given, 'a matrix', 'Pass that of one head: trace.stream().matrix(layer, head).');
}

/** @throws TraceError `argument` if it is not a trace */
export function mustBeTrace(given: unknown, place: string): void {
  if (!has(given, 'streams', 'stream'))
    throw wrong(place, given, 'a trace', 'Pass what createTrace or a reader returned.');
}

/** @throws TraceError `argument` if they are not tokens */
export function mustBeTokens(given: unknown, place: string): void {
  if (!Array.isArray(given) || !given.every((token) => has(token, 'raw')))
    throw wrong(place, given, 'tokens', 'Pass those of a stream: trace.stream().keyTokens.');
}

/** @throws TraceError `argument` if they are not numbers */
export function mustBeNumbers(given: unknown, place: string): void {
  if (!Array.isArray(given) && !(ArrayBuffer.isView(given) && !(given instanceof DataView)))
    throw wrong(place, given, 'an array of numbers', 'Pass an array or a typed array.');
}

/** @throws TraceError `argument` if it is not an array */
export function mustBeList(given: unknown, place: string, expected: string): void {
  if (!Array.isArray(given)) throw wrong(place, given, expected, 'Pass an array, of one where there is one.');
}

/** @throws TraceError `argument` if it is not an object */
export function mustBeOptions(given: unknown, place: string, expected: string): void {
  if (typeof given !== 'object' || given === null)
    throw wrong(place, given, expected, 'Pass an object with these.');
}

/** @throws TraceError `argument` if they are not from `queryKey` */
export function mustBeQueryKey(given: unknown, place: string): void {
  if (!has(given, 'queries', 'keys', 'dim', 'scale', 'positions'))
    throw wrong(
      place,
      given,
      'the queries and keys of a head',
      'Pass what queryKey(stream, layer, head) returns.',
    );
}
