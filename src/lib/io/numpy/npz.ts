import type { Tensor, Trace } from '../../trace/index.js';
import { fileError } from '../file-error.js';
import { fileKind, wrongKind } from '../file-kind.js';
import type { FileTensor } from '../file-tensor.js';
import { readSource, type Source } from '../read-source.js';
import { readTrace, type LoadOptions, type TensorFile } from '../trace-from-tensors.js';
import { parseNpy } from './npy.js';
import { readZip } from './read-zip.js';

/**
 * Loads a trace from an npz file, as `numpy.savez` and `numpy.savez_compressed` write it, its arrays named as `traceFromTensors` says.
 * Metadata are arrays too: `tokens` an array of text, `layers` one of whole numbers, `segments` its JSON as text.
 *
 * @param source a URL, a `Blob`, bytes or, in Node, a path
 * @throws TraceError `file` for a damaged file, `file-names` where arrays are not found, and all that `createTrace` throws
 * @example
 * const trace = await loadNpz('trace.npz'); // np.savez('trace.npz', attention=attention, tokens=np.array(tokens))
 */
export async function loadNpz(source: Source, options: LoadOptions = {}): Promise<Trace> {
  const { bytes, name } = await readSource(source, options?.signal);
  return readTrace(await npzFile(bytes, name, options?.signal), options);
}

/**
 * Loads the arrays of an npz file by their names, whatever they are. An array that cannot be read, such as one of Python
 * objects, fails only when its `data` or `text` is asked for.
 *
 * @param source a URL, a `Blob`, bytes or, in Node, a path
 * @throws TraceError `file` for a damaged file
 * @example
 * const { weights, keys } = await loadNpzArrays('top.npz');
 * const trace = createTrace({ tokens, attention: topKeyAttention({ weights, keys }) });
 */
export async function loadNpzArrays(
  source: Source,
  options: { signal?: AbortSignal } = {},
): Promise<Record<string, FileTensor>> {
  const { bytes, name } = await readSource(source, options?.signal);
  return Object.fromEntries(await parseNpz(bytes, name, options?.signal));
}

async function parseNpz(
  bytes: Uint8Array,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Map<string, FileTensor>> {
  if (fileKind(bytes) === 'torch') throw wrongKind(bytes, name, 'an npz file');
  const arrays = new Map<string, FileTensor>();
  for (const [member, content] of await readZip(bytes, name, signal)) {
    if (!member.endsWith('.npy'))
      throw fileError(
        name,
        `a member ${member}`,
        'arrays alone, each ending in .npy',
        'Save it with numpy.savez.',
      );
    arrays.set(member.slice(0, -4), parseNpy(content, `${name}, ${member}`));
  }
  return arrays;
}

/** The content of an npz file. */
export async function npzFile(bytes: Uint8Array, name: string, signal?: AbortSignal): Promise<TensorFile> {
  const arrays = await parseNpz(bytes, name, signal);
  const metadata = new Map<string, unknown>();
  for (const [key, array] of arrays) if (metadataNames.test(key)) metadata.set(key, valueOf(array));
  return { name, tensors: arrays as ReadonlyMap<string, Tensor>, metadata };
}

const metadataNames =
  /^(?:(?:encoder|decoder|cross)\.)?(?:tokens|segments|layers|heads|causal|quantity|scoring|queryPositions|present|specialTokens|model|text)$/;

/** An array of one axis as its elements, one without axes as the element; booleans as such. */
function valueOf(array: FileTensor): unknown {
  const elements = array.text ?? Array.from(array.data, (n) => (array.dtype === '|b1' ? n === 1 : n));
  return array.dims.length === 0 ? elements[0] : elements;
}
