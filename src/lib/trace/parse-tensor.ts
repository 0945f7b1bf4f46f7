import { refusePromise } from './array-shape.js';
import { describe, listed } from './describe.js';
import { TraceError } from './errors.js';
import type { Tensor, WeightArray, WeightType } from './types.js';

/** Elements as stored, with what they are. */
export interface StoredElements {
  data: WeightArray;
  type: WeightType;
}

export function isTensor(value: unknown): value is Tensor {
  return typeof value === 'object' && value !== null && 'dims' in value;
}

/**
 * Reads `{ dims, data }` and makes sure the two agree. Typed arrays are viewed, not copied.
 *
 * @throws TraceError `dims`, `unreadable`, `promise`, `dtype`, `data-length`
 */
export function parseTensor(tensor: Tensor, place: string): StoredElements & { dims: readonly number[] } {
  const dims = lengthsOf(tensor.dims);
  if (!dims)
    throw new TraceError({
      code: 'dims',
      place: `${place}.dims`,
      found: listed(tensor.dims),
      expected: 'an array of whole numbers, one for each axis',
      fix: 'Pass the lengths of the axes, outermost first.',
    });
  const source = readData(tensor, `${place}.data`);
  refusePromise(source, `${place}.data`);
  const isList = Array.isArray(source) || ArrayBuffer.isView(source);
  const length = isList ? (source as { length?: number }).length : undefined;
  const size = dims.reduce((product, n) => product * n, 1);
  if (length !== undefined && length !== size)
    throw new TraceError({
      code: 'data-length',
      place: `${place}.data`,
      found: `${length} elements`,
      expected: `${size}, the product of dims ${listed(dims)}`,
      fix:
        length === 0
          ? 'Check that the array was filled, and that its buffer was not transferred to a worker.'
          : 'Check the order and the lengths in dims.',
    });
  if (Array.isArray(source)) return { dims, data: toFloats(source, `${place}.data`), type: 'float32' };
  return { dims, ...viewElements(source, `${place}.data`, (tensor as { type?: unknown }).type) };
}

/** `dims` as numbers: they may be bigints, or a typed array. */
function lengthsOf(dims: unknown): number[] | undefined {
  if (!Array.isArray(dims) && !(ArrayBuffer.isView(dims) && 'length' in dims)) return undefined;
  const given = dims as unknown as ArrayLike<unknown>;
  if (given.length > mostAxes) return undefined;
  const lengths = Array.from(given, (length) => (typeof length === 'bigint' ? Number(length) : length));
  return lengths.every((n) => Number.isSafeInteger(n) && (n as number) >= 0)
    ? (lengths as number[])
    : undefined;
}

/** NumPy's limit. */
const mostAxes = 64;

/** A tensor on the GPU, or one that was disposed of, throws when its data is read. */
function readData(tensor: Tensor, place: string): unknown {
  try {
    return tensor.data;
  } catch (cause) {
    throw new TraceError({
      code: 'unreadable',
      place,
      found: `an error on reading it (${cause instanceof Error ? cause.message : describe(cause)})`,
      expected: 'a typed array in memory',
      fix: 'Download a tensor from the GPU first, with await tensor.getData(), and pass it before it is disposed of.',
      cause,
    });
  }
}

/** Which typed arrays are read, as what, and the names a tensor's `type` may then have. */
const readable = {
  Float32Array: { type: 'float32', View: Float32Array, declared: /^f(loat)?32$/i },
  Float16Array: { type: 'float16', View: Uint16Array, declared: /^f(loat)?16$/i },
  Uint16Array: { type: 'float16', View: Uint16Array, declared: /^f(loat)?16$/i },
  Uint8Array: { type: 'uint8', View: Uint8Array, declared: /^u(int)?8$/i },
  Uint8ClampedArray: { type: 'uint8', View: Uint8Array, declared: /^u(int)?8$/i },
} as const;

/** The kind of a typed array, as the engine knows it (an own `constructor` or `toStringTag` could lie); undefined for other values. */
const typedArrayName = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype) as object,
  Symbol.toStringTag,
)!.get as (this: unknown) => string | undefined;

/**
 * Views a typed array as weights; Float64Array is converted to float32. The array's kind is asked, as arrays from another
 * frame or realm are no `instanceof` ours, and not every engine has Float16Array.
 *
 * @param declared a tensor's `type`: bfloat16, bool and int4 come in arrays that look like others
 * @throws TraceError `dtype`
 */
export function viewElements(data: unknown, place: string, declared?: unknown): StoredElements {
  const tag: string = typedArrayName.call(data) ?? '';
  if (tag === 'Float64Array') return { data: new Float32Array(data as Float64Array), type: 'float32' };
  const known = (readable as Partial<typeof readable>)[tag as keyof typeof readable];
  if (known && (typeof declared !== 'string' || known.declared.test(declared))) {
    const { buffer, byteOffset, byteLength } = data as ArrayBufferView;
    return {
      data: new known.View(buffer as ArrayBuffer, byteOffset, byteLength / known.View.BYTES_PER_ELEMENT),
      type: known.type,
    };
  }
  throw new TraceError({
    code: 'dtype',
    place,
    found: describe(data) + (typeof declared === 'string' ? ` of type ${declared}` : ''),
    expected: 'Float32Array, Uint16Array (float16 bits) or Uint8Array (255 × weight)',
    fix: 'Convert it first: in PyTorch tensor.float(), in JavaScript Float32Array.from(data, Number).',
  });
}

/**
 * Copies an array of numbers.
 *
 * @throws TraceError `dtype` where an element is no number
 */
export function toFloats(numbers: readonly unknown[], place: string): Float32Array {
  let wrong = 0;
  while (wrong < numbers.length && typeof numbers[wrong] === 'number') wrong++;
  if (wrong === numbers.length) return new Float32Array(numbers as number[]);
  throw new TraceError({
    code: 'dtype',
    place: `${place}[${wrong}]`,
    found: describe(numbers[wrong]),
    expected: 'a number',
    fix: 'Pass numbers only; JSON has no NaN, and some writers put null in its place.',
  });
}
