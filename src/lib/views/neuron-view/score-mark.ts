/** Where a score lies in its cell, in [0, 1]: 0 in the middle, the size that has the full colour at the ends, which hold all beyond. */
export const placeOfScore = (score: number, full: number): number =>
  (1 + Math.min(1, Math.max(-1, score / full))) / 2;
