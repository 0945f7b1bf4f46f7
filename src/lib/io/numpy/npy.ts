import { TraceError } from '../../trace/index.js';
import { fileTensor, type FileTensor, type NumberType } from '../file-tensor.js';
import { readSource, type Source } from '../read-source.js';

const numberTypes = new Map<string, NumberType>([
  ['f8', 'float64'],
  ['f4', 'float32'],
  ['f2', 'float16'],
  ['u1', 'uint8'],
]);

/**
 * Loads an array that numpy saved: float32, float16, float64 (rounded to float32) or uint8 for 255 × weight, in either byte
 * order and either memory order (Fortran's is turned into row-major). Viewed, not copied, where it is as it should be.
 *
 * @param source a URL, a `Blob`, bytes or, in Node, a path
 * @throws TraceError `file` for a damaged file, `dtype` for an array of other things
 * @example
 * const trace = createTrace({ attention: await loadNpy('attention.npy'), tokens });
 */
export async function loadNpy(source: Source, options: { signal?: AbortSignal } = {}): Promise<FileTensor> {
  const { bytes, name } = await readSource(source, options.signal);
  const tensor = parseNpy(bytes, name);
  void tensor.data;
  return tensor;
}

/**
 * Reads the bytes of an npy file, version 1 to 3.
 * Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *
 * @param name what to call the file in messages
 * @throws TraceError `file`
 */
export function parseNpy(bytes: Uint8Array, name = 'the file'): FileTensor {
  const fail = (found: string, expected: string): never => {
    throw new TraceError({
      code: 'file',
      place: name,
      found,
      expected,
      fix: 'Save it again with numpy.save.',
    });
  };
  const magic = String.fromCharCode(...bytes.subarray(0, 6));
  const version = bytes[6] ?? 0;
  if (magic !== '\x93NUMPY' || version < 1 || version > 3)
    return fail(
      magic === '\x93NUMPY' ? `npy version ${version}` : 'no npy header',
      'an npy file, version 1 to 3',
    );
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const headerStart = version === 1 ? 10 : 12;
  if (bytes.length < headerStart) return fail(`${bytes.length} bytes`, 'a header');
  const dataStart = headerStart + (version === 1 ? dataView.getUint16(8, true) : dataView.getUint32(8, true));
  if (dataStart > bytes.length) return fail(`${bytes.length} bytes`, `a header of ${dataStart}`);
  const text = new TextDecoder().decode(bytes.slice(headerStart, dataStart));
  const { descr, fortran_order: fortran, shape } = parseDict(text);
  const isShape = Array.isArray(shape) && shape.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (descr === undefined || typeof fortran !== 'boolean' || !isShape)
    return fail(`the header ${text.trim().slice(0, 100)}`, 'descr, fortran_order and shape');

  const dims = shape as number[];
  const dtype = typeof descr === 'string' ? descr : 'of several fields';
  const numbers = numberTypes.get(dtype.replace(/^[<>=|]/, ''));
  const size = Number(/\d+$/.exec(dtype)?.[0]);
  const length = dims.reduce((product, n) => product * n, 1) * size;
  if (numbers && length !== bytes.length - dataStart)
    return fail(
      `${bytes.length - dataStart} bytes of numbers`,
      `${length}, as ${dtype} of shape [${dims.join(', ')}]`,
    );
  const content = () => {
    const stored = bytes.subarray(dataStart);
    const ordered = dtype.startsWith('>') && size > 1 ? swapBytes(stored, size) : stored;
    return fortran && dims.length > 1 ? toRowMajor(ordered, dims, size) : ordered;
  };
  return fileTensor(dtype, dims, numbers, content, name);
}

/** A Python dict of strings, booleans and tuples of numbers; empty where it is none. */
function parseDict(text: string): Record<string, unknown> {
  const json = text
    .replaceAll("'", '"')
    .replace(/\bTrue\b/g, 'true')
    .replace(/\bFalse\b/g, 'false')
    .replaceAll('(', '[')
    .replaceAll(')', ']')
    .replace(/(\d)L\b/g, '$1')
    .replace(/,\s*([\]}])/g, '$1');
  try {
    return (JSON.parse(json) ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
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
