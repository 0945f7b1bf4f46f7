/** Attention that is not an array of every weight: for `createTrace({ tokens, attention })`, and so for every view. */
export { coordinateAttention, type CoordinateInput } from './coordinates.js';
export { functionAttention, type FunctionInput, type HeadBlock, type HeadRequest } from './function.js';
export { packedAttention, type PackedInput } from './packed.js';
export { queryKeyAttention, type QueryKeyInput } from './query-key.js';
export { topKeyAttention, type TopKeyInput } from './top-keys.js';
