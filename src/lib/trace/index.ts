export { combineMatrices, type Combination } from './combine.js';
export { computedMatrix, wholeMatrix, type Computation } from './computed-matrix.js';
export { createTrace } from './create-trace.js';
export { deriveStream, type Derivation } from './derive-stream.js';
export { describe, either } from './describe.js';
export { DenseMatrix } from './dense-matrix.js';
export {
  AttentraceError,
  isTraceError,
  TraceError,
  type ErrorParts,
  type TraceErrorCode,
  type TraceErrorParts,
} from './errors.js';
export {
  holdsScores,
  holdsWeights,
  isSigned,
  quantities,
  weightQuantity,
  type Evidence,
  type Quantity,
  type QuantityName,
} from './quantity.js';
export { isFuture, rowOf } from './positions.js';
export { pictureAt, picturesIn, type PictureSegment } from './segments.js';
export { segmentsFromImages, type ImageInput } from './segments-from-images.js';
export { segmentsFromText, type SegmentPlace } from './segments-from-text.js';
export { traceOf } from './trace-of.js';
export { joinedText, toTokens } from './tokens.js';
export { blockWeights, decoder, decodeWeights } from './weights.js';
export type { CellRect } from './pyramid/pyramid.js';
export type * from './types.js';
