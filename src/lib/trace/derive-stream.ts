import { TraceError } from './errors.js';
import { indexIn } from './model-numbers.js';
import { parseQuantity } from './parse-quantity.js';
import { isSigned, type Quantity, type QuantityName } from './quantity.js';
import type { Matrix, Stream } from './types.js';

/** How a stream is derived from another. */
export interface Derivation {
  /** Its name in a trace and in menus of streams. Default: that of its base, which it can then replace. */
  name?: string;
  /** What its numbers are. Default: the quantity of its base. */
  quantity?: QuantityName | Quantity;
  /** Its layers and heads, by the model's numbers, ascending. Default: those of its base. */
  layers?: readonly number[];
  heads?: readonly number[];
  /** Whether a query has numbers for no key after its own position. Default: as its base. */
  causal?: boolean;
  /**
   * The matrix of a layer and head, by the model's numbers, with a row for each query of its base and a column for each key. Called once
   * for each matrix that is needed.
   */
  matrix(layer: number, head: number): Matrix;
}

/**
 * A stream derived from another: the same tokens, other numbers, computed on demand. Every view draws it, in a trace made by `traceOf`.
 * Queries, keys and values are not carried over, as the numbers no longer follow from them.
 *
 * @throws TraceError `quantity` for one that is none; when a matrix is first asked for also `unknown-layer`, `unknown-head`, `ragged` where
 * it has not the shape of its base, and `quantity` where it is signed and the quantity is not
 * @example
 * const mean = deriveStream(stream, {
 *   name: 'mean of heads',
 *   heads: [0],
 *   matrix: (layer) => combineMatrices(stream.headsOf(layer).map((head) => stream.matrix(layer, head)), 'mean'),
 * });
 */
export function deriveStream(base: Stream, derivation: Derivation): Stream {
  const { name = base.name, layers = base.layers, heads = base.heads } = derivation;
  const quantity = parseQuantity(derivation.quantity ?? base.quantity, 'quantity');
  const matrices = new Map<string, Matrix>();
  const headsOf = (layer: number): readonly number[] => {
    indexIn(layers, layer, 'layer', `The ${name} stream`);
    return derivation.heads ?? base.headsOf(layer);
  };
  return {
    ...{ name, kind: base.kind, quantity, layers, heads, headsOf },
    queryTokens: base.queryTokens,
    keyTokens: base.keyTokens,
    querySegments: base.querySegments,
    keySegments: base.keySegments,
    get causal() {
      return derivation.causal ?? base.causal;
    },
    matrix(layer, head) {
      indexIn(headsOf(layer), head, 'head', `The ${name} stream`);
      const at = `${layer} ${head}`;
      const known = matrices.get(at);
      if (known) return known;
      const made = derivation.matrix(layer, head);
      check(made, base, quantity, `the ${name} stream, layer ${layer}, head ${head}`);
      matrices.set(at, made);
      return made;
    },
  };
}

function check({ rows, cols, signed }: Matrix, base: Stream, quantity: Quantity, place: string): void {
  const [queries, keys] = [base.queryTokens.length, base.keyTokens.length];
  if (rows !== queries || cols !== keys)
    throw new TraceError({
      code: 'ragged',
      place,
      found: `a matrix of ${rows} × ${cols}`,
      expected: `${queries} × ${keys}, its queries and keys`,
      fix: 'Return a row for each query and a column for each key of the stream it is made of.',
    });
  if (signed && !isSigned(quantity))
    throw new TraceError({
      code: 'quantity',
      place,
      found: `a signed matrix in a stream of the quantity ${quantity.name}`,
      expected: 'a quantity whose range starts below 0',
      fix: "Say what the numbers are, as in quantity: 'differences'.",
    });
}
