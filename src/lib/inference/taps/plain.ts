import type { FactBook } from '../onnx/facts.js';
import { words } from '../onnx/infer.js';
import type { GraphEdit } from '../onnx/edit.js';
import type { Node } from '../onnx/model.js';
import type { Scope } from '../onnx/scope.js';
import { apply } from './build.js';
import { soundCount } from './fused.js';
import { activationProduct, type Product } from './matmul.js';
import { hideKeys, silenceHeads } from './intervene.js';
import { isNumber, unscaled } from './scaling.js';
import type { Finding, Found, Matcher, VectorName } from './types.js';

/**
 * Attention written out: a product of two activations, scaled and masked in any order, a softmax over the keys, a product
 * with a third activation. A classifier's softmax has no such product on either side.
 */
export const plainAttention: Matcher = (node, scope, facts) => {
  const norm = normalisation(node, scope);
  const after = norm && findValueProduct(node, scope, facts);
  const scores = after && findScoreProduct(norm.scores, after.values, scope, facts);
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
  /** What comes of it, where the weights stand at the left as they are. */
  readonly product?: string;
  /** The node after which the weights are whole: the softmax, or what mends it. */
  readonly last: Node;
  /** Whether the axes moved between the softmax and what mends it: what is whole is then no `[query, key]`. */
  readonly moved: boolean;
}

function findValueProduct(softmax: Node, scope: Scope, facts: FactBook): ValueProduct | undefined {
  const ahead = [{ value: softmax.outputs[0]!, last: softmax, turned: false, moved: false }];
  for (let i = 0; i < ahead.length && i < FARTHEST; i++) {
    const { value, last, turned, moved } = ahead[i]!;
    for (const reader of scope.consumers(value)) {
      const product = activationProduct(reader, scope, facts);
      if (product?.left === value) {
        const asItIs = !product.einsum && !product.rightTurned && !turned;
        return { values: product.right, last, moved, ...(asItIs && { product: reader.outputs[0] }) };
      }
      if (product?.right === value) return { values: product.left, last, moved };
      if (!BETWEEN.has(reader.opType) || !reader.outputs[0]) continue;
      const mends = isPartOfWeights(reader, value, scope, facts);
      ahead.push({
        value: reader.outputs[0],
        last: mends ? reader : last,
        turned: turned || reader.opType === 'Transpose',
        moved: mends ? turned : moved,
      });
    }
  }
  return undefined;
}

/** A mask multiplied onto weights and the sum that shares them out again make other weights; one number for all does not. */
function isPartOfWeights(node: Node, value: string, scope: Scope, facts: FactBook): boolean {
  if (PART_OF_WEIGHTS.has(node.opType)) return true;
  if (node.opType !== 'Mul' && node.opType !== 'Div') return false;
  return node.inputs.some((input) => input !== value && !isNumber(input, scope, facts));
}

interface ScoreProduct extends Product {
  /** Whether the scores were turned on their way, `[key, query]` into `[query, key]`: the keys then stand at the left. */
  readonly turned: boolean;
  /** Whether other axes moved beside, so that the operands' axes are not certain. */
  readonly shuffled: boolean;
}

/**
 * The product of queries and keys. Scores may be the sum of several products, with relative positions or the scores of another
 * sequence among them: queries and keys are of the one whose operands both come from what the model reads and, of several such,
 * whose keys are the tokens of the values.
 */
function findScoreProduct(
  scores: string,
  values: string,
  scope: Scope,
  facts: FactBook,
): ScoreProduct | undefined {
  const products = scoreProducts(scores, scope, facts);
  const { rows } = facts.of(scope, values);
  const comesFromInputs = (value: string): boolean => facts.of(scope, value).sources !== 0n;
  const read = products.filter(({ left, right }) => comesFromInputs(left) && comesFromInputs(right));
  const own = read.find(({ left, right, turned }) => facts.of(scope, turned ? left : right).rows & rows);
  return own ?? read[0] ?? products[0];
}

function scoreProducts(scores: string, scope: Scope, facts: FactBook): ScoreProduct[] {
  const behind = [{ value: scores, turned: false, shuffled: false }];
  const seen = new Set([scores]);
  const products: ScoreProduct[] = [];
  for (let i = 0; i < behind.length && i < FARTHEST; i++) {
    const { value, turned, shuffled } = behind[i]!;
    const made = scope.producer(value);
    if (!made) continue;
    const product = activationProduct(made.node, made.scope, facts);
    if (product) products.push({ ...product, turned, shuffled });
    if (product || !BEFORE.has(made.node.opType)) continue;
    const turn = made.node.opType === 'Transpose' ? turnOf(made.node) : 'none';
    for (const input of made.node.inputs)
      if (input && !seen.has(input) && !facts.of(made.scope, input).constant) {
        seen.add(input);
        behind.push({
          value: input,
          turned: turn === 'last two' ? !turned : turned,
          shuffled: shuffled || turn === 'other',
        });
      }
  }
  return products;
}

/** What a Transpose does to the last two axes. */
function turnOf({ attributes }: Node): 'none' | 'last two' | 'other' {
  const perm = attributes.get('perm')?.ints;
  const rank = perm?.length ?? 0;
  const [query, key] = perm?.slice(-2) ?? [];
  if (query === rank - 1 && key === rank - 2) return 'last two';
  return rank > 0 && query === rank - 2 && key === rank - 1 ? 'none' : 'other';
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
    [this.querySide, this.keySide] = scores.turned
      ? [scores.right, scores.left]
      : [scores.left, scores.right];
    this.output = after.last.outputs[0]!;
  }

  get valueSide(): string {
    return this.after.values;
  }

  get product(): string | undefined {
    return this.after.product;
  }

  get heads(): number | null {
    const dims = this.facts.of(this.scope, this.output).dims;
    return dims?.length === 4 ? soundCount(dims[1]) : null;
  }

  get reason(): string | undefined {
    const { axis, scores } = this.norm;
    if (this.after.moved) return 'its axes are moved between the softmax and a mask or a sum after it';
    const landmarks = [this.querySide, this.keySide].some((side) => isMeanOfTokens(side, this.scope));
    if (landmarks)
      return 'its queries or keys are means of several tokens (landmarks), so that no matrix of tokens is computed';
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
    if (this.scores.shuffled) return 'the axes of the scores move before the softmax';
    const { right, rightTurned } = this.scores;
    const operand = { queries: this.querySide, keys: this.keySide, values: this.after.values }[which];
    const value = this.beforeQuantising(operand);
    const { type, dims } = this.facts.of(this.scope, value);
    if (!FLOATS.has(type)) return 'quantised inside the attention';
    if (which === 'values')
      return this.product ? { value, type, dims } : 'turned in the product with the weights';
    const plain = unscaled(edit, value, this.scope, this.facts);
    if (operand !== right || rightTurned) return { value: plain, type, dims };
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
    const after = edit.after(this.after.last);
    silenceHeads(after, hideKeys(after, this.output, keep, type, this.scope), gain, type, name);
    return true;
  }
}

/** Whether queries or keys are means over their tokens, as Nyström attention's landmarks are; of a norm the mean is one factor only. */
function isMeanOfTokens(side: string, scope: Scope): boolean {
  let value: string | undefined = side;
  for (let step = 0; value && step < 12; step++) {
    const node: Node | undefined = scope.producer(value)?.node;
    if (node?.opType === 'ReduceMean') return true;
    if (!node || !ON_OPERANDS.has(node.opType)) return false;
    value = node.inputs[0];
  }
  return false;
}

const ON_OPERANDS = new Set(words('Reshape Transpose Identity Unsqueeze Squeeze Expand Cast'));

const FLOATS = new Set([1, 10, 11, 16]);
