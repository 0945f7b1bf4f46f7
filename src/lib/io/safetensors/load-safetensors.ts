import type { Trace } from '../../trace/index.js';
import { readSource, type Source } from '../read-source.js';
import { readTrace, type LoadOptions } from '../trace-from-tensors.js';
import { safetensorsFile } from './parse-safetensors.js';

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
