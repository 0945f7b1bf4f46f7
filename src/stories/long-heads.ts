import {
  createTrace,
  type AttentionSource,
  type Block,
  type BlockRequest,
  type Matrix,
  type Trace,
} from '../lib/trace/index.js';

/** A document's length, in tokens: what starts one is looked at from all over it. */
export const documentTokens = 1024;
/** How far back the same was said before. */
export const period = 977;
const words =
  'the keeper of light house wrote name every ship that passed in night and hour wind when fog came down over sand banks he rang bell until morning'.split(
    ' ',
  );

/** A whole number from 0 to below `limit`, the same for the same seeds (a step of mulberry32). */
function pick(limit: number, ...seeds: number[]): number {
  let t = seeds.reduce((sum, seed, i) => sum + Math.imul(seed + 1, 0x6d2b79f5 + 2 * i * 0x9e3779b9), 1) | 0;
  t = Math.imul(t ^ (t >>> 15), 1 | t);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * limit);
}

/** The keys a query looks at and how much, which sums to 1. Six habits that heads of language models have. */
export function habitOf(head: number, query: number): Map<number, number> {
  const found = new Map<number, number>();
  const look = (back: number, weight: number): void => {
    const key = Math.max(0, query - back);
    found.set(key, (found.get(key) ?? 0) + weight);
  };
  const habits: (() => void)[] = [
    () => [look(query, 0.6), look(0, 0.25), look(1, 0.15)],
    () => [look(1, 0.75), look(2, 0.25)],
    () => [look(query % documentTokens, 0.5), look(query, 0.2), look(0, 0.3)],
    () => [look(period, 0.7), look(0, 0.3)],
    () =>
      [0.3, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1].forEach((weight, i) =>
        look(pick(query + 1, head, query >> 3, i), weight),
      ),
    () => Array.from({ length: 10 }, (_, i) => look(i * (1 + head), 0.1)),
  ];
  habits[head % habits.length]!();
  return found;
}

export interface LongHeads {
  tokens: number;
  heads: number;
  /** How many keys of each query are kept. Default: all. */
  keep?: number;
  /** How long a read takes. Default: none, it is answered at once. */
  delayMs?: number;
}

/** Attention whose weights are worked out when they are read: of 16,384 tokens, twelve heads would be 3 GB as bytes. */
export function longHeads({ tokens, heads, keep = Infinity, delayMs }: LongHeads): AttentionSource {
  const rowOf = (head: number, query: number) =>
    [...habitOf(head, query)].sort((a, b) => b[1] - a[1]).slice(0, keep);
  const matrices = Array.from({ length: heads }, (_, head): Matrix => {
    const read = ({ row, col, ...request }: BlockRequest): Block => {
      if (request.level) throw new RangeError('Only single weights are made here.');
      const rows = Math.min(request.rows, tokens - row);
      const cols = Math.min(request.cols, tokens - col);
      const data = new Float32Array(rows * cols);
      for (let r = 0; r < rows; r++)
        for (const [key, weight] of rowOf(head, row + r))
          if (key >= col && key < col + cols) data[r * cols + key - col] = weight;
      return { row, col, rows, cols, level: 0, type: 'float32', data, offset: 0, stride: cols };
    };
    return {
      rows: tokens,
      cols: tokens,
      type: 'float32',
      block: (request, options) =>
        delayMs === undefined ? read(request) : later(delayMs, () => read(request), options?.signal),
      leftOut:
        keep === Infinity
          ? undefined
          : (query) => Math.max(0, 1 - rowOf(head, query).reduce((sum, [, weight]) => sum + weight, 0)),
    };
  });
  return { dims: [1, heads, tokens, tokens], causal: true, matrix: (_, head) => matrices[head]! };
}

/** A made-up trace of documents, as long as is asked for. */
export function longHeadsTrace(options: LongHeads): Trace {
  return createTrace({ ...longText(options.tokens), attention: longHeads(options), causal: true });
}

export function longText(count: number) {
  const tokens = Array.from({ length: count }, (_, i) =>
    i === 0 ? '<s>' : ` ${words[pick(words.length, i % period)]!}`,
  );
  const segments = Array.from({ length: Math.ceil(count / documentTokens) }, (_, i) => ({
    name: `document ${i + 1}`,
    start: i * documentTokens,
    end: Math.min((i + 1) * documentTokens, count),
  }));
  return { tokens, segments };
}

function later<T>(delayMs: number, make: () => T, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(make()), delayMs);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}

/**
 * The same heads as bytes in memory, made a few rows a frame.
 *
 * @param tell called with the part that is made, in [0, 1]
 */
export async function denseHeadsTrace(
  count: number,
  heads: number,
  tell: (made: number) => void,
): Promise<Trace> {
  const data = new Uint8Array(heads * count * count);
  for (let row = 0; row < heads * count; row++) {
    if (row % 256 === 0) {
      await new Promise((resolve) => setTimeout(resolve));
      tell(row / (heads * count));
    }
    for (const [key, weight] of habitOf(Math.floor(row / count), row % count))
      data[row * count + key] = Math.round(weight * 255);
  }
  return createTrace({
    ...longText(count),
    attention: { dims: [1, heads, count, count], data },
    causal: true,
  });
}
