import { DataType, type Node } from './model.js';
import type { Scope } from './scope.js';

/** Lengths of a value's axes, null where unknown; undefined where not even their number is known. */
export type Shape = readonly (number | null)[] | undefined;

export interface Known {
  /** `TensorProto.DataType`, 0 where unknown. */
  readonly type: number;
  readonly dims: Shape;
  /** The numbers of a small value of one axis or none (a shape, an axis, a scale), null where unknown. */
  readonly values: Shape;
}

export interface Inference {
  readonly scope: Scope;
  readonly node: Node;
  readonly inputs: readonly Known[];
  /** Which output is asked for. */
  readonly output: number;
}

/** The names of a list, which formatting would give a line each. */
export const words = (list: string): string[] => list.split(' ');

const BOOLEAN = new Set(words('Equal Greater GreaterOrEqual Less LessOrEqual Not And Or Xor IsNaN IsInf'));
const INTEGER = new Set(words('Shape Size NonZero ArgMax ArgMin'));
/** Operators that take the type of an input other than the first. */
const TYPE_FROM: Record<string, number> = {
  Where: 1,
  DequantizeLinear: 1,
  CastLike: 1,
  QLinearMatMul: 7,
  EmbedLayerNormalization: 2,
  GatherBlockQuantized: 2,
  QAttention: 3,
};

/** The element type of a node's output. Sources: the operators' pages of ONNX and of com.microsoft. */
export function inferType({ scope, node, inputs, output }: Inference): number {
  const { opType, attributes } = node;
  if (opType === 'Cast') return attributes.get('to')?.i ?? 0;
  if (BOOLEAN.has(opType)) return DataType.bool;
  if (INTEGER.has(opType)) return DataType.int64;
  if (opType === 'Constant') {
    const tensor = scope.tensor(node.outputs[0]!);
    return (
      tensor?.dataType ??
      (attributes.has('value_int') || attributes.has('value_ints') ? DataType.int64 : DataType.float)
    );
  }
  if (opType === 'ConstantOfShape') return attributes.get('value')?.tensor?.dataType ?? DataType.float;
  if (opType === 'MatMulInteger' || opType === 'ConvInteger') return DataType.int32;
  if (opType === 'DynamicQuantizeLinear') return output === 1 ? DataType.float : DataType.uint8;
  if (opType === 'QuantizeLinear') return inputs[2]?.type || DataType.uint8;
  if (opType === 'MatMulIntegerToFloat') return inputs[2]?.type ?? DataType.float;
  if (opType === 'TopK' && output === 1) return DataType.int64;
  const from = TYPE_FROM[opType];
  return (from === undefined ? inputs.find((input) => input.type)?.type : inputs[from]?.type) ?? 0;
}

/** The shape of a node's output as far as it follows from the graph; the rules say no more than is certain. */
export function inferDims(context: Inference): Shape {
  const { scope, node, inputs } = context;
  const dims = inputs[0]?.dims;
  const ints = (name: string) => node.attributes.get(name)?.ints;
  switch (node.opType) {
    case 'Constant':
      return scope.tensor(node.outputs[0]!)?.dims ?? (ints('value_ints') ? [ints('value_ints')!.length] : []);
    case 'Shape':
      return [dims ? dims.length : null];
    case 'Transpose': {
      const perm = ints('perm');
      if (perm?.length) return perm.map((axis) => dims?.[axis] ?? null);
      return dims?.toReversed();
    }
    case 'Reshape':
      return reshaped(dims, inputs[1]?.values) ?? unknown(inputs[1]?.dims?.[0]);
    case 'Expand':
      return broadcast(dims, inputs[1]?.values ?? unknown(inputs[1]?.dims?.[0]));
    case 'ConstantOfShape':
      return inputs[0]?.values ?? unknown(dims?.[0]);
    case 'MatMul':
    case 'MatMulInteger':
    case 'FusedMatMul':
    case 'MatMulIntegerToFloat':
    case 'QLinearMatMul': {
      const right = inputs[node.opType === 'QLinearMatMul' ? 3 : 1]?.dims;
      if (!dims || !right || dims.length < 2 || right.length < 2) return undefined;
      const batch = broadcast(dims.slice(0, -2), right.slice(0, -2))!;
      const flip = (name: string): boolean => node.attributes.get(name)?.i === 1;
      return [...batch, dims.at(flip('transA') ? -1 : -2)!, right.at(flip('transB') ? -2 : -1)!];
    }
    case 'MatMulNBits':
      return dims && [...dims.slice(0, -1), node.attributes.get('N')?.i ?? null];
    case 'Gather': {
      const at = inputs[1]?.dims;
      if (!dims || !at) return undefined;
      const from = axisOf(node, dims.length);
      return [...dims.slice(0, from), ...at, ...dims.slice(from + 1)];
    }
    case 'Unsqueeze': {
      const axes = ints('axes') ?? inputs[1]?.values ?? unknown(inputs[1]?.dims?.[0]);
      if (!dims || !axes) return undefined;
      const out: (number | null)[] = Array.from({ length: dims.length + axes.length }, () => null);
      const added = axes.map((axis) => (axis === null ? null : fromFirst(axis, out.length)));
      if (added.includes(null)) return out;
      let next = 0;
      return out.map((_, i) => (added.includes(i) ? 1 : dims[next++]!));
    }
    case 'Squeeze': {
      const axes = ints('axes') ?? inputs[1]?.values;
      if (!dims || !axes || axes.includes(null)) return undefined;
      const gone = axes.map((axis) => fromFirst(axis!, dims.length));
      return dims.filter((_, i) => !gone.includes(i));
    }
    case 'Concat': {
      if (!dims || inputs.some((input) => input.dims?.length !== dims.length)) return undefined;
      const at = axisOf(node, dims.length);
      return dims.map((dim, i) => (i === at ? sum(inputs.map((input) => input.dims![i]!)) : dim));
    }
    case 'Slice': {
      const values = inferValues(context);
      return values ? [values.length] : sliceDims(context);
    }
    case 'Split':
      return splitDims(context);
    case 'TopK':
      return sliceDims(context);
    case 'Range':
      return [null];
    default:
      if (LIKE_FIRST.has(node.opType)) return context.output === 0 ? dims : undefined;
      if (KEEPS_RANK.has(node.opType))
        return node.attributes.get('keepdims')?.i === 0 ? undefined : dims?.map(() => null);
      return ELEMENTWISE.has(node.opType)
        ? inputs.map((input) => input.dims).reduce(broadcast, [])
        : undefined;
  }
}

const ELEMENTWISE = new Set([
  ...words(
    'Add Sub Mul Div Pow Max Min Sum Where Sqrt Reciprocal Neg Abs Exp Log Cos Sin Tanh Erf ' +
      'Sigmoid Relu Gelu FastGelu Cast Identity Softmax LogSoftmax IsNaN Not And Or Floor Round ' +
      'BiasSoftmax LeakyRelu HardSigmoid QLinearAdd QLinearMul',
  ),
  ...BOOLEAN,
]);
/** Operators whose output has the shape of their first input; further inputs are scales, limits, weights. */
const LIKE_FIRST = new Set(
  words(
    'QuantizeLinear DequantizeLinear DynamicQuantizeLinear QLinearSoftmax Dropout Clip CastLike ' +
      'Trilu CumSum RotaryEmbedding LayerNormalization SimplifiedLayerNormalization SkipLayerNormalization ' +
      'SkipSimplifiedLayerNormalization',
  ),
);
/** Operators that keep the number of axes, not their lengths. */
const KEEPS_RANK = new Set(
  words('Pad Tile ReduceSum ReduceMean ReduceMax ReduceMin MultiHeadAttention GroupQueryAttention Conv'),
);

/** The numbers of a small integer value that say a shape. */
export function inferValues({ scope, node, inputs }: Inference): Shape {
  const first = inputs[0];
  switch (node.opType) {
    case 'Constant':
      return (scope.tensor(node.outputs[0]!)?.dims.length ?? 0) <= 1
        ? scope.numbers(node.outputs[0])
        : undefined;
    case 'Shape':
      return (
        first?.dims && first.dims.slice(node.attributes.get('start')?.i ?? 0, node.attributes.get('end')?.i)
      );
    case 'Identity':
    case 'Cast':
    case 'Unsqueeze':
    case 'Squeeze':
    case 'Reshape':
      return first?.values;
    case 'Concat':
      return inputs.every((input) => input.values) ? inputs.flatMap((input) => input.values!) : undefined;
    case 'Gather': {
      const from = first?.values;
      return from && inputs[1]?.values?.map((at) => (at === null ? null : (from.at(at) ?? null)));
    }
    case 'Slice': {
      const [start, end, , step] = [1, 2, 3, 4].map((i) => inputs[i]?.values?.[0]);
      if (typeof start !== 'number' || typeof end !== 'number' || (step ?? 1) !== 1) return undefined;
      return first?.values?.slice(start, end);
    }
    case 'Mul':
    case 'Add':
    case 'Sub':
    case 'Div': {
      const [a, b] = [first?.values, inputs[1]?.values];
      return a && b && Array.from({ length: Math.max(a.length, b.length) }, () => null);
    }
    default:
      return undefined;
  }
}

/** Where as many lengths are open before as after (a batch, a text's length), -1 is what the known ones leave: heads, mostly. */
function reshaped(dims: Shape, target: Shape): Shape {
  const lengths = target?.map((length, i) => (length === 0 ? (dims?.[i] ?? null) : length));
  const at = lengths?.indexOf(-1) ?? -1;
  if (!lengths || at < 0) return lengths;
  const open = (shape: readonly (number | null)[]): number =>
    shape.filter((length) => length === null).length;
  const product = (shape: readonly (number | null)[]): number =>
    shape.reduce<number>((all, length) => all * (length ?? 1), 1);
  const others = lengths.toSpliced(at, 1);
  const left = dims && open(dims) === open(others) ? product(dims) / product(others) : NaN;
  return lengths.with(at, Number.isSafeInteger(left) && left > 0 ? left : null);
}

function splitDims({ node, inputs, output }: Inference): Shape {
  const dims = inputs[0]?.dims;
  if (!dims) return undefined;
  const at = axisOf(node, dims.length);
  const sizes = inputs[1]?.values ?? node.attributes.get('split')?.ints;
  const even = (dims[at] ?? NaN) / node.outputs.length;
  const part = sizes?.length ? sizes[output] : Number.isInteger(even) ? even : null;
  return dims.map((dim, i) => (i === at ? (part ?? null) : dim));
}

function sliceDims({ node, inputs, scope }: Inference): Shape {
  const dims = inputs[0]?.dims;
  if (!dims) return undefined;
  const axes =
    node.opType === 'Slice' ? scope.numbers(node.inputs[3]) : [node.attributes.get('axis')?.i ?? -1];
  if (!axes) return dims.map(() => null);
  const cut = axes.map((axis) => fromFirst(axis, dims.length));
  return dims.map((dim, i) => (cut.includes(i) ? null : dim));
}

/** An axis, which may be counted from the last, counted from the first. */
function fromFirst(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

function axisOf({ attributes }: Node, rank: number): number {
  return fromFirst(attributes.get('axis')?.i ?? 0, rank);
}

/** Lengths after broadcasting, aligned at the last axis. */
function broadcast(a: Shape, b: Shape): Shape {
  if (!a || !b) return undefined;
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = i < rank - a.length ? 1 : a[i - (rank - a.length)]!;
    const right = i < rank - b.length ? 1 : b[i - (rank - b.length)]!;
    return left === 1 ? right : right === 1 ? left : (left ?? right);
  });
}

function unknown(length: number | null | undefined): Shape {
  return typeof length === 'number' && length >= 0 && length < 16
    ? Array.from({ length }, () => null)
    : undefined;
}

function sum(lengths: readonly (number | null)[]): number | null {
  return lengths.reduce((total, length) => (total === null || length === null ? null : total + length), 0);
}
