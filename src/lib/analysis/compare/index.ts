export type { Align, AlignedRun, Alignment, AlignmentName } from './align-tokens.js';
export {
  compareTraces,
  type ComparedStream,
  type CompareOptions,
  type Comparison,
} from './compare-traces.js';
export type { Distance, HeadDistance, HeadDistancesOptions } from './head-distances.js';
export type { HeadPair, Match } from './head-pairs.js';
export {
  comparePairs,
  type ComparePairsOptions,
  type HeadPairsDifference,
  type PairSide,
} from './compare-pairs.js';
