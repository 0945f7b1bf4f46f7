// cspell:ignore tril
import { listed } from '../../trace/describe.js';
import { HeldMatrix, type Guard, type Stored } from '../../trace/held-matrix.js';
import type { CellRect } from '../../trace/pyramid/pyramid.js';
import { isSigned, type Quantity, type QuantityName } from '../../trace/quantity.js';
import { newWeights } from '../../trace/weights.js';
import type { AttentionSource, Tensor, WeightArray, WeightType } from '../../trace/types.js';
import { makeSource } from './make-source.js';
import { checkDims, sourceError, sourceQuantity, sourceTensor } from './source-error.js';

/** Lower triangles, row by row: row q holds the weights of keys 0 to q. */
export type PackedInput = Tensor;

export interface PackedOptions {
  /** What the numbers are, as in `createTrace`. Default `'weights'`: in [0, 1]. */
  quantity?: QuantityName | Quantity;
}

/**
 * Causal attention without the half that is zero: of n tokens, the n(n + 1) ∕ 2 weights on and below the diagonal, row by row
 * (as `attention[..., torch.tril(torch.ones(n, n)).bool()]` gives them), uint8, float16 or float32, in [0, 1]. Viewed, not copied.
 *
 * @param triangles `[layer, head, n(n + 1) ∕ 2]`
 * @param options.quantity what the numbers are, where they are no weights
 * @throws TraceError `source` where the last axis is no triangle, and what `createTrace` throws of weights that are wrong
 * @example
 * createTrace({ tokens, attention: packedAttention({ dims: [12, 12, 36], data }) }); // 8 tokens
 */
export function packedAttention(triangles: PackedInput, options: PackedOptions = {}): AttentionSource {
  const place = 'attention';
  const { dims, data, type } = sourceTensor(triangles, place);
  const quantity = sourceQuantity(options.quantity, type);
  const [layers = 0, heads = 0, length = 0] = dims;
  const n = Math.floor(Math.sqrt(2 * length));
  if (dims.length !== 3 || layers * heads * length === 0 || (n * (n + 1)) / 2 !== length)
    throw sourceError(
      place,
      `dims ${listed(dims)}`,
      '[layer, head, n(n + 1) / 2], n the number of tokens',
      'Take the lower triangle with its diagonal, row by row.',
    );
  checkDims([layers, heads, n, n]);
  return makeSource({ dims: [layers, heads, n, n], causal: true, quantity }, (layer, head) => {
    const offset = (layer * heads + head) * length;
    // Nothing beyond the diagonal is stored, so no query can look ahead.
    const rules = { quantity, place: `${place}[${layer}][${head}]` };
    return new PackedMatrix(n, type, data, offset, { rules, see: () => {} });
  });
}

class PackedMatrix extends HeldMatrix {
  constructor(
    n: number,
    type: WeightType,
    private readonly data: WeightArray,
    private readonly offset: number,
    guard: Guard,
  ) {
    super(n, n, type, { guard, signed: isSigned(guard.rules.quantity!) });
  }

  protected override stored({ row, col, rows, cols }: CellRect): Stored {
    const out = newWeights(this.type, rows * cols);
    for (let r = 0; r < rows; r++) {
      const start = this.#rowStart(row + r);
      const end = Math.min(col + cols, row + r + 1);
      if (end > col) out.set(this.data.subarray(start + col, start + end), r * cols);
    }
    return { data: out, offset: 0, stride: cols, own: true };
  }

  protected override at(row: number, col: number): number {
    return col > row ? 0 : this.data[this.#rowStart(row) + col]!;
  }

  #rowStart(row: number): number {
    return this.offset + (row * (row + 1)) / 2;
  }
}
