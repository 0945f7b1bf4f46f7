export { flow, type FlowOptions } from './flow.js';
export { overLayers } from './over-layers.js';
export type { OverLayersOptions } from './product.js';
export { rollout, uniformAttention } from './rollout.js';
