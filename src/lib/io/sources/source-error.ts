import { TraceError } from '../../trace/errors.js';

export function sourceError(place: string, found: string, expected: string, fix: string): TraceError {
  return new TraceError({ code: 'source', place, found, expected, fix });
}
