import type { Lens } from '../../analysis/lens/index.js';
import type { Labels } from './labels/index.js';

/** What a lens changes, in words: which tokens are merged, and which left out; empty where none are. */
export function lensWords(
  { granularity, hide, renormalize }: Lens,
  labels: Labels,
): { merged: string; hidden: string } {
  const merged =
    typeof granularity === 'string'
      ? granularity === 'token'
        ? ''
        : labels.merged[granularity]
      : labels.pair(labels.granularities[granularity.query], labels.granularities[granularity.key]);
  if (hide === 'none' || hide.length === 0) return { merged, hidden: '' };
  const what = typeof hide === 'string' ? labels.hiddenChips[hide] : labels.hiddenTokens(hide.length);
  return { merged, hidden: renormalize ? labels.list([what, labels.renormalized]) : what };
}
