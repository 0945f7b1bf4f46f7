import type { FactBook } from '../../onnx/facts.js';
import { words } from '../../onnx/infer.js';
import type { Node } from '../../onnx/model.js';
import { describeNode, type Scope } from '../../onnx/scope.js';

/** A node on the way, and what it does to what comes in at `input`. */
export interface Step {
  readonly node: Node;
  readonly does: 'move' | 'cast' | 'project' | 'scale' | 'bias';
  /** Where among its inputs the way leads through it. */
  readonly input: number;
}

/** Where what attention gives is added to the residual stream. */
export interface Addition {
  readonly node: Node;
  /** What it is added to. */
  readonly residual: string;
  /** A further bias, which fused operators add. */
  readonly bias?: string;
}

/** The way of the product with the values through the output projection to where it is added: all of it linear. */
export interface OutputPath {
  readonly steps: readonly Step[];
  /** How many numbers enter the projection, heads × dim, and their type. */
  readonly width: number;
  readonly type: number;
  /** The end of the way: what the attention gives. */
  readonly added: string;
  /** Or why it is not known. */
  readonly addition: Addition | string;
}

const MOVES = new Set(words('Transpose Reshape Identity Squeeze Unsqueeze Dropout Flatten'));
/** Additions in one operator with the norm after them. Source: the operators' pages of com.microsoft. */
const SKIPS = new Set(words('SkipLayerNormalization SkipSimplifiedLayerNormalization'));
const IN_8_BITS = /^(QuantizeLinear|DynamicQuantize|QLinear|MatMulInteger)/;
const FARTHEST = 32;

/** Follows the product to its end; says why where there is not one output projection. */
export function followOutput(product: string, scope: Scope, facts: FactBook): OutputPath | string {
  const steps: Step[] = [];
  let [value, width, type] = [product, 0, 0];
  const end = (reason: Addition | string): OutputPath | string =>
    width > 0 ? { steps, width, type, added: value, addition: reason } : (reason as string);
  while (steps.length < FARTHEST) {
    const readers = scope.consumers(value).filter(({ opType }) => opType !== 'Shape');
    const [node] = readers;
    if (!node || readers.length > 1) return end(fork(value, readers));
    const addition = width > 0 ? additionAt(node, value, scope, facts) : undefined;
    if (addition) return end(addition);
    const step = stepAt(node, value, width > 0, scope, facts);
    if (!step) return end(inTheWay(node, width > 0));
    if (step.does === 'project') {
      if (width > 0) return `a second projection, ${describeNode(node)}, follows the first at once`;
      width = widthOf(node, scope, facts);
      ({ type } = facts.of(scope, value));
      if (width === 0)
        return `the width of its output projection ${describeNode(node)} does not follow from the graph`;
    }
    steps.push(step);
    value = node.outputs[0]!;
  }
  return end('it is farther from its output projection than any model has it');
}

function fork(value: string, readers: readonly Node[]): string {
  // A norm written out reads what it norms twice.
  if (readers.some(({ opType }) => opType === 'Pow' || opType === 'ReduceMean'))
    return `a norm of its own reads '${value}' before it goes on`;
  return `'${value}' is read by ${readers.length} operators, where one is expected`;
}

function inTheWay(node: Node, projected: boolean): string {
  const where = projected
    ? 'the output projection and what it is added to'
    : 'the product with the values and the output projection';
  const what = IN_8_BITS.test(node.opType) ? ', which rounds to 8 bits,' : '';
  return `between ${where} stands the ${node.opType} ${describeNode(node)}${what}`;
}

function stepAt(
  node: Node,
  value: string,
  projected: boolean,
  scope: Scope,
  facts: FactBook,
): Step | undefined {
  const input = node.inputs.indexOf(value);
  const { opType } = node;
  if (opType === 'Cast') return { node, does: 'cast', input };
  // After the projection the last axis is the hidden dimension, and stays it.
  if (MOVES.has(opType))
    return projected && opType === 'Transpose' ? undefined : { node, does: 'move', input };
  if (isProjection(node, scope, facts)) return input === 0 ? { node, does: 'project', input } : undefined;
  if (node.inputs.length !== 2 || !isRow(node.inputs[1 - input], scope, facts)) return undefined;
  if (opType === 'Add' && projected) return { node, does: 'bias', input };
  if (opType === 'Mul' || (opType === 'Div' && input === 0)) return { node, does: 'scale', input };
  return undefined;
}

/** Operators that multiply by weights, their second input, from the right. */
const PROJECTS = new Set(words('MatMul Gemm FusedMatMul MatMulNBits'));

function isProjection({ opType, attributes, inputs }: Node, scope: Scope, facts: FactBook): boolean {
  const turned = ['transA', 'transBatchA'].some((name) => attributes.get(name)?.i === 1);
  return PROJECTS.has(opType) && !turned && facts.of(scope, inputs[1]).constant;
}

function widthOf(node: Node, scope: Scope, facts: FactBook): number {
  if (node.opType === 'MatMulNBits') return node.attributes.get('K')?.i ?? 0;
  const { dims } = facts.of(scope, node.inputs[1]);
  if (dims?.length !== 2) return 0;
  return dims[node.attributes.get('transB')?.i === 1 ? 1 : 0] ?? 0;
}

/** Whether a value is constant, and one number or one row of them, the same for every token. */
function isRow(value: string | undefined, scope: Scope, facts: FactBook): boolean {
  const { constant, dims } = facts.of(scope, value);
  return constant && dims !== undefined && dims.slice(0, -1).every((length) => length === 1);
}

function additionAt(node: Node, value: string, scope: Scope, facts: FactBook): Addition | undefined {
  const input = node.inputs.indexOf(value);
  const [first, second, , , bias] = node.inputs;
  const skip = node.domain === 'com.microsoft' && SKIPS.has(node.opType);
  if (!skip && node.opType !== 'Add') return undefined;
  const residual = input === 0 ? second : input === 1 ? first : undefined;
  if (!residual || residual === value || (!skip && isRow(residual, scope, facts))) return undefined;
  // The simplified operator, without a norm's bias, has its own a place earlier.
  const extra = node.opType === 'SkipSimplifiedLayerNormalization' ? node.inputs[3] : bias;
  return { node, residual, ...(skip && extra ? { bias: extra } : {}) };
}
