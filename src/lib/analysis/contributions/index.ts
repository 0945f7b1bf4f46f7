export { alti, altiLayers } from './alti.js';
export { causes, type Ablated } from './causes.js';
export { attributions, type AttributionOptions } from './attributions.js';
export { blockNorms, mixingRatios } from './block-norms.js';
export { valueNorms, type ValueNormOptions } from './value-norms.js';
