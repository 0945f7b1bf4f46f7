import {
  blockWeights,
  createTrace,
  TraceError,
  type Block,
  type Matrix,
  type Stream,
  type WeightType,
} from '../../../src/lib/trace/index.js';

export const names = (n: number): string[] => Array.from({ length: n }, (_, i) => `t${i}`);

/** Nested arrays of the given lengths, each number from its indices. */
export function nest<T = number>(dims: readonly number[], value: (...index: number[]) => T): never {
  const build = (index: number[]): unknown =>
    index.length === dims.length
      ? value(...index)
      : Array.from({ length: dims[index.length]! }, (_, i) => build([...index, i]));
  return build([]) as never;
}

/** Attention that is even over all keys. */
export const even = (layers: number, heads: number, rows: number, cols = rows): never =>
  nest([layers, heads, rows, cols], () => 1 / cols);

/** What is stored for level 0 of a matrix, read cell by cell. */
export function storedRows(matrix: Matrix): number[][] {
  const block = matrix.block({ row: 0, col: 0, rows: matrix.rows, cols: matrix.cols });
  if ('then' in block) throw new Error('a promise');
  return Array.from({ length: block.rows }, (_, r) =>
    Array.from({ length: block.cols }, (_, c) => block.data[block.offset + r * block.stride + c]!),
  );
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** float16 by the definition of IEEE 754, in text: sign, 5 bits of exponent, 10 of fraction. */
export function halfByDefinition(bits: number): number {
  const text = bits.toString(2).padStart(16, '0');
  const sign = text[0] === '1' ? -1 : 1;
  const exponent = parseInt(text.slice(1, 6), 2);
  const fraction = [...text.slice(6)].reduce((sum, bit, i) => sum + Number(bit) / 2 ** (i + 1), 0);
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * 2 ** -14 * fraction : sign * 2 ** (exponent - 15) * (1 + fraction);
}

/** Stored values from weights that the type can hold exactly. */
export function store(weights: readonly number[], type: WeightType): Uint8Array | Uint16Array | Float32Array {
  if (type === 'float32') return Float32Array.from(weights);
  if (type === 'uint8') return Uint8Array.from(weights, (w) => Math.round(255 * w));
  return Uint16Array.from(weights, (w) => {
    const bits = halves.get(w);
    if (bits === undefined) throw new Error(`${w} is no float16`);
    return bits;
  });
}

const halves = new Map(Array.from({ length: 0x3c01 }, (_, bits) => [halfByDefinition(bits), bits]));

/** The numbers of a matrix in memory, a row each. */
export function rowsOf(matrix: Matrix): number[][] {
  const { rows, cols } = matrix;
  const weights = [...blockWeights(matrix.block({ row: 0, col: 0, rows, cols }) as Block)];
  return Array.from({ length: rows }, (_, row) => weights.slice(row * cols, (row + 1) * cols));
}

/** The self stream of an input, right or wrong. */
export const self = (input: object): Stream => createTrace(input as never).stream();

/** What is thrown. */
export function errorOf(run: () => unknown): TraceError {
  try {
    run();
  } catch (error) {
    if (error instanceof TraceError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
