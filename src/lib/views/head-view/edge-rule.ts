/** Which weights of a row get a line, by their magnitude; a weight of 0 never does. */
export type EdgeRule =
  | { edges: 'threshold'; threshold: number }
  | { edges: 'top'; top: number }
  | { edges: 'share'; share: number };

/** The rule that options ask for. */
export function ruleOf(
  { edges, top, share }: { edges: EdgeRule['edges']; top: number; share: number },
  threshold: number,
): EdgeRule {
  if (edges === 'top') return { edges, top };
  return edges === 'share' ? { edges, share } : { edges, threshold };
}

/** The smallest magnitude in a row of magnitudes that gets a line. Equal ones are picked together. */
export function leastPicked(row: Float32Array, rule: EdgeRule): number {
  if (rule.edges === 'threshold') return rule.threshold;
  return rule.edges === 'top' ? leastOfTop(row, rule.top) : leastOfShare(row, rule.share);
}

/** Numbers without their sign: as they are where none is negative. */
export function magnitudes(row: Float32Array): Float32Array {
  for (let i = 0; i < row.length; i++) if (row[i]! < 0) return row.map(Math.abs);
  return row;
}

/** The smallest of the `count` largest weights. */
function leastOfTop(row: Float32Array, count: number): number {
  const largest = new Float32Array(Math.min(count, row.length));
  for (let i = 0; i < row.length; i++) {
    const weight = row[i]!;
    if (weight <= largest[0]!) continue;
    let at = 1;
    while (at < largest.length && largest[at]! < weight) largest[at - 1] = largest[at++]!;
    largest[at - 1] = weight;
  }
  return largest[0] ?? Infinity;
}

/**
 * The largest weight that together with all above it makes up a share of the row; 0 where all together do not. Selection as in
 * quicksort, whose order is not needed: rows of 16,384 weights are too long to be sorted while one scrolls.
 */
function leastOfShare(row: Float32Array, share: number): number {
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += row[i]!;
  // Smaller weights hold too little, all together, to be needed; a hair less, as sums are rounded.
  const floor = (((1 - share) * sum) / row.length) * (1 - 1e-6);
  const weights = row.filter((weight) => weight > floor);
  let taken = 0;
  let [start, end] = [0, weights.length];
  while (start < end) {
    const pivot = weights[(start + end) >> 1]!;
    // What is larger than the pivot goes before `equal`, what is smaller from `smaller` on.
    let equal = start;
    let smaller = end;
    let larger = 0;
    for (let i = start; i < smaller;) {
      const weight = weights[i]!;
      if (weight > pivot) {
        larger += weight;
        weights[i++] = weights[equal]!;
        weights[equal++] = weight;
      } else if (weight < pivot) {
        weights[i] = weights[--smaller]!;
        weights[smaller] = weight;
      } else i++;
    }
    if (taken + larger >= share * sum) end = equal;
    else {
      taken += larger + (smaller - equal) * pivot;
      if (taken >= share * sum) return pivot;
      start = smaller;
    }
  }
  return 0;
}
