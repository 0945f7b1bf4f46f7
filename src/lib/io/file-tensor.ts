import { TraceError, type Tensor, type WeightArray, type WeightType } from '../trace/index.js';
import { fromBfloat16 } from './float-bits.js';

/** A tensor of a file. Its numbers are read when first asked for: a file may hold others that are of no use here. */
export interface FileTensor extends Tensor {
  /** Its type as the file names it, for example `F32` or `<f4`. */
  readonly dtype: string;
  /** The type of `data` where it can be weights or vectors, else `undefined`. */
  readonly type: WeightType | undefined;
  /**
   * The numbers, row-major: a view of the file, or a copy where they are not aligned there, not in this machine's byte
   * order, or of another type: bfloat16 and float64 become float32 (float64 rounded), whole numbers and booleans `Int32Array`.
   * Throws `TraceError` `dtype` for all else, and for a whole number of more than 32 bits.
   */
  readonly data: WeightArray | Int32Array;
  /** The strings of an array of text, row-major; of any other array `undefined`. */
  readonly text?: readonly string[];
}

/** Whole numbers as files hold them, booleans as bytes. uint8 is not among them: it holds weights. */
const wholeNumbers = {
  bool: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
};

type WholeType = keyof typeof wholeNumbers;

/** The types of numbers in files. */
export type NumberType = WeightType | 'bfloat16' | 'float64' | WholeType;

/** An array as a file holds it. */
export interface FileArray {
  dtype: string;
  dims: readonly number[];
  /** The type of its numbers; undefined if it holds something else. */
  numbers?: NumberType;
  /** Exactly those of the array, least significant first. */
  bytes: () => Uint8Array;
  /** Decodes an array of text. */
  text?: () => readonly string[];
  /** Its name in messages. */
  place: string;
  /** The error for an array that cannot be read, if there is more to say than its dtype. */
  refuse?: () => TraceError;
}

export function fileTensor({ dtype, dims, numbers, bytes, text, place, refuse }: FileArray): FileTensor {
  let data: WeightArray | Int32Array | undefined;
  let strings: readonly string[] | undefined;
  return {
    dtype,
    dims,
    type: weightTypeOf(numbers),
    get data() {
      if (numbers === undefined) throw refuse?.() ?? wrongType(dtype, place);
      return (data ??= readNumbers(numbers, bytes(), place));
    },
    get text() {
      return (strings ??= text?.());
    },
  };
}

function weightTypeOf(numbers: NumberType | undefined): WeightType | undefined {
  if (numbers === undefined || numbers in wholeNumbers) return undefined;
  return numbers === 'bfloat16' || numbers === 'float64' ? 'float32' : (numbers as WeightType);
}

/** The error for numbers that are neither weights nor vectors. */
export function wrongType(dtype: string, place: string): TraceError {
  return new TraceError({
    code: 'dtype',
    place,
    found: `dtype ${dtype}`,
    expected: 'float32, float16, bfloat16, float64, or uint8 for 255 × weight',
    fix: 'Convert it before it is saved, in PyTorch with .float(), in numpy with .astype("float32").',
  });
}

function readNumbers(numbers: NumberType, bytes: Uint8Array, place: string): WeightArray | Int32Array {
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
    default:
      return toInt32(view<ArrayBufferView & ArrayLike<number | bigint>>(bytes, wholeNumbers[numbers]), place);
  }
}

/** Whole numbers as Int32Array: positions, layers and masks need no more than 32 bits. */
function toInt32(numbers: ArrayLike<number | bigint>, place: string): Int32Array {
  if (numbers instanceof Int32Array) return numbers;
  const out = new Int32Array(numbers.length);
  for (let i = 0; i < out.length; i++) {
    const number = Number(numbers[i]);
    out[i] = number;
    if (out[i] !== number)
      throw new TraceError({
        code: 'dtype',
        place: `${place}[${i}]`,
        found: `the whole number ${numbers[i]}`,
        expected: 'one from −2³¹ to 2³¹ − 1',
        fix: 'Positions and numbers of layers are small: check what was saved.',
      });
  }
  return out;
}

/** Bytes as numbers; a copy only where they are not aligned. */
function view<T extends ArrayBufferView>(
  bytes: Uint8Array,
  type: {
    readonly BYTES_PER_ELEMENT: number;
    new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
  },
): T {
  const aligned = bytes.byteOffset % type.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
  return new type(aligned.buffer, aligned.byteOffset, bytes.length / type.BYTES_PER_ELEMENT);
}
