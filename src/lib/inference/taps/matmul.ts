import type { FactBook } from '../onnx/facts.js';
import { words } from '../onnx/infer.js';
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

/** Sources: the operators' pages of ONNX and of com.microsoft. */
const PRODUCTS = new Set(
  words(
    'MatMul Gemm Einsum FusedMatMul TransposeMatMul MatMulInteger MatMulIntegerToFloat DynamicQuantizeMatMul ' +
      'QLinearMatMul',
  ),
);

/** The product a node computes, if both operands come from the text (or, as learned queries do, have a place for heads). */
export function activationProduct(node: Node, scope: Scope, facts: FactBook): Product | undefined {
  if (!PRODUCTS.has(node.opType)) return undefined;
  const [left, right] = [node.inputs[0], node.inputs[node.opType === 'QLinearMatMul' ? 3 : 1]];
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
