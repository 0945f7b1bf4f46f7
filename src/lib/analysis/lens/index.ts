export { granularities, type Granularity } from './groups.js';
export { lookThrough, plainLens, type Hide, type Lens, type SeenStream } from './lens.js';
