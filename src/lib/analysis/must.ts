import { describe } from '../trace/describe.js';
import { TraceError } from '../trace/index.js';

// Checks of arguments: each throws a TraceError `argument` if what was given is not what its name says.

function wrong(place: string, given: unknown, expected: string, fix: string): TraceError {
  return new TraceError({ code: 'argument', place, found: describe(given), expected, fix });
}

const has = (given: unknown, ...names: string[]): boolean =>
  typeof given === 'object' && given !== null && names.every((name) => name in given);

export function mustBeStream(given: unknown, place: string): void {
  if (!has(given, 'layers', 'heads', 'matrix', 'keyTokens', 'queryTokens'))
    throw wrong(place, given, 'a stream', 'Pass a stream of a trace: trace.stream().');
}

export function mustBeMatrix(given: unknown, place: string): void {
  if (!has(given, 'rows', 'cols', 'block'))
    throw wrong(place, given, 'a matrix', 'Pass that of one head: trace.stream().matrix(layer, head).');
}

export function mustBeTrace(given: unknown, place: string): void {
  if (!has(given, 'streams', 'stream'))
    throw wrong(place, given, 'a trace', 'Pass what createTrace or a reader returned.');
}

export function mustBeTokens(given: unknown, place: string): void {
  if (!Array.isArray(given) || !given.every((token) => has(token, 'raw')))
    throw wrong(place, given, 'tokens', 'Pass those of a stream: trace.stream().keyTokens.');
}

export function mustBeNumbers(given: unknown, place: string): void {
  if (!Array.isArray(given) && !(ArrayBuffer.isView(given) && !(given instanceof DataView)))
    throw wrong(place, given, 'an array of numbers', 'Pass an array or a typed array.');
}

export function mustBeList(given: unknown, place: string, expected: string): void {
  if (!Array.isArray(given)) throw wrong(place, given, expected, 'Pass an array, of one where there is one.');
}

export function mustBeOptions(given: unknown, place: string, expected: string): void {
  if (typeof given !== 'object' || given === null)
    throw wrong(place, given, expected, 'Pass an object with these.');
}

export function mustBeQueryKey(given: unknown, place: string): void {
  if (!has(given, 'queries', 'keys', 'dim', 'scale', 'positions'))
    throw wrong(
      place,
      given,
      'the queries and keys of a head',
      'Pass what queryKey(stream, layer, head) returns.',
    );
}
