export { keptStream, keptWeights, type KeptHead, type KeptOptions } from './kept-weight.js';
export { type KeyBudget } from './policies.js';
