import type { FactBook } from '../onnx/facts.js';
import { words } from '../onnx/infer.js';
import type { GraphEdit } from '../onnx/edit.js';
import type { Node } from '../onnx/model.js';
import type { Scope } from '../onnx/scope.js';
import { apply } from './build.js';
import { soundCount } from './fused.js';
import { activationProduct, type Product } from './matmul.js';
import { hideKeys, silenceHeads } from './intervene.js';
import { unscaled } from './scaling.js';
import type { Finding, Found, Matcher, VectorName } from './types.js';

/**
 * Attention written out: a product of two activations, scaled and masked in any order, a softmax over the keys, a product
 * with a third activation. A classifier's softmax has no such product on either side.
 */
export const plainAttention: Matcher = (node, scope, facts) => {
  const norm = normalisation(node, scope);
  const after = norm && findValueProduct(node, scope, facts);
  const scores = after && findScoreProduct(norm.scores, scope, facts);
  if (!scores) return undefined;
  return new PlainAttention(node, scope, facts, norm, after, scores);
};

const SOFTMAX = new Set(['Softmax', 'BiasSoftmax', 'QLinearSoftmax']);

/** What may stand between the softmax and the product with the values. */
const BETWEEN = new Set(
  words(
    'Cast Dropout Identity Where Mul Div Reshape Transpose Squeeze Unsqueeze Slice QuantizeLinear ' +
      'DequantizeLinear DynamicQuantizeLinear QLinearMul',
  ),
);
/** Of those, what the weights have only after it: rows without a key become 0, an attention sink's own column goes. */
const PART_OF_WEIGHTS = new Set(['Where', 'Slice']);
/** What may stand between the scores' product and the softmax. */
const BEFORE = new Set(
  words(
    'Add Sub Mul Div Where Cast Max Min Sum Clip Tanh Reshape Identity Squeeze Unsqueeze Concat ' +
      'Transpose Slice Dropout QuantizeLinear DequantizeLinear QLinearAdd QLinearMul Expand',
  ),
);
const FARTHEST = 48;

interface ValueProduct {
  readonly values: string;
  /** The node after which the weights are whole: the softmax, or what mends it. */
  readonly last: Node;
}

function findValueProduct(softmax: Node, scope: Scope, facts: FactBook): ValueProduct | undefined {
  const ahead: { value: string; last: Node }[] = [{ value: softmax.outputs[0]!, last: softmax }];
  for (let i = 0; i < ahead.length && i < FARTHEST; i++) {
    const { value, last } = ahead[i]!;
    for (const reader of scope.consumers(value)) {
      const product = activationProduct(reader, scope, facts);
      if (product && (product.left === value || product.right === value))
        return { values: product.left === value ? product.right : product.left, last };
      if (BETWEEN.has(reader.opType) && reader.outputs[0])
        ahead.push({ value: reader.outputs[0], last: PART_OF_WEIGHTS.has(reader.opType) ? reader : last });
    }
  }
  return undefined;
}

interface ScoreProduct extends Product {
  /** Whether the scores were turned on their way, so that the operands' roles are not certain. */
  readonly turned: boolean;
}

function findScoreProduct(scores: string, scope: Scope, facts: FactBook): ScoreProduct | undefined {
  const behind: { value: string; turned: boolean }[] = [{ value: scores, turned: false }];
  const seen = new Set([scores]);
  for (let i = 0; i < behind.length && i < FARTHEST; i++) {
    const { value, turned } = behind[i]!;
    const made = scope.producer(value);
    if (!made) continue;
    const product = activationProduct(made.node, made.scope, facts);
    if (product) return { ...product, turned };
    if (!BEFORE.has(made.node.opType)) continue;
    for (const input of made.node.inputs)
      if (input && !seen.has(input) && !facts.of(made.scope, input).constant) {
        seen.add(input);
        behind.push({ value: input, turned: turned || made.node.opType === 'Transpose' });
      }
  }
  return undefined;
}

interface Normalisation {
  /** What it makes weights of. */
  readonly scores: string;
  /** The axis that the weights sum to 1 over; undefined where the graph does not say. */
  readonly axis: number | undefined;
}

/** A softmax, whether an operator of its own, the exponential of its logarithm, or exp(x) ÷ Σ exp(x). */
function normalisation(node: Node, scope: Scope): Normalisation | undefined {
  const axisOf = ({ attributes }: Node): number =>
    attributes.get('axis')?.i ?? ((scope.model.opsets.get('') ?? 13) < 13 ? 1 : -1);
  const scores = node.inputs[0];
  if (scores === undefined) return undefined;
  if (SOFTMAX.has(node.opType)) return { scores, axis: axisOf(node) };
  const made = scope.producer(scores)?.node;
  const power = made?.inputs[0];
  if (power === undefined) return undefined;
  if (node.opType === 'Exp' && made!.opType === 'LogSoftmax') return { scores: power, axis: axisOf(made!) };
  if (node.opType !== 'Div' || made!.opType !== 'Exp') return undefined;
  const sum = sumOfPowers(node.inputs[1], power, scope);
  const axes = sum && (sum.attributes.get('axes')?.ints ?? scope.numbers(sum.inputs[1]));
  return sum && { scores: power, axis: axes?.length === 1 ? axes[0] : undefined };
}

/** The sum that a divisor is, shaped or kept from 0 on its way, where it is of these powers of e. */
function sumOfPowers(divisor: string | undefined, power: string, scope: Scope): Node | undefined {
  let made = divisor === undefined ? undefined : scope.producer(divisor)?.node;
  for (let step = 0; step < 6 && made && ON_SUMS.has(made.opType); step++)
    made = made.inputs
      .map((input) => scope.producer(input)?.node)
      .find((node) => node && node.opType !== 'Constant');
  if (made?.opType !== 'ReduceSum') return undefined;
  const summed = scope.producer(made.inputs[0]!)?.node;
  return summed?.opType === 'Exp' && summed.inputs[0] === power ? made : undefined;
}

/** What may stand between a sum and what is divided by it: a constant kept from 0 or added, as where a row may look at nothing. */
const ON_SUMS = new Set(words('Add Max Clip Cast Identity Unsqueeze Reshape Expand'));

class PlainAttention implements Finding {
  readonly operator: string;
  readonly querySide: string;
  readonly keySide: string;
  private output: string;

  constructor(
    readonly node: Node,
    readonly scope: Scope,
    private readonly facts: FactBook,
    private readonly norm: Normalisation,
    private readonly after: ValueProduct,
    private readonly scores: ScoreProduct,
  ) {
    this.operator = node.opType;
    this.querySide = scores.left;
    this.keySide = scores.right;
    this.output = after.last.outputs[0]!;
  }

  get heads(): number | null {
    const dims = this.facts.of(this.scope, this.output).dims;
    return dims?.length === 4 ? soundCount(dims[1]) : null;
  }

  get reason(): string | undefined {
    const { axis, scores } = this.norm;
    const rank = this.facts.of(this.scope, scores).dims?.length;
    const overKeys =
      axis === -1 || (rank === undefined ? axis !== undefined && axis >= 2 : axis === rank - 1);
    return overKeys
      ? undefined
      : `its softmax runs over ${axis === undefined ? 'axes the graph does not say' : `axis ${axis}`}, not over the keys`;
  }

  weights(edit: GraphEdit): Found {
    const { type, dims } = this.facts.of(this.scope, this.after.last.outputs[0]);
    if (this.after.last.opType !== 'QLinearSoftmax') return { value: this.output, type, dims };
    const [, , , scale, zeroPoint] = this.node.inputs;
    const value = apply(edit, 'DequantizeLinear', [this.output, scale!, zeroPoint!].filter(Boolean));
    return { value, type: this.facts.of(this.scope, scale).type, dims };
  }

  vectors(edit: GraphEdit, which: VectorName): Found | string {
    if (this.scores.einsum) return 'written as an Einsum, whose axes may lie in any order';
    if (this.scores.turned) return 'the scores are turned before the softmax';
    const { left, right, rightTurned } = this.scores;
    const value = this.beforeQuantising(
      which === 'values' ? this.after.values : which === 'queries' ? left : right,
    );
    const { type, dims } = this.facts.of(this.scope, value);
    if (!FLOATS.has(type)) return 'quantised inside the attention';
    if (which === 'values') return { value, type, dims };
    const plain = unscaled(edit, value, this.scope, this.facts);
    if (which === 'queries' || rightTurned) return { value: plain, type, dims };
    if (!dims) return 'the number of axes does not follow from the graph';
    const perm = dims.map((_, axis) => axis);
    [perm[perm.length - 2], perm[perm.length - 1]] = [perm.length - 1, perm.length - 2];
    return {
      value: apply(edit, 'Transpose', [plain], { lists: { perm } }),
      type,
      dims: perm.map((axis) => dims[axis]!),
    };
  }

  private beforeQuantising(value: string): string {
    const made = this.scope.producer(value);
    return made?.scope === this.scope && made.node.opType.endsWith('QuantizeLinear')
      ? made.node.inputs[0]!
      : value;
  }

  intervene(edit: GraphEdit, gain: string, keep: string): boolean {
    const { type } = this.facts.of(this.scope, this.output);
    if (!FLOATS.has(type)) return false;
    const name = this.output;
    this.output = `${name}.before`;
    edit.setOutput(this.after.last, 0, this.output);
    const kept = hideKeys(edit, this.after.last, this.output, keep, type, this.scope);
    silenceHeads(edit, this.after.last, kept, gain, type, name);
    return true;
  }
}

const FLOATS = new Set([1, 10, 11, 16]);
