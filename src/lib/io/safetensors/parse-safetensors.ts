import { fileTensor, type FileTensor, type NumberType } from '../file-tensor.js';
import { checkHeader } from './header.js';

/** What a safetensors file holds. */
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
]);

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
  const bytes =
    buffer instanceof ArrayBuffer
      ? new Uint8Array(buffer)
      : new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  const { metadata, entries, dataStart } = checkHeader(bytes, name);
  const tensors = new Map<string, FileTensor>();
  for (const [tensor, { dtype, dims, start, end }] of entries) {
    const part = () => bytes.subarray(dataStart + start, dataStart + end);
    tensors.set(tensor, fileTensor(dtype, dims, numberTypes.get(dtype), part, `${name}, tensor ${tensor}`));
  }
  return { metadata, tensors };
}
