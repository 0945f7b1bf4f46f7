import type { FactBook } from '../onnx/facts.js';
import type { Node } from '../onnx/model.js';
import type { Scope } from '../onnx/scope.js';

/** A product of two matrices, whatever operator writes it. */
export interface Product {
  readonly left: string;
  readonly right: string;
  /** Whether the operator itself turns the right matrix. */
  readonly rightTurned: boolean;
  /** An Einsum: its axes may lie in any order. */
  readonly einsum: boolean;
}

/** Where the operands are. Sources: the operators' pages of ONNX and of com.microsoft. */
const OPERANDS: Record<string, readonly [left: number, right: number] | undefined> = {
  MatMul: [0, 1],
  Gemm: [0, 1],
  Einsum: [0, 1],
  FusedMatMul: [0, 1],
  TransposeMatMul: [0, 1],
  MatMulInteger: [0, 1],
  MatMulIntegerToFloat: [0, 1],
  DynamicQuantizeMatMul: [0, 1],
  QLinearMatMul: [0, 3],
};

/** The product a node computes, if both operands come from the text (or, as learned queries do, have a place for heads). */
export function activationProduct(node: Node, scope: Scope, facts: FactBook): Product | undefined {
  const operands = OPERANDS[node.opType];
  const [left, right] = [node.inputs[operands?.[0] ?? -1], node.inputs[operands?.[1] ?? -1]];
  if (!left || !right) return undefined;
  const isWeight = (value: string): boolean => {
    const { constant, dims } = facts.of(scope, value);
    return constant && (dims?.length ?? 0) < 3;
  };
  if (isWeight(left) || isWeight(right)) return undefined;
  return {
    left,
    right,
    rightTurned: node.attributes.get('transB')?.i === 1,
    einsum: node.opType === 'Einsum',
  };
}
