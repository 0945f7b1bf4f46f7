import { TraceError } from '../../trace/index.js';
import type { FileTensor } from '../file-tensor.js';
import { parseNpy } from './npy.js';
import { readSource, type Source } from '../read-source.js';
import { readZip } from './read-zip.js';

/**
 * Loads the arrays of an npz file, as `numpy.savez` and `numpy.savez_compressed` write it, by their names. An array that is
 * neither float nor uint8 fails only when its `data` is read.
 *
 * @param source a URL, a `Blob`, bytes or, in Node, a path
 * @throws TraceError `file` for a damaged file
 * @example
 * const { attention, queries, keys } = await loadNpz('trace.npz');
 * const trace = createTrace({ attention, queries, keys, tokens });
 */
export async function loadNpz(
  source: Source,
  options: { signal?: AbortSignal } = {},
): Promise<Record<string, FileTensor>> {
  const { bytes, name } = await readSource(source, options.signal);
  const arrays: [string, FileTensor][] = [];
  for (const [member, content] of await readZip(bytes, name, options.signal)) {
    if (!member.endsWith('.npy'))
      throw new TraceError({
        code: 'file',
        place: name,
        found: `a member ${member}`,
        expected: 'arrays alone, each ending in .npy',
        fix: 'Save it with numpy.savez.',
      });
    arrays.push([member.slice(0, -4), parseNpy(content, `${name}, ${member}`)]);
  }
  return Object.fromEntries(arrays);
}
