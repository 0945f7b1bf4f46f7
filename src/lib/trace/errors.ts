/** Every way an input can be wrong, one code each; docs/errors.md explains them. */
export const traceErrorCodes = [
  'argument',
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
  'group',
  'empty-group',
  'group-outside',
  'group-overlap',
  'no-queries',
  'head-weights',
  'different-models',
  'different-tokens',
  'nothing-aligned',
  'steps',
  'source',
  'vectors',
  'derivation',
  'config',
  'stream-name',
  'unknown-stream',
  'unknown-layer',
  'unknown-head',
  'unknown-option',
  'unknown-prop',
  'no-page',
  'file',
  'file-names',
] as const;

export type TraceErrorCode = (typeof traceErrorCodes)[number];

/** What an error of attentrace says. Very long parts are cut: `cause` and the input itself have the rest. */
export interface ErrorParts<Code extends string> {
  code: Code;
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
 * What all errors of attentrace have in common: `TraceError` for input, `InferenceError` for models, `RenderError` for drawing. The
 * message reads `attention[3][0] row 17: found a row of 4 weights, expected 5. Pad the rows…`.
 */
export abstract class AttentraceError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly place: string;
  readonly found: string;
  readonly expected: string;
  readonly fix: string;

  constructor({ code, cause, ...parts }: ErrorParts<Code>) {
    const [place, found, expected, fix] = [parts.place, parts.found, parts.expected, parts.fix].map(
      shortened,
    );
    super(`${place}: found ${found}, expected ${expected}. ${fix}`, { cause });
    this.code = code;
    this.place = place!;
    this.found = found!;
    this.expected = expected!;
    this.fix = fix!;
  }
}

/** Longest part of a message, in UTF-16 units: names and shapes in it may come from a file, and be of any length. */
const longest = 240;

/** A part without lone halves of a character, and never nothing at all. */
function shortened(given: string): string {
  // Where no types are checked, names that are passed may be anything.
  const part = String(given);
  if (part.trim() === '') return 'nothing';
  return part.length <= longest ? part : `${part.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** The parts of a `TraceError`. */
export type TraceErrorParts = ErrorParts<TraceErrorCode>;

/**
 * Thrown for input that attentrace cannot draw truthfully.
 *
 * @example
 * try { createTrace(input) } catch (error) { if (isTraceError(error)) show(error.place, error.fix) }
 */
export class TraceError extends AttentraceError<TraceErrorCode> {
  override readonly name = 'TraceError';
}

/**
 * Whether something thrown is a `TraceError`, on request of one code: also one of another copy of attentrace on the page, which is no
 * `instanceof` this one.
 *
 * @example
 * try { await loadTrace(url) } catch (error) { if (!isTraceError(error, 'file')) throw error; }
 */
export function isTraceError(error: unknown, code?: TraceErrorCode): error is TraceError {
  const { name, code: itsCode } = error instanceof Error ? (error as Partial<TraceError>) : {};
  return name === 'TraceError' && (code === undefined ? itsCode !== undefined : itsCode === code);
}

/** A function that makes errors of one code; `usual` is the fix of those that are given none. */
export function errorsOf(
  code: TraceErrorCode,
): (place: string, found: string, expected: string, fix: string, cause?: unknown) => TraceError;
export function errorsOf(
  code: TraceErrorCode,
  usual: string,
): (place: string, found: string, expected: string, fix?: string, cause?: unknown) => TraceError;
export function errorsOf(code: TraceErrorCode, usual = '') {
  return (place: string, found: string, expected: string, fix = usual, cause?: unknown) =>
    new TraceError({ code, place, found, expected, fix, cause });
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
