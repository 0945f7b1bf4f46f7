export {
  granularities,
  groupTokens,
  runsAsTokens,
  spaceBetween,
  type Granularity,
  type TokenRun,
} from './groups.js';
export { hiddenPositions, lookThrough, plainLens, type Hide, type Lens, type SeenStream } from './lens.js';
