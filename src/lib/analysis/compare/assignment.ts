/**
 * The one-to-one assignment of rows to columns with the least total cost.
 *
 * Source: Kuhn 1955, Munkres 1957, in the O(n³) form with potentials.
 *
 * @param costs square, `costs[row][column]`
 * @returns the column of each row
 */
export function assign(costs: readonly (readonly number[])[]): number[] {
  const n = costs.length;
  // Row and column 0 are placeholders; the others count from 1.
  const rowPotential = new Float64Array(n + 1);
  const colPotential = new Float64Array(n + 1);
  const rowOf = new Int32Array(n + 1);
  const before = new Int32Array(n + 1);
  for (let row = 1; row <= n; row++) {
    rowOf[0] = row;
    const least = new Float64Array(n + 1).fill(Infinity);
    const used = new Uint8Array(n + 1);
    let col = 0;
    do {
      used[col] = 1;
      const from = rowOf[col]!;
      let [delta, next] = [Infinity, 0];
      for (let j = 1; j <= n; j++) {
        if (used[j]) continue;
        const cost = costs[from - 1]![j - 1]! - rowPotential[from]! - colPotential[j]!;
        if (cost < least[j]!) {
          least[j] = cost;
          before[j] = col;
        }
        if (least[j]! < delta) [delta, next] = [least[j]!, j];
      }
      for (let j = 0; j <= n; j++)
        if (used[j]) {
          rowPotential[rowOf[j]!] = rowPotential[rowOf[j]!]! + delta;
          colPotential[j] = colPotential[j]! - delta;
        } else least[j] = least[j]! - delta;
      col = next;
    } while (rowOf[col] !== 0);
    while (col !== 0) {
      rowOf[col] = rowOf[before[col]!]!;
      col = before[col]!;
    }
  }
  const columns = new Array<number>(n);
  for (let j = 1; j <= n; j++) columns[rowOf[j]! - 1] = j - 1;
  return columns;
}
