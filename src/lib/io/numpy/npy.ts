import { TraceError } from '../../trace/index.js';
import { fileTensor, type FileTensor, type NumberType } from '../file-tensor.js';
import { asBytes, readSource, type Source } from '../read-source.js';
import type { TensorFile } from '../trace-from-tensors.js';
import { damaged, parseNpyHeader, type NpyHeader } from './npy-header.js';
import { decodeText } from './npy-text.js';

const numberTypes = new Map<string, NumberType>([
  ['f8', 'float64'],
  ['f4', 'float32'],
  ['f2', 'float16'],
  ['u1', 'uint8'],
  ['b1', 'bool'],
  ['i1', 'int8'],
  ['i2', 'int16'],
  ['u2', 'uint16'],
  ['i4', 'int32'],
  ['u4', 'uint32'],
  ['i8', 'int64'],
  ['u8', 'uint64'],
]);

/**
 * Loads an array that numpy saved: float32, float16, float64 (rounded to float32) or uint8 for 255 × weight, whole numbers, or
 * text, in either byte order and either memory order (Fortran's is turned into row-major). Viewed, not copied, where it is as it
 * should be.
 *
 * @param source a URL, a `Blob`, bytes or, in Node, a path
 * @throws TraceError `file` for a damaged file, `dtype` for an array of other things
 * @example
 * const trace = createTrace({ attention: await loadNpy('attention.npy'), tokens });
 */
export async function loadNpy(source: Source, options: { signal?: AbortSignal } = {}): Promise<FileTensor> {
  const { bytes, name } = await readSource(source, options?.signal);
  const tensor = parseNpy(bytes, name);
  if (!tensor.text) void tensor.data;
  return tensor;
}

/**
 * Reads the bytes of an npy file, version 1 to 3.
 *
 * @param name what to call the file in messages
 * @throws TraceError `file`
 */
export function parseNpy(buffer: ArrayBuffer | ArrayBufferView, name = 'the file'): FileTensor {
  const bytes = asBytes(buffer);
  const header = parseNpyHeader(bytes, name);
  const { dtype, kind, dims, dataStart } = header;
  const isText = kind === 'U' || kind === 'S';
  const numbers = numberTypes.get(`${kind}${header.size}`);
  const size = kind === 'U' ? 4 * header.size : header.size;
  const length = dims.reduce((product, n) => product * n, 1) * size;
  if (isText && size === 0) throw damaged(name, `text of no length, ${dtype}`, 'at least one character each');
  if ((numbers || isText) && length !== bytes.length - dataStart)
    throw damaged(
      name,
      `${bytes.length - dataStart} bytes of elements`,
      `${length}, as ${dtype} of shape [${dims.join(', ')}]`,
    );
  const content = () => inOrder(bytes.subarray(dataStart), header, size);
  return fileTensor({
    dtype,
    dims,
    numbers,
    bytes: content,
    text: isText ? () => decodeText(content(), kind, size, name) : undefined,
    place: name,
    refuse: kind === 'O' || kind === 'T' ? () => pickled(dtype, name) : undefined,
  });
}

/** The content of an npy file: its one array is attention. */
export function npyFile(bytes: Uint8Array, name: string): TensorFile {
  return { name, tensors: new Map([['attention', parseNpy(bytes, name)]]), metadata: new Map() };
}

/** Elements row-major, least significant byte first. */
function inOrder(
  stored: Uint8Array,
  { bigEndian, kind, fortran, dims }: NpyHeader,
  size: number,
): Uint8Array {
  const unit = kind === 'U' ? 4 : kind === 'S' ? 1 : size;
  const ordered = bigEndian && unit > 1 ? swapBytes(stored, unit) : stored;
  return fortran && dims.length > 1 ? toRowMajor(ordered, dims, size) : ordered;
}

function swapBytes(bytes: Uint8Array, size: number): Uint8Array {
  const swapped = bytes.slice();
  for (let i = 0; i < swapped.length; i += size) swapped.subarray(i, i + size).reverse();
  return swapped;
}

/** Elements of `size` bytes from first axis fastest to last axis fastest. */
function toRowMajor(bytes: Uint8Array, dims: readonly number[], size: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  const strides: number[] = [];
  let stride = size;
  for (const n of dims) {
    strides.push(stride);
    stride *= n;
  }
  const index = dims.map(() => 0);
  let from = 0;
  for (let to = 0; to < out.length; to += size) {
    for (let b = 0; b < size; b++) out[to + b] = bytes[from + b]!;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < dims[axis]!) break;
      from -= strides[axis]! * dims[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

function pickled(dtype: string, place: string): TraceError {
  return new TraceError({
    code: 'dtype',
    place,
    found: `dtype ${dtype}, Python objects`,
    expected: 'numbers or text',
    fix: 'They are pickled, which can run code, so they are not read: save text as numpy.array(tokens, dtype="U"), numbers with .astype("float32").',
  });
}
