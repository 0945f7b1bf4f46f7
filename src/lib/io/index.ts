export { fromConfig, type FromConfigOptions } from './config/from-config.js';
/** Attention from files and back into them, and attention that is not an array of every weight. */
export type { FileTensor } from './file-tensor.js';
export type { TensorName, TensorNames } from './find-tensors.js';
export { fromGenerateSteps } from './generate/generate-steps.js';
export type {
  GenerateChoice,
  GeneratedStream,
  GeneratedTokens,
  GenerateEncoderDecoderInput,
  GenerateInput,
  GenerateStep,
} from './generate/types.js';
export { loadTrace } from './load-trace.js';
export { loadNpy, parseNpy } from './numpy/npy.js';
export { loadNpz, loadNpzArrays } from './numpy/npz.js';
export type { Source } from './read-source.js';
export { loadSafetensors, parseSafetensors, type SafetensorsFile } from './safetensors/safetensors.js';
export { writeSafetensors } from './safetensors/write-safetensors.js';
export { coordinateAttention, type CoordinateInput } from './sources/coordinates.js';
export {
  functionAttention,
  type FunctionInput,
  type FunctionBlock,
  type HeadRequest,
} from './sources/function.js';
export { packedAttention, type PackedInput } from './sources/packed.js';
export { queryKeyAttention, type QueryKeyInput } from './sources/query-key.js';
export { topKeyAttention, type TopKeyInput } from './sources/top-keys.js';
export { traceFromTensors, type LoadOptions, type TensorOptions } from './trace-from-tensors.js';
