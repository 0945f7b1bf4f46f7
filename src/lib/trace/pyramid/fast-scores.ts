import type { Scores } from './plain-scores.js';
import { scoreKeysWasm } from './score-keys.wasm.js';

interface Kernel {
  readonly memory: WebAssembly.Memory;
  score(
    ...[query, key, bytes, out, end, apart, scale]: [number, number, number, number, number, number, number]
  ): void;
  largest(at: number, end: number): number;
  sumOfExp(at: number, end: number, less: number): number;
}

let compiled: WebAssembly.Module | null | undefined;

/**
 * Scores by WebAssembly, four products and powers at once in float32, as models compute them themselves: some five times as fast as one
 * at a time in float64. Null where a page's policy or an old browser forbids it.
 *
 * @param keys `[key, dim]`
 */
export function fastScores(keys: Float32Array, dim: number, scale: number): Scores | null {
  compiled ??= compile();
  if (!compiled) return null;
  const { memory, ...kernel } = new WebAssembly.Instance(compiled).exports as unknown as Kernel;
  const count = keys.length / dim;
  // Lengths are rounded up to a multiple of four: the padding is 0, and its scores are not read.
  const length = fours(dim);
  const bytes = 4 * length;
  const firstKey = 2 * bytes;
  const firstScore = firstKey + (count + 4) * bytes;
  const apart = 8 * (count + 8);
  memory.grow(Math.ceil((firstScore + 2 * apart) / 65_536));
  const pair = new Float32Array(memory.buffer, 0, 2 * length);
  const held = new Float32Array(memory.buffer, firstKey, count * length);
  if (length === dim) held.set(keys);
  else
    for (let key = 0; key < count; key++) held.set(keys.subarray(key * dim, (key + 1) * dim), key * length);
  const at = (row: number, key: number): number => firstScore + row * apart + 8 * key;
  const rowOf = (row: number) => new Float64Array(memory.buffer, at(row, 0), count);
  return {
    rows: [rowOf(0), rowOf(1)],
    score(queries, { start, end }) {
      pair.set(queries.subarray(0, dim));
      pair.set(queries.subarray(dim), length);
      if (end > start)
        kernel.score(0, firstKey + start * bytes, bytes, at(0, start), at(0, end), apart, scale);
    },
    largest: (row, { start, end }) => kernel.largest(at(row, start), at(row, end)),
    sumOfExp: (row, { start, end }, less) => kernel.sumOfExp(at(row, start), at(row, end), less),
  };
}

const fours = (count: number): number => 4 * Math.ceil(count / 4);

function compile(): WebAssembly.Module | null {
  try {
    return new WebAssembly.Module(Uint8Array.from(atob(scoreKeysWasm), (char) => char.charCodeAt(0)));
  } catch {
    return null;
  }
}
