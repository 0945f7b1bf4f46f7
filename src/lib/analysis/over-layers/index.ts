export { flow } from './flow.js';
export { overLayers } from './over-layers.js';
export { rollout, uniformAttention } from './rollout.js';
