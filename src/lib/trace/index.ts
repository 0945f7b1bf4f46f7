export { combineMatrices, type Combination } from './combine.js';
export { createTrace } from './create-trace.js';
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
  holdsWeights,
  isSigned,
  quantities,
  weightQuantity,
  type Evidence,
  type Quantity,
  type QuantityName,
} from './quantity.js';
export { toTokens } from './tokens.js';
export { blockWeights, decoder, decodeWeights } from './weights.js';
export type * from './types.js';
