import { effectiveKeysMeasure } from './effective-keys.js';
import { repeatInductionMeasure } from './repeat-induction.js';
import { confidenceMeasure } from './confidence.js';
import { distanceMeasure } from './distance.js';
import { duplicateTokenMeasure } from './duplicate-token.js';
import { entropyMeasure } from './entropy.js';
import { inductionMeasure } from './induction.js';
import type { Measure } from './measure.js';
import { previousTokenMeasure } from './previous-token.js';
import { firstTokenMeasure } from './sink.js';

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
  entropy: entropyMeasure,
  'effective-keys': effectiveKeysMeasure,
  confidence: confidenceMeasure,
  distance: distanceMeasure,
  'previous-token': previousTokenMeasure,
  'duplicate-token': duplicateTokenMeasure,
  induction: inductionMeasure,
  'repeat-induction': repeatInductionMeasure,
  'first-token': firstTokenMeasure,
};
