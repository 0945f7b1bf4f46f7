import type { Alignment } from '../../../analysis/index.js';

/** The strings of the compare view. */
export interface CompareViewLabels {
  compareView: string;
  compareViewHint: string;
  /** What a and b are called where nobody says so. */
  sideA: string;
  sideB: string;
  differenceOf: (a: string, b: string) => string;
  bothTexts: string;
  howFar: string;
  distance: string;
  distances: Record<'jensen-shannon' | 'total-variation', string>;
  distanceGridHelp: string;
  showFurthest: string;
  floorOf: (distance: string) => string;
  /** Of heads matched by likeness. */
  marginOf: (margin: string) => string;
  /** The head of b that one of a is compared with, where its number is another. */
  comparedWith: (place: string, b: string) => string;
  valueIn: (value: string, side: string) => string;
  aligned: (how: Alignment['how'], tokens: number, unaligned: number) => string;
  comparing: string;
  nothingToCompare: string;
  nothingToCompareHint: string;
}

const alignedBy: Record<Alignment['how'], string> = {
  ids: 'same tokens',
  words: 'aligned by words',
  common: 'aligned by what is common',
  positions: 'aligned by position',
  pairs: 'aligned as given',
};

/** The labels of the compare view in English. */
export const compareViewLabels: CompareViewLabels = {
  compareView: 'Compare',
  compareViewHint: 'choose a head, then hover its difference',
  sideA: 'a',
  sideB: 'b',
  differenceOf: (a, b) => `Difference: ${b} − ${a}`,
  bothTexts: 'Text of both, and what changed',
  howFar: 'How far each head moved',
  distance: 'how distance is measured',
  distances: { 'jensen-shannon': 'Jensen–Shannon', 'total-variation': 'total variation' },
  distanceGridHelp: 'Arrow keys move over the heads, Enter chooses one.',
  showFurthest: 'show the head that moved most',
  floorOf: (distance) => `floor (a second run): ${distance}`,
  marginOf: (margin) => `margin ${margin}`,
  comparedWith: (place, b) => `with ${place} of ${b}`,
  valueIn: (value, side) => `${value} in ${side}`,
  aligned: (how, tokens, unaligned) =>
    `${tokens.toLocaleString('en')} tokens, ${alignedBy[how]}${unaligned > 0 ? `, ${unaligned.toLocaleString('en')} in one only` : ''}`,
  comparing: 'Comparing …',
  nothingToCompare: 'Nothing to compare yet',
  nothingToCompareHint: 'Pass two traces, a and b.',
};
