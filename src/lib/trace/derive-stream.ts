import { describe, listed } from './describe.js';
import { TraceError } from './errors.js';
import { parseQuantity } from './parse-quantity.js';
import { isSigned, type Quantity, type QuantityName } from './quantity.js';
import type { Matrix, Stream } from './types.js';

/** What makes a stream of another. */
export interface Derivation {
  /** What it is called in a trace, and where a stream is chosen. Default: as its base, whose place it can then take. */
  name?: string;
  /** What its numbers are. Default: what those of its base are. */
  quantity?: QuantityName | Quantity;
  /** The model's numbers of its layers and heads, ascending. Default: those of its base. */
  layers?: readonly number[];
  heads?: readonly number[];
  /** Whether a query has numbers for no key after its own position. Default: as its base. */
  causal?: boolean;
  /**
   * The matrix of a layer and head, as many rows and columns as its base has queries and keys. Called once for each that is looked at, by
   * the model's numbers.
   */
  matrix(layer: number, head: number): Matrix;
}

/**
 * A stream made of another: the same tokens, other numbers, computed when they are looked at. Every view draws it, in a trace made by
 * `traceOf`. Queries, keys and values are not carried over, as the numbers no longer follow from them.
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
    held(layers, layer, 'layer', name);
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
      held(headsOf(layer), head, 'head', name);
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

function held(numbers: readonly number[], number: number, what: 'layer' | 'head', stream: string): void {
  if (numbers.includes(number)) return;
  throw new TraceError({
    code: what === 'layer' ? 'unknown-layer' : 'unknown-head',
    place: what,
    found: describe(number),
    expected: `one of ${listed([...numbers])}`,
    fix: `The ${stream} stream holds no other; layers and heads go by the model's numbers, from 0.`,
  });
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
