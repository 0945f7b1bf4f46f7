import type { Trace } from '../trace/index.js';
import { fileKind, wrongKind } from './file-kind.js';
import { npyFile } from './numpy/npy.js';
import { npzFile } from './numpy/npz.js';
import { readSource, type Source } from './read-source.js';
import { safetensorsFile } from './safetensors/safetensors.js';
import { readTrace, type LoadOptions } from './trace-from-tensors.js';

/**
 * Loads a trace from a file: safetensors, npz, or an npy of attention alone, with tokens passed as an option. The format is recognised by
 * the first bytes, not by the name. `traceFromTensors` says how tensors are named.
 *
 * @param source a URL, a `Blob`, bytes or, in Node, a path
 * @throws TraceError `file` for a damaged file or one of another format, `file-names` where tensors are not found, and all that
 * `createTrace` throws
 * @example
 * const trace = await loadTrace(input.files[0]);
 * const other = await loadTrace('attention.npy', { tokens: ['The', 'cat'] });
 */
export async function loadTrace(source: Source, options: LoadOptions = {}): Promise<Trace> {
  const { bytes, name } = await readSource(source, options?.signal);
  switch (fileKind(bytes)) {
    case 'safetensors':
      return readTrace(safetensorsFile(bytes, name), options);
    case 'npz':
      return readTrace(await npzFile(bytes, name, options?.signal), options);
    case 'npy':
      return readTrace(npyFile(bytes, name), options);
    default:
      throw wrongKind(bytes, name, 'a safetensors, npz or npy file');
  }
}
