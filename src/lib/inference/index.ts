export { InferenceError, type InferenceErrorCode, type InferenceErrorParts } from './errors.js';
export { tapAttention, type TappedModel } from './taps/tap-attention.js';
export type { RecordedPart, SublayerOutputs, Tap, TapOptions } from './taps/types.js';
export { createTracer } from './tracer/create-tracer.js';
export { hubUrl, modelSize, type HubModel, type ModelSource } from './tracer/load-model.js';
export type { OnnxRuntime, OnnxSession, OnnxTensor } from './tracer/runtime.js';
export type { SamplingOptions } from './tracer/sampling.js';
export type { Progress } from './tracer/download.js';
export type { Encoder, TokenInput, TokenizerLike, TransformersTokenizer } from './tracer/tokenize.js';
export type {
  AblateOptions,
  Ablation,
  AblationResult,
  GenerateOptions,
  ModelConfig,
  TextTrace,
  TokenGroup,
  TraceOptions,
  Tracer,
  TracerOptions,
} from './tracer/types.js';
export {
  withAttention,
  type ModelCache,
  type TransformersEnv,
  type WithAttentionOptions,
} from './with-attention.js';
