/** Every way an input can be wrong, one code each; docs/errors.md explains them. */
export const traceErrorCodes = [
  'missing-attention',
  'missing-tokens',
  'two-forms',
  'promise',
  'unreadable',
  'null-attention',
  'empty',
  'not-an-array',
  'ragged',
  'dtype',
  'dims',
  'data-length',
  'batch',
  'head-count',
  'token-count',
  'token-type',
  'special-tokens',
  'query-positions',
  'present',
  'not-a-number',
  'infinite',
  'negative-weight',
  'weight-over-1',
  'row-over-1',
  'out-of-range',
  'quantity',
  'not-causal',
  'layer-numbers',
  'head-numbers',
  'segment',
  'lens',
  'steps',
  'source',
  'vectors',
  'unknown-stream',
  'unknown-layer',
  'unknown-head',
  'file',
  'file-names',
] as const;

export type TraceErrorCode = (typeof traceErrorCodes)[number];

/** The parts of a `TraceError`. */
export interface TraceErrorParts {
  code: TraceErrorCode;
  /** Where: `attention[3][0] row 17`. */
  place: string;
  /** What was found there: `a row of 4 weights`. */
  found: string;
  /** What was expected: `5, as in row 0`. */
  expected: string;
  /** What to do about it, one sentence. */
  fix: string;
  cause?: unknown;
}

/**
 * Thrown for input that attentrace cannot draw truthfully. Its message reads
 * `attention[3][0] row 17: found a row of 4 weights, expected 5. Pad the rows…`.
 *
 * @example
 * try { createTrace(input) } catch (error) { if (error instanceof TraceError) show(error.place, error.fix) }
 */
export class TraceError extends Error {
  override readonly name = 'TraceError';
  readonly code: TraceErrorCode;
  readonly place: string;
  readonly found: string;
  readonly expected: string;
  readonly fix: string;

  constructor({ code, place, found, expected, fix, cause }: TraceErrorParts) {
    const parts = [place, found, expected, fix].map(shortened) as [string, string, string, string];
    super(`${parts[0]}: found ${parts[1]}, expected ${parts[2]}. ${parts[3]}`, { cause });
    this.code = code;
    [this.place, this.found, this.expected, this.fix] = parts;
  }
}

/** What a part of a message may be long; names, messages of others and lists of dims may be of any length. */
const longestPart = 240;

/** A part of a message at a length that can be read. */
function shortened(part: string): string {
  if (part === '') return 'nothing';
  return part.length <= longestPart ? part : `${part.slice(0, longestPart - 1)}…`;
}

/** An array that was there when the trace was made and has no elements any more. */
export function transferred(place: string): TraceError {
  return new TraceError({
    code: 'unreadable',
    place,
    found: 'an array without elements',
    expected: 'the numbers it held when the trace was made',
    fix: 'Its buffer was transferred, for example to a worker: pass a copy, array.slice(), to the one or the other.',
  });
}
