/** Steps between two yields: well under a millisecond. */
const stepsATurn = 2 ** 16;

/**
 * The longest common sequence of two lists of numbers: pairs of indices, ascending in both. Yields now and then, so that the caller can
 * pause. Time O((n + m) × d) for d differences, memory O(n + m).
 *
 * Source: Myers 1986, “An O(ND) difference algorithm and its variations”, with its linear-space refinement.
 */
export function* commonSequence(
  a: readonly number[],
  b: readonly number[],
): Generator<void, [number, number][]> {
  // Numbers that the other list lacks are differences in any case: leaving them out saves work.
  const [inA, inB] = [new Set(a), new Set(b)];
  const placesA = [...a.keys()].filter((i) => inB.has(a[i]!));
  const placesB = [...b.keys()].filter((i) => inA.has(b[i]!));
  const from = Int32Array.from(placesA, (i) => a[i]!);
  const to = Int32Array.from(placesB, (i) => b[i]!);
  const pairs: [number, number][] = [];
  yield* new Myers(from, to, (i, j) => pairs.push([placesA[i]!, placesB[j]!])).between(
    0,
    from.length,
    0,
    to.length,
  );
  return pairs;
}

class Myers {
  readonly #a: Int32Array;
  readonly #b: Int32Array;
  readonly #found: (a: number, b: number) => void;
  /** How far each diagonal reaches, from the start and from the end. */
  readonly #forward: Int32Array;
  readonly #backward: Int32Array;
  #steps = 0;

  constructor(a: Int32Array, b: Int32Array, found: (a: number, b: number) => void) {
    this.#a = a;
    this.#b = b;
    this.#found = found;
    const diagonals = 2 * (a.length + b.length) + 5;
    this.#forward = new Int32Array(diagonals);
    this.#backward = new Int32Array(diagonals);
  }

  /** Finds the pairs of a rectangle, `end`s exclusive, in order. */
  *between(startA: number, endA: number, startB: number, endB: number): Generator<void> {
    const [a, b] = [this.#a, this.#b];
    while (startA < endA && startB < endB && a[startA] === b[startB]) this.#found(startA++, startB++);
    let tail = 0;
    while (startA < endA - tail && startB < endB - tail && a[endA - tail - 1] === b[endB - tail - 1]) tail++;
    endA -= tail;
    endB -= tail;
    if (startA < endA && startB < endB) {
      const { x, y, endX, endY } = yield* this.#middle(startA, endA, startB, endB);
      yield* this.between(startA, x, startB, y);
      for (let i = 0; x + i < endX; i++) this.#found(x + i, y + i);
      yield* this.between(endX, endA, endY, endB);
    }
    for (let i = 0; i < tail; i++) this.#found(endA + i, endB + i);
  }

  /** The run of equal pairs, maybe empty, in the middle of a shortest path between the corners. */
  *#middle(
    startA: number,
    endA: number,
    startB: number,
    endB: number,
  ): Generator<void, { x: number; y: number; endX: number; endY: number }> {
    const [a, b, forward, backward] = [this.#a, this.#b, this.#forward, this.#backward];
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
        while (x < n && x - k < m && a[startA + x] === b[startB + x - k]) x++;
        forward[zero + k] = x;
        if (odd && Math.abs(delta - k) < d && x + backward[zero + delta - k]! >= n)
          return { x: startA + first, y: startB + first - k, endX: startA + x, endY: startB + x - k };
      }
      for (let k = -d; k <= d; k += 2) {
        const down = k === -d || (k !== d && backward[zero + k - 1]! < backward[zero + k + 1]!);
        let x = down ? backward[zero + k + 1]! : backward[zero + k - 1]! + 1;
        const first = x;
        while (x < n && x - k < m && a[endA - x - 1] === b[endB - x + k - 1]) x++;
        backward[zero + k] = x;
        if (!odd && Math.abs(delta - k) <= d && x + forward[zero + delta - k]! >= n)
          return { x: endA - x, y: endB - x + k, endX: endA - first, endY: endB - first + k };
      }
      this.#steps += 2 * d + 2;
      if (this.#steps > stepsATurn) {
        this.#steps = 0;
        yield;
      }
    }
  }
}
