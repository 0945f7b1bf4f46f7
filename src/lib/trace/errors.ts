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
  'steps',
  'source',
  'vectors',
  'unknown-stream',
  'unknown-layer',
  'unknown-head',
  'unknown-option',
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
    super(`${place}: found ${found}, expected ${expected}. ${fix}`, { cause });
    this.code = code;
    this.place = place;
    this.found = found;
    this.expected = expected;
    this.fix = fix;
  }
}
