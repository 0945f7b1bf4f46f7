/**
 * Numbers that describe a head from its attention alone: they say where a head looks, not what that does. Attention often does not follow
 * gradients, and very different attention can give one prediction (Jain & Wallace 2019, arXiv:1902.10186); compare with a uniform baseline
 * before concluding (Wiegreffe & Pinter 2019, arXiv:1908.04626).
 */
export { averageProductCorrection } from './average-product.js';
export * from './compare/index.js';
export { confidence } from './confidence.js';
export { distance } from './distance.js';
export type { DerivedOptions } from './derivation.js';
export { effectiveKeys } from './effective-keys.js';
export { entropy, type EntropyOptions } from './entropy.js';
export * from './groups/index.js';
export { measureHeads, type MeasureHeadsOptions } from './measure-heads.js';
export {
  type AddRow,
  type HeadValue,
  type Measure,
  type MeasuredStream,
  type MeasureOptions,
  type NamedMeasure,
  type NamedValues,
  type Sums,
} from './measure.js';
export { measures, type MeasureName } from './measures.js';
export { previousTokenScore } from './previous-token.js';
export * from './contributions/index.js';
export * from './kv-budget/index.js';
export * from './over-layers/index.js';
export * from './query-key/index.js';
export { repeatInduction } from './repeat-induction.js';
export { retrievalScore } from './retrieval.js';
export { duplicateTokenScore, inductionScore } from './same-token.js';
export { firstTokenShare, sinkRate, sinkScores } from './sink.js';
export type { HeadPlace } from './wanted-heads.js';
