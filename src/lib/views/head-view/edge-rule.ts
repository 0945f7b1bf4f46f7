/** Which weights of a row get a line; a weight of 0 never does. */
export type EdgeRule =
  | { edges: 'threshold'; threshold: number }
  | { edges: 'top'; top: number }
  | { edges: 'share'; share: number };

/**
 * The smallest weight of a row that gets a line. Equal weights are picked together.
 *
 * @param row the weights among which the rule picks, asked for where it compares them; their order is changed
 */
export function leastPicked(row: () => Float32Array, rule: EdgeRule): number {
  if (rule.edges === 'threshold') return rule.threshold;
  const weights = row();
  if (rule.edges === 'top') return leastReaching(weights, rule.top, () => 1);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return leastReaching(weights, rule.share * sum, (weight) => weight);
}

/**
 * The largest weight that together with all above it amounts to `enough`; 0 where all together do not. Selection as in quicksort: rows of
 * 16,384 weights are too long to be sorted while one scrolls.
 */
function leastReaching(weights: Float32Array, enough: number, amount: (weight: number) => number): number {
  const swap = (i: number, j: number): void => {
    [weights[i], weights[j]] = [weights[j]!, weights[i]!];
  };
  let taken = 0;
  let [start, end] = [0, weights.length];
  while (start < end) {
    const pivot = weights[(start + end) >> 1]!;
    // What is larger than the pivot goes before `equal`, what is smaller from `smaller` on.
    let [equal, smaller, larger] = [start, end, 0];
    for (let i = start; i < smaller;) {
      const weight = weights[i]!;
      if (weight > pivot) {
        larger += amount(weight);
        swap(i++, equal++);
      } else if (weight < pivot) swap(i, --smaller);
      else i++;
    }
    if (taken + larger >= enough) end = equal;
    else {
      taken += larger + amount(pivot) * (smaller - equal);
      if (taken >= enough) return pivot;
      start = smaller;
    }
  }
  return 0;
}
