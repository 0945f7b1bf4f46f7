export { checkGroups, type Group } from './group.js';
export { groupShares, type GroupCell, type GroupShares, type GroupSharesOptions } from './group-shares.js';
export { weightsOfHeads, type HeadWeights } from './head-weights.js';
export { keyShares, type KeySharesOptions } from './key-shares.js';
export { lookbackRatios, type HeadLookback, type LookbackOptions } from './lookback.js';
export { groupsFromSegments, groupsFromSentences, type SentenceOptions } from './make-groups.js';
export { groupsFromWords, type WordLists } from './word-groups.js';
export { rankCorrelation } from './rank-correlation.js';
