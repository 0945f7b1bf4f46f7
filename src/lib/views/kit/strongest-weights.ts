import { blockWeights, type Stream } from '../../trace/index.js';
import { pacer } from '../../trace/pacer.js';
import { largest } from './largest.js';

/** One number of a stream, and where it is: positions in the stream. */
export interface StrongWeight {
  head: number;
  query: number;
  key: number;
  value: number;
}

/** The strongest of some heads, largest magnitude first, of how many; `rows` is undefined of too many to look at. */
export interface Strongest {
  rows?: readonly StrongWeight[];
  total: number;
}

/** More are not looked at: about a tenth of a second of work. */
const mostLookedAt = 2 ** 23;
const readAtATime = 2 ** 16;

/**
 * The numbers of largest magnitude of some heads of a layer, 0 excepted.
 *
 * @param query of this query alone; null for all
 * @param count how many
 */
export async function strongestWeights(
  stream: Stream,
  layer: number,
  heads: readonly number[],
  query: number | null,
  count: number,
  signal: AbortSignal,
): Promise<Strongest> {
  const [first, end] = query === null ? [0, stream.queryTokens.length] : [query, query + 1];
  const cols = stream.keyTokens.length;
  const total = heads.length * (end - first) * cols;
  if (total > mostLookedAt) return { total };
  let found: StrongWeight[] = [];
  const pause = pacer(signal);
  const step = Math.max(1, Math.floor(readAtATime / cols));
  for (const head of heads) {
    const matrix = stream.matrix(layer, head);
    for (let row = first; row < end; row += step) {
      const rows = Math.min(step, end - row);
      const values = blockWeights(await matrix.block({ row, col: 0, rows, cols }, { signal }));
      const here = largest(values.map(Math.abs), count).map((at) => ({
        ...{ head, query: row + Math.floor(at / cols), key: at % cols },
        value: values[at]!,
      }));
      found = [...found, ...here].sort((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, count);
      await pause();
    }
  }
  return { rows: found, total };
}
