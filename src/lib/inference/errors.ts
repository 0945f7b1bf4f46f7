import { AttentraceError, type ErrorParts } from '../trace/index.js';

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
  | 'cannot-record'
  | 'destroyed';

/** The parts of an `InferenceError`; a place reads `model byte 1204, in a node`. */
export type InferenceErrorParts = ErrorParts<InferenceErrorCode>;

/**
 * Thrown for a model that cannot be read or run, in the form of `TraceError`: where, what was found, what was expected,
 * what to do.
 *
 * @example
 * try { tapAttention(bytes) } catch (error) { if (error instanceof InferenceError) show(error.place, error.fix) }
 */
export class InferenceError extends AttentraceError<InferenceErrorCode> {
  override readonly name = 'InferenceError';
}

/** For what is passed in the place of a model, or of what loads one. */
export function missingModel(place: string, given: unknown, expected: string, fix: string): InferenceError {
  const found = given === null ? 'null' : typeof given;
  return new InferenceError({ code: 'missing-model', place, found, expected, fix });
}

const LONGEST = 500;

/** A text that a message can hold: names in a model may be of megabytes. */
export function shorten(text: string, longest = LONGEST): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
