export { groupTokens, type Granularity, type Group } from './groups.js';
export { lookThrough, plainLens, type Hide, type Lens, type SeenStream } from './lens.js';
