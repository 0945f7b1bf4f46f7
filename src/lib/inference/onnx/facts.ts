import type { Model, Node, ValueInfo } from './model.js';
import { inferDims, inferType, inferValues, words, type Known, type Shape } from './infer.js';
import { Scope } from './scope.js';

/** What is known of a value without running the model. */
export interface Facts extends Known {
  /** Whether it is the same at every run: a weight, or computed from weights only. */
  readonly constant: boolean;
  /** The model's inputs its numbers come from, a bit each; shapes and masks' shapes do not count. */
  readonly sources: bigint;
  /**
   * What its rows are of, a bit for each of the book's `origins`: an input, what a table holds for ids, rows chosen from among
   * others, learned rows. A product has the rows of what stands at its left: tokens that look at others learn from them and stay
   * who they are.
   */
  readonly rows: bigint;
}

const NOTHING: Facts = {
  type: 0,
  dims: undefined,
  values: undefined,
  constant: false,
  sources: 0n,
  rows: 0n,
};

/** Shapes longer than any real one are not followed: a made-up graph could double them at each node. */
const LONGEST_SHAPE = 32;
/** Inputs after this many share a bit, so that a made-up graph of a million inputs costs no more; origins likewise. */
const MOST_INPUTS = 1024;
const MOST_ORIGINS = 2048;

/** Where rows begin. */
export interface Origin {
  readonly kind: 'input' | 'lookup' | 'choice' | 'learned';
  /** The inputs it comes from, a bit each. */
  readonly sources: bigint;
}

/** Operators that take rows of their first input by the numbers of their second. */
const CHOOSING = new Set(['Gather', 'GatherElements', 'GatherND', 'GatherBlockQuantized']);

/** Operators whose output holds none of their input's numbers. */
const SHAPE_ONLY = new Set(['Shape', 'Size', 'ConstantOfShape']);
/** Operators whose further inputs say where, not what. */
const FIRST_INPUT_ONLY = new Set(
  words(
    'Reshape Expand Slice Pad Tile Unsqueeze Squeeze ReduceSum ReduceMean ReduceMax Split TopK ' +
      'Trilu CastLike',
  ),
);

/** The inputs whose numbers go into a node's output, those that only say a shape or a place left out. */
export function dataInputs(node: Node): readonly string[] {
  if (SHAPE_ONLY.has(node.opType)) return [];
  const inputs = FIRST_INPUT_ONLY.has(node.opType) ? node.inputs.slice(0, 1) : node.inputs;
  return inputs.filter((input) => input !== '');
}

/**
 * Facts of every value of a model, found in one pass in the order of computation: type, shape where it follows from the
 * graph, whether it is constant, and which inputs it comes from.
 */
export class FactBook {
  readonly inputs: readonly ValueInfo[];
  readonly origins: Origin[] = [];
  /** The origins that are tokens looked up or chosen. */
  private tokens = 0n;
  private readonly known = new Map<Scope, Map<string, Facts>>();

  constructor(
    readonly model: Model,
    readonly root: Scope,
  ) {
    this.inputs = root.graph.inputs.filter((input) => !root.graph.initializers.has(input.name));
    const start = new Map<string, Facts>();
    this.inputs.forEach((input, bit) => {
      const sources = 1n << BigInt(Math.min(bit, MOST_INPUTS));
      start.set(input.name, {
        ...NOTHING,
        ...declared(input),
        sources,
        rows: this.originate('input', sources),
      });
    });
    this.walk(root, start);
  }

  of(scope: Scope, value: string | undefined): Facts {
    if (!value) return NOTHING;
    for (let at: Scope | undefined = scope; at; at = at.parent) {
      const facts = this.known.get(at)?.get(value);
      if (facts) return facts;
    }
    return NOTHING;
  }

  private originate(kind: Origin['kind'], sources: bigint): bigint {
    if (this.origins.length < MOST_ORIGINS) this.origins.push({ kind, sources });
    const bit = 1n << BigInt(this.origins.length - 1);
    if (kind === 'lookup' || kind === 'choice') this.tokens |= bit;
    return bit;
  }

  /** A table of rows, such as learned queries, begins them; a single row is a bias or a norm. */
  private learned(dims: Shape): bigint {
    return (dims?.length ?? 0) > 1 && dims!.at(-2) !== 1 ? this.originate('learned', 0n) : 0n;
  }

  /** Names of the inputs behind a value. */
  sourceNames(sources: bigint): string[] {
    return this.inputs.filter((_, bit) => (sources >> BigInt(bit)) & 1n).map((input) => input.name);
  }

  private walk(scope: Scope, facts: Map<string, Facts>): void {
    this.known.set(scope, facts);
    for (const [name, tensor] of scope.graph.initializers) {
      const values = tensor.dims.length <= 1 ? scope.numbers(name) : undefined;
      const { dataType: type, dims } = tensor;
      facts.set(name, { ...NOTHING, type, dims, values, constant: true, rows: this.learned(dims) });
    }
    for (const node of scope.order) this.visit(scope, node, facts);
  }

  private visit(scope: Scope, node: Node, facts: Map<string, Facts>): void {
    const inputs = node.inputs.map((input) => this.of(scope, input));
    const data = dataInputs(node).map((input) => this.of(scope, input));
    const sources = data.reduce((all, facts) => all | facts.sources, 0n);
    const rows = this.rowsOf(node, data);
    const inner = scope.bodiesOf(node);
    for (const child of inner) this.walk(child, bodyInputs(child, sources, rows));
    const constant =
      inner.length === 0 && node.inputs.every((input, i) => input === '' || inputs[i]!.constant);
    const branch = inner[0];
    node.outputs.forEach((output, i) => {
      if (!output) return;
      if (branch) {
        const ends = inner.map((child) => this.of(child, child.graph.outputs[i]?.name));
        facts.set(output, {
          ...ends[0]!,
          values: undefined,
          constant,
          sources: ends.reduce((all, end) => all | end.sources, sources),
          rows: ends.reduce((all, end) => all | end.rows, rows),
        });
        return;
      }
      const given = scope.graph.valueInfo.get(output);
      const context = { scope, node, inputs, output: i };
      const found: Known = {
        type: inferType(context),
        dims: short(inferDims(context)),
        values: short(inferValues(context)),
      };
      facts.set(output, {
        type: given?.dataType || found.type,
        dims: merge(given && declared(given).dims, found.dims),
        values: found.values,
        constant,
        sources,
        rows: node.opType === 'Constant' ? this.learned(scope.tensor(output)?.dims) : rows,
      });
    });
  }

  /** Weights may be of the scores of two sequences added; what they are multiplied with says which of them the rows are of. */
  private shared(left: bigint, right: bigint): bigint {
    return left & right & this.tokens ? left & right : left;
  }

  private rowsOf({ opType }: Node, data: readonly Facts[]): bigint {
    const [first, second] = data;
    if (!first) return 0n;
    // Ids choose from a table, or tokens are chosen from among others by what they hold: those are rows of their own.
    if (CHOOSING.has(opType) && second && second.sources !== 0n)
      return this.originate(first.constant ? 'lookup' : 'choice', first.sources | second.sources);
    if (CHOOSING.has(opType)) return first.rows;
    // A weight at the left, of two axes at most, has no rows; a learned query has, and they come from no input.
    const isWeight = first.constant && (first.dims?.length ?? 0) < 3;
    if (ROWS_OF_FIRST.has(opType) && !isWeight) return this.shared(first.rows, second?.rows ?? 0n);
    return data.reduce((all, facts) => all | facts.rows, 0n);
  }
}

/** Inside a loop's body its inputs come from what the loop reads; a branch has none. */
function bodyInputs(child: Scope, sources: bigint, rows: bigint): Map<string, Facts> {
  return new Map(
    child.graph.inputs.map((input) => [input.name, { ...NOTHING, ...declared(input), sources, rows }]),
  );
}

/** Operators whose output has the rows of their first input: products, and attention in one. */
const ROWS_OF_FIRST = new Set(
  words(
    'MatMul Einsum FusedMatMul TransposeMatMul MatMulInteger MatMulIntegerToFloat DynamicQuantizeMatMul QLinearMatMul ' +
      'Attention MultiHeadAttention GroupQueryAttention DecoderMaskedMultiHeadAttention',
  ),
);

function declared({ dataType, dims }: ValueInfo): Known {
  return {
    type: dataType,
    dims: dims?.map((dim) => (typeof dim === 'number' ? dim : null)),
    values: undefined,
  };
}

function short(shape: Shape): Shape {
  return shape && shape.length <= LONGEST_SHAPE ? shape : undefined;
}

function merge(a: Shape, b: Shape): Shape {
  if (!a || !b || a.length !== b.length) return a ?? b;
  return a.map((dim, i) => dim ?? b[i]!);
}
