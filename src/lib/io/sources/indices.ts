import { describe } from '../../trace/describe.js';
import type { Tensor } from '../../trace/types.js';
import { checkTensor, sourceError } from './source-error.js';

/** Whole numbers in any array: of 64 bits too, as torch has them. */
export interface IndexTensor {
  readonly dims: readonly number[];
  readonly data: ArrayLike<number> | ArrayLike<bigint>;
}

/**
 * The numbers of a tensor of indices.
 *
 * @throws TraceError `source` where data and dims do not agree
 */
export function parseIndices(
  tensor: IndexTensor | Tensor,
  axes: number,
  place: string,
): (at: number) => number {
  checkTensor(tensor, place);
  const { dims, data } = tensor as IndexTensor;
  const size = Array.isArray(dims) ? dims.reduce((product: number, n: number) => product * n, 1) : NaN;
  if (dims?.length !== axes || typeof data?.length !== 'number' || data.length !== size)
    throw sourceError(
      place,
      `dims ${describe(dims)} and ${data?.length ?? 'no'} elements`,
      `${axes} axes whose product is the number of elements`,
      'Pass { dims, data } with whole numbers.',
    );
  return (at) => Number(data[at]);
}
