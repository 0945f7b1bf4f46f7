export { type Granularity } from './groups.js';
export { lookThrough, type Hide, type Lens, type SeenStream } from './lens.js';
