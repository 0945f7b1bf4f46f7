import type { Alignment } from '../../../analysis/index.js';
import { number } from './words.js';

const alignedBy: Record<Alignment['how'], string> = {
  ids: 'same tokens',
  words: 'aligned by words',
  common: 'aligned by what is common',
  positions: 'aligned by position',
  pairs: 'aligned as given',
};

/** The labels of the compare view in English. */
export const compareViewLabels = {
  compareView: 'Compare',
  compareViewHint: 'choose a head, then hover its difference',
  /** What a and b are called where nobody says so. */
  sideA: 'a',
  sideB: 'b',
  differenceOf: (a: string, b: string) => `Difference: ${b} − ${a}`,
  bothTexts: 'Text of both, and what changed',
  howFar: 'How far each head moved',
  distance: 'how distance is measured',
  distances: { 'jensen-shannon': 'Jensen–Shannon', 'total-variation': 'total variation' },
  distanceGridHelp: 'Arrow keys move over the heads, Enter chooses one.',
  showFurthest: 'show the head that moved most',
  floorOf: (distance: string) => `floor (a second run): ${distance}`,
  /** Of heads matched by likeness. */
  marginOf: (margin: string) => `margin ${margin}`,
  /** The head of b that one of a is compared with, where its number is another. */
  comparedWith: (place: string, b: string) => `with ${place} of ${b}`,
  valueIn: (value: string, side: string) => `${value} in ${side}`,
  aligned: (how: Alignment['how'], tokens: number, unaligned: number) =>
    `${number(tokens)} tokens, ${alignedBy[how]}${unaligned > 0 ? `, ${number(unaligned)} in one only` : ''}`,
  comparing: 'Comparing …',
  nothingToCompare: 'Nothing to compare yet',
  nothingToCompareHint: 'Pass two traces, a and b.',
};

export type CompareViewLabels = typeof compareViewLabels;
