import { TraceError, type Tensor, type WeightArray, type WeightType } from '../trace/index.js';
import { fromBfloat16 } from './float-bits.js';

/** A tensor of a file. Its numbers are read when first asked for: a file may hold others that are of no use here. */
export interface FileTensor extends Tensor {
  /** Its type as the file names it, for example `F32` or `<f4`. */
  readonly dtype: string;
  /** The type `data` has; `undefined` where it cannot be read. */
  readonly type: WeightType | undefined;
  /**
   * The numbers, row-major: a view of the file, or a copy where they are not aligned there, not in this machine's byte
   * order, or of another type: bfloat16 and float64 become float32 (float64 rounded). Throws `TraceError` `dtype` for
   * whole numbers, booleans, and all else that is neither float nor uint8.
   */
  readonly data: WeightArray;
}

/** What a file's numbers can be. */
export type NumberType = WeightType | 'bfloat16' | 'float64';

/**
 * @param numbers what the bytes are; `undefined` for a type that cannot be read
 * @param bytes exactly those of the tensor, least significant first
 * @param place what to call it in messages
 */
export function fileTensor(
  dtype: string,
  dims: readonly number[],
  numbers: NumberType | undefined,
  bytes: () => Uint8Array,
  place: string,
): FileTensor {
  let data: WeightArray | undefined;
  return {
    dtype,
    dims,
    type: numbers === 'bfloat16' || numbers === 'float64' ? 'float32' : numbers,
    get data() {
      if (numbers === undefined)
        throw new TraceError({
          code: 'dtype',
          place,
          found: `dtype ${dtype}`,
          expected: 'float32, float16, bfloat16, float64, or uint8 for 255 × weight',
          fix: 'Convert it before it is saved, in PyTorch with .float(), in numpy with .astype("float32").',
        });
      return (data ??= readNumbers(numbers, bytes()));
    },
  };
}

function readNumbers(numbers: NumberType, bytes: Uint8Array): WeightArray {
  switch (numbers) {
    case 'uint8':
      return bytes;
    case 'float16':
      return view(bytes, Uint16Array);
    case 'float32':
      return view(bytes, Float32Array);
    case 'float64':
      return Float32Array.from(view(bytes, Float64Array));
    case 'bfloat16':
      return fromBfloat16(view(bytes, Uint16Array));
  }
}

interface NumberArrayType<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
}

/** Bytes as numbers; a copy only where they are not aligned. */
function view<T>(bytes: Uint8Array, type: NumberArrayType<T>): T {
  const aligned = bytes.byteOffset % type.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
  return new type(aligned.buffer, aligned.byteOffset, bytes.length / type.BYTES_PER_ELEMENT);
}
