export { granularities, groupTokens, runsAsTokens, type Granularity, type TokenRun } from './groups.js';
export { hiddenPositions, lookThrough, plainLens, type Hide, type Lens, type SeenStream } from './lens.js';
