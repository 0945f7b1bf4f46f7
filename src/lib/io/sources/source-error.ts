import { describe, isRecord, listed } from '../../trace/describe.js';
import { errorsOf } from '../../trace/errors.js';
import { parseQuantity } from '../../trace/parse-quantity.js';
import { parseTensor } from '../../trace/parse-tensor.js';
import { holdsWeights, type Quantity, type QuantityName } from '../../trace/quantity.js';
import type { Tensor, WeightType } from '../../trace/types.js';

export const sourceError = errorsOf('source');

/**
 * Checks that the input of a source is an object.
 *
 * @param call the function that was called
 * @param parts what it takes
 * @throws TraceError `source`
 */
export function checkInput(input: unknown, call: string, parts: string): void {
  if (isRecord(input)) return;
  throw sourceError(call, describe(input), parts, `Call ${call}(${parts}).`);
}

/** @throws TraceError `source` if it is not `{ dims, data }`, and all that `parseTensor` throws */
export function sourceTensor(tensor: unknown, place: string): ReturnType<typeof parseTensor> {
  checkTensor(tensor, place);
  return parseTensor(tensor, place);
}

/** @throws TraceError `source` if it is not `{ dims, data }` */
export function checkTensor(tensor: unknown, place: string): asserts tensor is Tensor {
  if (typeof tensor === 'object' && tensor !== null && 'dims' in tensor && 'data' in tensor) return;
  throw sourceError(
    place,
    describe(tensor),
    '{ dims, data }',
    'Pass the lengths of the axes, and one typed array.',
  );
}

/**
 * Parses the quantity of a source, as `createTrace` does.
 *
 * @param type how they are stored, where that is known: bytes hold weights alone
 * @throws TraceError `quantity`, `source`
 */
export function sourceQuantity(given: QuantityName | Quantity | undefined, type?: WeightType): Quantity {
  const quantity = parseQuantity(given, 'quantity');
  checkType(quantity, type, 'quantity');
  return quantity;
}

/** @throws TraceError `source` for bytes of another quantity than weights */
export function checkType(quantity: Quantity, type: WeightType | undefined, place: string): void {
  if (type === 'uint8' && !holdsWeights(quantity))
    throw sourceError(
      place,
      `${quantity.name} in uint8`,
      'float32 or float16',
      'A byte stands for a weight, 255 for 1: pass other numbers as floats.',
    );
}

/** More layers × heads, or tokens, than any model has: each takes memory. */
const [mostHeads, mostTokens] = [2 ** 20, 2 ** 27];

/** @throws TraceError `source` if it is not a shape of attention */
export function checkDims(dims: unknown): asserts dims is readonly [number, number, number, number] {
  const whole = Array.isArray(dims) && dims.length === 4 && dims.every((n) => Number.isInteger(n) && n > 0);
  if (!whole)
    throw sourceError('dims', listed(dims), '[layer, head, query, key]', 'Give the shape of the whole.');
  const [layers, heads, rows, cols] = dims as [number, number, number, number];
  if (layers * heads <= mostHeads && Math.max(rows, cols) <= mostTokens) return;
  throw sourceError(
    'dims',
    listed(dims),
    `at most ${mostHeads} heads in all, of ${mostTokens} tokens`,
    'The axes are [layer, head, query, key].',
  );
}
