import { errorsOf } from '../trace/errors.js';
import type { SublayerPart, Tensor } from '../trace/index.js';
import { wrongType, type FileTensor } from './file-tensor.js';

export const namesError = errorsOf('file-names');

export type TensorKind = 'attention' | 'queries' | 'keys' | 'values' | SublayerPart;

/** Our name for a tensor: `attention`, or with its stream in encoder-decoder models, `cross.attention`. */
export type TensorName = TensorKind | `${'encoder' | 'decoder' | 'cross'}.${TensorKind}`;

/** The names of tensors in the file, by our names, where they differ; `null` leaves one out. */
export type TensorNames = Partial<Record<TensorName, string | null>>;

/** A tensor as `createTrace` takes it: whole, or one a layer with the layers' numbers. */
export interface FoundTensor {
  input: Tensor | Tensor[];
  layers?: number[];
}

/**
 * Finds a tensor, whole or one per layer in the order of their numbers; undefined if it is optional and missing.
 *
 * @param place the name of the file in messages
 * @throws TraceError `file-names`, `dtype`
 */
export function findTensor(
  tensors: ReadonlyMap<string, Tensor | FileTensor>,
  ours: TensorName,
  names: TensorNames,
  place: string,
): FoundTensor | undefined {
  const theirs = names[ours] === undefined ? ours : names[ours];
  if (theirs === null) return undefined;
  if (typeof theirs !== 'string' || theirs === '')
    throw namesError(
      place,
      `names['${ours}'] that is no name`,
      'a string, or null',
      'Leave it out where ours is right.',
    );
  const whole = tensors.get(theirs);
  if (whole) return { input: read(whole, theirs, place) };

  const pattern = theirs.includes('{layer}') ? theirs : `${theirs}.{layer}`;
  const [before, after] = pattern.split('{layer}') as [string, string];
  const layers = new Map<number, string>();
  for (const name of tensors.keys()) {
    const digits = name.slice(before.length, name.length - after.length);
    if (!/^\d+$/.test(digits) || name !== before + digits + after) continue;
    const layer = Number(digits);
    const twin = layers.get(layer);
    if (!Number.isSafeInteger(layer) || twin !== undefined)
      throw namesError(
        place,
        twin === undefined ? `the name ${name}` : `${twin} and ${name}`,
        twin === undefined ? 'the number of a layer' : 'one tensor a layer',
        'Save each layer once, by its number from 0.',
      );
    layers.set(layer, name);
  }
  if (layers.size > 0) {
    const inOrder = [...layers].sort(([a], [b]) => a - b);
    return {
      input: inOrder.map(([, name]) => read(tensors.get(name)!, name, place)),
      layers: inOrder.map(([layer]) => layer),
    };
  }
  if (names[ours] === undefined) return undefined;
  throw namesError(
    place,
    listNames(tensors),
    `${theirs} or ${pattern}, as names says`,
    `Correct names['${ours}'].`,
  );
}

/** Reads the data now, so that an unreadable type is reported with the tensor's name in the file. */
function read(tensor: Tensor | FileTensor, name: string, place: string): Tensor {
  // createTrace refuses what is no tensor.
  if (typeof tensor !== 'object' || tensor === null || !('dtype' in tensor)) return tensor;
  const { dims, data, dtype, type } = tensor;
  if (type === undefined) throw wrongType(dtype, `${place}, tensor ${name}`);
  return { dims, data };
}

/** Lists the first names: a file of model weights has hundreds. */
export function listNames(tensors: ReadonlyMap<string, unknown>): string {
  const names = [...tensors.keys()];
  const first = names.slice(0, 12).join(', ') || 'no tensors';
  return names.length > 12 ? `${names.length} tensors: ${first}…` : first;
}
