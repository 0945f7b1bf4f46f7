import type { GraphEdit } from '../onnx/edit.js';
import { apply } from './build.js';
import { FusedAttention, thirdOf } from './fused.js';
import { VECTORS, type Found, type VectorName } from './types.js';

/**
 * `com.microsoft.MultiHeadAttention`: its fourth output holds the scores as they enter the softmax, scaled, with masks and biases.
 * Source: https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.MultiHeadAttention
 */
export class MultiHead extends FusedAttention {
  weights(edit: GraphEdit): Found {
    return this.found(softmaxOf(edit, edit.output(this.node, 3), this.type));
  }

  vectors(edit: GraphEdit, which: VectorName): Found | string {
    const at = VECTORS.indexOf(which);
    if (at > 0 && this.node.inputs[6]) return this.found(edit.output(this.node, at));
    const bias = this.node.inputs[3];
    return this.headsOf(edit, at, this.heads, bias && thirdOf(edit, bias, which));
  }
}

/** The weights of a scores output, whose type the operator leaves open. */
export function softmaxOf(edit: GraphEdit, scores: string, type: number): string {
  edit.addValueInfo(scores, type, [null, null, null, null]);
  return apply(edit, 'Softmax', [scores], { ints: { axis: -1 } });
}
