import type { Block, BlockRequest, WeightArray, WeightType } from './types.js';

const tables: { uint8?: Float32Array; float16?: Float32Array } = {};

/**
 * The weight of every value that may be stored, by its bits, made at first use (float16: 256 kB); nothing for float32, which
 * is stored as it is. A loop over a table is several times faster than one over a function.
 */
export function decodeTable(type: WeightType): Float32Array | undefined {
  if (type === 'float32') return undefined;
  return (tables[type] ??=
    type === 'uint8'
      ? Float32Array.from({ length: 256 }, (_, value) => value / 255)
      : Float32Array.from({ length: 65536 }, (_, bits) => halfValue(bits)));
}

/** A float16 from its bits. */
export function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * Decodes `length` stored weights, from `offset` on, to float32: uint8 ÷ 255, float16 from its bits. float32 comes back as a view of `data`,
 * not a copy.
 */
export function decodeWeights(
  data: WeightArray,
  type: WeightType,
  offset = 0,
  length = data.length - offset,
): Float32Array {
  const table = decodeTable(type);
  if (!table) return (data as Float32Array).subarray(offset, offset + length);
  const out = new Float32Array(length);
  for (let i = 0; i < length; i++) out[i] = table[data[offset + i]!]!;
  return out;
}

/** The array of each type of weights. */
export const weightArrays = { uint8: Uint8Array, float16: Uint16Array, float32: Float32Array };

/** An array of so many weights, all 0. */
export function newWeights(type: WeightType, length: number): WeightArray {
  return new weightArrays[type](length);
}

/** A function from a stored element to its weight. */
export function decoder(type: WeightType): (stored: number) => number {
  const table = decodeTable(type);
  return table ? (stored) => table[stored]! : (stored) => stored;
}

/** A block of cells of its own, `[rows, cols]`, row-major without gaps. */
export function packedBlock(
  { row, col, rows, cols, rowLevel = 0, colLevel = 0 }: BlockRequest,
  type: WeightType,
  data: WeightArray,
): Block {
  return { row, col, rows, cols, rowLevel, colLevel, type, data, offset: 0, stride: cols };
}

/** A block's weights as float32, `[rows, cols]`, row-major without gaps; a view where the block allows it. */
export function blockWeights(block: Block): Float32Array {
  const { data, type, rows, cols, offset, stride } = block;
  if (stride === cols || rows <= 1) return decodeWeights(data, type, offset, rows * cols);
  const out = new Float32Array(rows * cols);
  for (let r = 0; r < rows; r++) out.set(decodeWeights(data, type, offset + r * stride, cols), r * cols);
  return out;
}
