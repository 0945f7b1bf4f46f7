/** Steps between two yields: well under a millisecond. */
const stepsATurn = 2 ** 16;

/**
 * The longest common sequence of two lists: pairs of indices, ascending in both. Yields now and then, so that the caller can
 * pause. Time O((n + m) × d) for d differences, memory O(n + m).
 *
 * Source: Myers 1986, “An O(ND) difference algorithm and its variations”, with its linear-space refinement.
 */
export function* commonSequence<T>(a: readonly T[], b: readonly T[]): Generator<void, [number, number][]> {
  // What the other list lacks is a difference in any case: leaving it out saves work. The others are compared by number.
  const numbers = new Map(a.map((one, i) => [one, i]));
  yield;
  const inB = new Set(b);
  yield;
  const placesA = [...a.keys()].filter((i) => inB.has(a[i]!));
  const placesB = [...b.keys()].filter((i) => numbers.has(b[i]!));
  const from = Int32Array.from(placesA, (i) => numbers.get(a[i]!)!);
  const to = Int32Array.from(placesB, (i) => numbers.get(b[i]!)!);
  yield;
  const pairs: [number, number][] = [];
  const found = (x: number, y: number): number => pairs.push([placesA[x]!, placesB[y]!]);
  // How far each diagonal reaches, from the start and from the end.
  const diagonals = 2 * (from.length + to.length) + 5;
  const [forward, backward] = [new Int32Array(diagonals), new Int32Array(diagonals)];
  let steps = 0;
  yield* between(0, from.length, 0, to.length);
  return pairs;

  /** Finds the pairs of a rectangle, `end`s exclusive, in order. */
  function* between(startA: number, endA: number, startB: number, endB: number): Generator<void> {
    while (startA < endA && startB < endB && from[startA] === to[startB]) found(startA++, startB++);
    let tail = 0;
    while (startA < endA - tail && startB < endB - tail && from[endA - tail - 1] === to[endB - tail - 1])
      tail++;
    endA -= tail;
    endB -= tail;
    if (startA < endA && startB < endB) {
      const { x, y, endX, endY } = yield* middle(startA, endA, startB, endB);
      yield* between(startA, x, startB, y);
      for (let i = 0; x + i < endX; i++) found(x + i, y + i);
      yield* between(endX, endA, endY, endB);
    }
    for (let i = 0; i < tail; i++) found(endA + i, endB + i);
  }

  /** The run of equal pairs, maybe empty, in the middle of a shortest path between the corners. */
  function* middle(
    startA: number,
    endA: number,
    startB: number,
    endB: number,
  ): Generator<void, { x: number; y: number; endX: number; endY: number }> {
    const n = endA - startA;
    const m = endB - startB;
    const delta = n - m;
    const odd = (delta & 1) !== 0;
    const zero = n + m + 2;
    forward[zero + 1] = 0;
    backward[zero + 1] = 0;
    for (let d = 0; ; d++) {
      for (let k = -d; k <= d; k += 2) {
        const down = k === -d || (k !== d && forward[zero + k - 1]! < forward[zero + k + 1]!);
        let x = down ? forward[zero + k + 1]! : forward[zero + k - 1]! + 1;
        const first = x;
        while (x < n && x - k < m && from[startA + x] === to[startB + x - k]) x++;
        forward[zero + k] = x;
        if (odd && Math.abs(delta - k) < d && x + backward[zero + delta - k]! >= n)
          return { x: startA + first, y: startB + first - k, endX: startA + x, endY: startB + x - k };
      }
      for (let k = -d; k <= d; k += 2) {
        const down = k === -d || (k !== d && backward[zero + k - 1]! < backward[zero + k + 1]!);
        let x = down ? backward[zero + k + 1]! : backward[zero + k - 1]! + 1;
        const first = x;
        while (x < n && x - k < m && from[endA - x - 1] === to[endB - x + k - 1]) x++;
        backward[zero + k] = x;
        if (!odd && Math.abs(delta - k) <= d && x + forward[zero + delta - k]! >= n)
          return { x: endA - x, y: endB - x + k, endX: endA - first, endY: endB - first + k };
      }
      steps += 2 * d + 2;
      if (steps > stepsATurn) {
        steps = 0;
        yield;
      }
    }
  }
}
