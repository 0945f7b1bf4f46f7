import { fileTensor, type FileTensor, type NumberType } from '../file-tensor.js';
import type { Trace } from '../../trace/index.js';
import { asBytes, readSource, type Source } from '../read-source.js';
import { readTrace, type LoadOptions, type TensorFile } from '../trace-from-tensors.js';
import { checkHeader } from './header.js';

/** The content of a safetensors file. */
export interface SafetensorsFile {
  /** The strings under `__metadata__`. */
  metadata: Map<string, string>;
  tensors: Map<string, FileTensor>;
}

const numberTypes = new Map<string, NumberType>([
  ['F64', 'float64'],
  ['F32', 'float32'],
  ['BF16', 'bfloat16'],
  ['F16', 'float16'],
  ['U8', 'uint8'],
  ['BOOL', 'bool'],
  ['I8', 'int8'],
  ['I16', 'int16'],
  ['U16', 'uint16'],
  ['I32', 'int32'],
  ['U32', 'uint32'],
  ['I64', 'int64'],
  ['U64', 'uint64'],
]);

/**
 * Loads a trace from a safetensors file, its tensors named as `traceFromTensors` says. `__metadata__` holds `tokens` (or
 * `encoder.tokens`, `decoder.tokens`) as a JSON array, and may hold the rest as JSON too. Other tensors are not read.
 *
 * Tensors are viewed, not copied: F32, F16 and U8 keep their type. BF16 and F64 become float32.
 *
 * @param source a URL, a `Blob`, bytes or, in Node, a path
 * @throws TraceError `file` for a damaged file, `file-names` where tensors are not found, and all that `createTrace` throws
 * @example
 * const trace = await loadSafetensors('trace.safetensors');
 * const other = await loadSafetensors(file, { names: { attention: 'attentions' }, tokens: ['The', 'cat'] });
 */
export async function loadSafetensors(source: Source, options: LoadOptions = {}): Promise<Trace> {
  const { bytes, name } = await readSource(source, options?.signal);
  return readTrace(safetensorsFile(bytes, name), options);
}

/**
 * Reads the bytes of a safetensors file: header checked whole, tensors viewed, not copied.
 * Format: https://github.com/huggingface/safetensors#format
 *
 * @param name what to call the file in messages
 * @throws TraceError `file` for a file that is cut short, not safetensors, or contradicts itself
 * @example
 * const { tensors } = parseSafetensors(await blob.arrayBuffer());
 * tensors.get('attention')?.dims; // [6, 12, 24, 24]
 */
export function parseSafetensors(buffer: ArrayBuffer | ArrayBufferView, name = 'the file'): SafetensorsFile {
  const { metadata, tensors } = safetensorsFile(asBytes(buffer), name);
  return { metadata, tensors };
}

/** The content of a safetensors file, in the form that every reader gives. */
export function safetensorsFile(bytes: Uint8Array, name: string): TensorFile & SafetensorsFile {
  const { metadata, entries, dataStart } = checkHeader(bytes, name);
  const tensors = new Map<string, FileTensor>();
  for (const [tensor, { dtype, dims, start, end }] of entries) {
    const array = {
      dtype,
      dims,
      numbers: numberTypes.get(dtype),
      bytes: () => bytes.subarray(dataStart + start, dataStart + end),
      place: `${name}, tensor ${tensor}`,
    };
    tensors.set(tensor, fileTensor(array));
  }
  return { name, metadata, tensors };
}
