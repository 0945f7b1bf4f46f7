import { addMaximum } from './confidence.js';
import { addDistances } from './distance.js';
import { addKeys } from './effective-keys.js';
import { entropyRows } from './entropy.js';
import { ofOneSequence, ofWeights, type Measure } from './measure.js';
import { addPrevious } from './previous-token.js';
import { addFollowing } from './repeat-induction.js';
import { addSameToken } from './same-token.js';
import { addFirst } from './sink.js';

/** The built-in measures of a head, from attention alone. */
export type MeasureName =
  | 'entropy'
  | 'effective-keys'
  | 'confidence'
  | 'distance'
  | 'previous-token'
  | 'duplicate-token'
  | 'induction'
  | 'repeat-induction'
  | 'first-token';

/** Measures by name, for `measureHeads`. */
export const measures: Readonly<Record<MeasureName, Measure>> = {
  entropy: { ...ofWeights, unit: 'nats', rows: () => entropyRows() },
  'effective-keys': { ...ofWeights, unit: 'keys', rows: () => addKeys },
  confidence: { ...ofWeights, unit: 'share', rows: () => addMaximum },
  distance: { ...ofOneSequence, unit: 'tokens', rows: () => addDistances },
  'previous-token': { ...ofOneSequence, unit: 'share', rows: () => addPrevious },
  'duplicate-token': { ...ofOneSequence, unit: 'share', rows: ({ keyTokens }) => addSameToken(keyTokens, 0) },
  induction: { ...ofOneSequence, unit: 'share', rows: ({ keyTokens }) => addSameToken(keyTokens, 1) },
  'repeat-induction': { ...ofOneSequence, unit: 'share', rows: ({ keyTokens }) => addFollowing(keyTokens) },
  'first-token': { ...ofWeights, unit: 'share', rows: () => addFirst },
};
