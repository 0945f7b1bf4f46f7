import { blockWeights, type Stream } from '../../trace/index.js';
import { pacer } from '../../trace/pacer.js';
import { consecutive } from '../consecutive.js';
import { rowSum } from '../measure.js';
import type { HeadPlace } from '../wanted-heads.js';

/** How much one query looks at groups of keys. The arrays are reused for the next query: copy what is needed. */
export interface GroupRow {
  /** The index of the head among those read, and the row in its matrix. */
  readonly head: number;
  readonly row: number;
  /** The row itself, one number per key. May be a view: do not write. */
  readonly weights: Float32Array;
  /** The sum of the row over each group. */
  readonly sums: Float64Array;
  /** How many keys of each group the query can see. */
  readonly seen: Float64Array;
  /** The sum of the whole row, the sum over keys that are not hidden, and how many of these the query can see. */
  readonly whole: number;
  readonly left: number;
  readonly visible: number;
}

interface GroupRowsRequest {
  readonly heads: readonly HeadPlace[];
  /** Rows to read, ascending. */
  readonly rows: readonly number[];
  /** Keys of each group, ascending. */
  readonly groups: readonly (readonly number[])[];
  readonly hidden: ReadonlySet<number>;
  readonly signal?: AbortSignal;
  /** Called after each head. */
  readonly onProgress?: (read: number, total: number) => void;
}

/** How many weights are read at a time: about a millisecond's work. */
const weightsAStep = 2 ** 16;

/**
 * Sums rows of heads by groups of keys, without hidden keys. Pauses every 12 ms, also within a head.
 *
 * @throws TraceError where a head cannot be read; the signal's reason when aborted
 */
export async function readGroupRows(
  stream: Stream,
  { heads, rows, groups, hidden, signal, onProgress }: GroupRowsRequest,
  onRow: (row: GroupRow) => void,
): Promise<void> {
  const cols = stream.keyTokens.length;
  const kept = groups.map((keys) => Int32Array.from(keys.filter((key) => !hidden.has(key))));
  const out = Int32Array.from(hidden).sort();
  const sums = new Float64Array(groups.length);
  const seen = new Float64Array(groups.length);
  const pause = pacer(signal);
  await pause();
  for (const [index, { layer, head }] of heads.entries()) {
    const matrix = stream.matrix(layer, head);
    for (const run of consecutive(rows, Math.max(1, Math.floor(weightsAStep / cols)))) {
      const block = await matrix.block({ row: run.start, col: 0, rows: run.count, cols }, { signal });
      const weights = blockWeights(block);
      for (let r = 0; r < run.count; r++) {
        const row = run.start + r;
        const end = stream.causal ? Math.min(stream.queryTokens[row]!.position + 1, cols) : cols;
        const of = weights.subarray(r * cols, (r + 1) * cols);
        for (const [g, keys] of kept.entries()) [sums[g], seen[g]] = sumOf(of, keys, end);
        const whole = rowSum(of.subarray(0, end));
        const [gone, unseen] = sumOf(of, out, end);
        onRow({
          head: index,
          row,
          weights: of,
          sums,
          seen,
          whole,
          left: whole - gone,
          visible: end - unseen,
        });
      }
      await pause();
    }
    onProgress?.(index + 1, heads.length);
  }
}

/** The sum over the keys before `end`, and their number. */
function sumOf(weights: Float32Array, keys: Int32Array, end: number): [sum: number, count: number] {
  let sum = 0;
  let count = 0;
  while (count < keys.length && keys[count]! < end) sum += weights[keys[count++]!]!;
  return [sum, count];
}
