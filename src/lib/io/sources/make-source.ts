import { weightQuantity } from '../../trace/quantity.js';
import type { AttentionSource, Matrix } from '../../trace/types.js';

/** A source whose matrices are made on first use, and kept. */
export function makeSource(
  more: Omit<AttentionSource, 'matrix'>,
  make: (layer: number, head: number) => Matrix,
): AttentionSource {
  const matrices: Matrix[] = [];
  return {
    quantity: weightQuantity,
    ...more,
    matrix: (layer, head) => (matrices[layer * more.dims[1] + head] ??= make(layer, head)),
  };
}
