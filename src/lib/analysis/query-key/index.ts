export { checkHead, type HeadCheck } from './check-head.js';
export { type Explanation } from './explain.js';
export {
  dimensionContributions,
  firstKey,
  hasQueryKey,
  logSumExp,
  queryKey,
  scoreRow,
  softmaxRow,
  visibleKeys,
  type KeyHead,
  type QueryKey,
} from './query-key.js';
