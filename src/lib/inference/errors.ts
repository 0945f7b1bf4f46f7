/** Every way inference can fail, one code each; docs/inference.md explains them. */
export type InferenceErrorCode =
  | 'not-onnx'
  | 'truncated'
  | 'length'
  | 'wire-type'
  | 'text'
  | 'depth'
  | 'no-graph'
  | 'two-graphs'
  | 'duplicate-value'
  | 'cycle'
  | 'too-large'
  | 'option'
  | 'no-attention'
  | 'missing-tokenizer'
  | 'missing-model'
  | 'missing-input'
  | 'token-count'
  | 'token-id'
  | 'offline'
  | 'http'
  | 'out-of-memory'
  | 'unsupported-operator'
  | 'session'
  | 'run'
  | 'cannot-ablate'
  | 'destroyed';

/** The parts of an `InferenceError`. */
export interface InferenceErrorParts {
  code: InferenceErrorCode;
  /** Where: `model byte 1204, in a node`. */
  place: string;
  found: string;
  expected: string;
  /** What to do about it, one sentence. */
  fix: string;
  cause?: unknown;
}

/**
 * Thrown for a model that cannot be read or run, in the form of `TraceError`: where, what was found, what was expected,
 * what to do.
 *
 * @example
 * try { tapAttention(bytes) } catch (error) { if (error instanceof InferenceError) show(error.place, error.fix) }
 */
export class InferenceError extends Error {
  override readonly name = 'InferenceError';
  readonly code: InferenceErrorCode;
  readonly place: string;
  readonly found: string;
  readonly expected: string;
  readonly fix: string;

  constructor({ code, cause, ...parts }: InferenceErrorParts) {
    const place = shorten(parts.place);
    const found = shorten(parts.found);
    const expected = shorten(parts.expected);
    const fix = shorten(parts.fix);
    super(`${place}: found ${found}, expected ${expected}. ${fix}`, { cause });
    this.code = code;
    this.place = place;
    this.found = found;
    this.expected = expected;
    this.fix = fix;
  }
}

const LONGEST = 500;

/** A text that a message can hold: names in a model may be of megabytes. */
export function shorten(text: string, longest = LONGEST): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
