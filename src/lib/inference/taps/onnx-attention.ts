import type { GraphEdit } from '../onnx/edit.js';
import type { FactBook } from '../onnx/facts.js';
import type { Node } from '../onnx/model.js';
import type { Scope } from '../onnx/scope.js';
import { FusedAttention, soundCount } from './fused.js';
import { VECTORS, type Found, type VectorName } from './types.js';

const AFTER_SOFTMAX = 3;

/**
 * ONNX's own `Attention`, from operator set 23: with `qk_matmul_output_mode` 3 its fourth output holds the weights.
 * Source: https://onnx.ai/onnx/operators/onnx__Attention.html
 */
export class OnnxAttention extends FusedAttention {
  constructor(node: Node, scope: Scope, facts: FactBook) {
    const heads = node.attributes.get('q_num_heads')?.i ?? facts.of(scope, node.inputs[0]).dims?.[1];
    super(node, scope, facts, heads ?? null);
  }

  override get reason(): string | undefined {
    const mode = this.int('qk_matmul_output_mode') ?? 0;
    return this.node.outputs[3] && mode !== AFTER_SOFTMAX
      ? `the model uses its scores output in mode ${mode}`
      : super.reason;
  }

  weights(edit: GraphEdit): Found {
    edit.setInt(this.node, 'qk_matmul_output_mode', AFTER_SOFTMAX);
    return this.found(edit.output(this.node, 3));
  }

  vectors(edit: GraphEdit, which: VectorName): Found | string {
    const at = VECTORS.indexOf(which);
    const heads = at === 0 ? this.heads : soundCount(this.int('kv_num_heads'));
    if (at > 0 && this.node.inputs[4]) return this.found(edit.output(this.node, at), heads);
    return this.headsOf(edit, at, heads);
  }
}
