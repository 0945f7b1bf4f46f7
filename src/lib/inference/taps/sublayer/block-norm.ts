import type { FactBook } from '../../onnx/facts.js';
import { words } from '../../onnx/infer.js';
import type { Node } from '../../onnx/model.js';
import { describeNode, type Scope } from '../../onnx/scope.js';
import type { Addition } from './output-path.js';

/** A LayerNorm that what was added goes through, and nothing else reads: that of a post-LN model. */
export interface BlockNorm {
  readonly output: string;
  readonly weight: string;
  readonly bias?: string;
  readonly epsilon: number;
}

/** Norms that divide by the root of the mean square alone. */
const SIMPLIFIED = new Set(
  words('SimplifiedLayerNormalization SkipSimplifiedLayerNormalization RMSNormalization'),
);
/** What reads a value that goes through a norm written out. */
const WRITTEN_OUT = new Set(words('ReduceMean Sub Pow Mul'));
const EXPECTED = 'where a trace has room for a LayerNorm only';

/** The LayerNorm right after an addition; undefined where what was added goes on without one; or why it cannot be said. */
export function normAfter({ node }: Addition, scope: Scope, facts: FactBook): BlockNorm | undefined | string {
  const norm = node.opType === 'Add' ? soleNorm(node.outputs[0]!, scope) : node.outputs[3] ? undefined : node;
  if (!norm) return undefined;
  if (SIMPLIFIED.has(norm.opType) || norm.opType === 'Pow')
    return `an RMS norm follows, ${describeNode(norm)}, ${EXPECTED}`;
  if (norm.opType === 'Sub' || norm.opType === 'ReduceMean')
    return writtenOut(node.outputs[0]!, scope, facts);
  const [weight, bias] = norm.opType === 'LayerNormalization' ? norm.inputs.slice(1) : norm.inputs.slice(2);
  const axis = norm.attributes.get('axis')?.i ?? -1;
  if (!weight || (axis !== -1 && axis !== (facts.of(scope, norm.inputs[0]).dims?.length ?? NaN) - 1))
    return `the LayerNorm that follows, ${describeNode(norm)}, is over other axes than the last or has no weight`;
  const epsilon = norm.attributes.get('epsilon')?.f ?? (norm === node ? 1e-12 : 1e-5);
  return { output: norm.outputs[0]!, weight, ...(bias ? { bias } : {}), epsilon };
}

/** The norm that alone reads a value: an operator, or the first of those it is written out in. */
function soleNorm(value: string, scope: Scope): Node | undefined {
  const readers = scope.consumers(value).filter(({ opType }) => opType !== 'Shape');
  const [first] = readers;
  if (readers.length === 1 && (first!.opType === 'LayerNormalization' || SIMPLIFIED.has(first!.opType)))
    return first;
  const begins = readers.find(({ opType }) => opType === 'ReduceMean' || opType === 'Pow');
  return readers.every(({ opType }) => WRITTEN_OUT.has(opType)) ? begins : undefined;
}

/** (z − mean z) ÷ √(mean (z − mean z)² + ε) × weight + bias, an operator each. */
function writtenOut(value: string, scope: Scope, facts: FactBook): BlockNorm | string {
  const otherOf = (node: Node, input: string): string => node.inputs[node.inputs[0] === input ? 1 : 0] ?? '';
  const after = (input: string, opType: string): Node | undefined =>
    scope.consumers(input).find((node) => node.opType === opType);
  const made = (output: string | undefined): Node | undefined =>
    output ? scope.producer(output)?.node : undefined;
  const unknown = 'what follows the addition begins as a LayerNorm and goes on otherwise';
  const centred = scope
    .consumers(value)
    .filter(
      ({ opType, inputs }) =>
        opType === 'Sub' && inputs[0] === value && made(inputs[1])?.opType === 'ReduceMean',
    )
    .map(({ outputs }) => outputs[0]!);
  const quotient = centred.map((one) => after(one, 'Div')).find((node) => node !== undefined);
  const root = made(quotient?.inputs[1]);
  const sum = root?.opType === 'Sqrt' ? made(root.inputs[0]) : undefined;
  const variance =
    sum?.opType === 'Add' ? sum.inputs.find((input) => made(input)?.opType === 'ReduceMean') : undefined;
  if (!quotient || !sum || !variance) return unknown;
  const epsilon = scope.numbers(otherOf(sum, variance));
  const scaled = after(quotient.outputs[0]!, 'Mul');
  const shifted = scaled && after(scaled.outputs[0]!, 'Add');
  if (epsilon?.length !== 1 || !shifted) return unknown;
  const weight = otherOf(scaled, quotient.outputs[0]!);
  const bias = otherOf(shifted, scaled.outputs[0]!);
  if (![weight, bias].every((name) => facts.of(scope, name).constant)) return unknown;
  return { output: shifted.outputs[0]!, weight, bias, epsilon: epsilon[0]! };
}
