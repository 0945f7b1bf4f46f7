import type { GraphEdit } from '../onnx/edit.js';
import { apply, gather, int64s, plus, slice, splitHeads } from './build.js';
import { FusedAttention } from './fused.js';
import { softmaxOf } from './multi-head.js';
import { VECTORS, type Found, type VectorName } from './types.js';

/**
 * `com.microsoft.Attention` projects, attends and mixes in one node and has no output for its weights. Beside it, which stays
 * as it is, its projection is written out and handed to a `MultiHeadAttention` with the same masks, whose scores are then taken.
 * Source: https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.Attention
 */
export class PackedAttention extends FusedAttention {
  private projected: readonly string[] | undefined;

  override get reason(): string | undefined {
    const [, weights, , mask] = this.node.inputs;
    if (!weights) return 'it has no weights of its own';
    if (this.int('do_rotary') === 1) return 'it turns queries and keys inside';
    if (this.widths() === undefined) return 'the width of its projection does not follow from the graph';
    const maskAxes = mask ? this.facts.of(this.scope, mask).dims?.length : 0;
    return maskAxes === 4 ? 'its mask of four axes has no equal in MultiHeadAttention' : super.reason;
  }

  weights(edit: GraphEdit): Found {
    const [query, key, value] = this.project(edit);
    const [, , , mask = '', past, bias = ''] = this.node.inputs;
    const scores = edit.fresh('scores');
    const scale = this.node.attributes.get('scale')?.f;
    const filter = this.node.attributes.get('mask_filter_value')?.f;
    edit.add({
      opType: 'MultiHeadAttention',
      domain: 'com.microsoft',
      inputs: [query, key, value, '', mask, bias, ...(past ? [this.past(edit, 0), this.past(edit, 1)] : [])],
      outputs: [
        edit.fresh('product'),
        past ? edit.fresh('present') : '',
        past ? edit.fresh('present') : '',
        scores,
      ],
      ints: { num_heads: this.heads!, unidirectional: this.int('unidirectional') ?? 0 },
      floats: { ...(scale ? { scale } : {}), ...(filter ? { mask_filter_value: filter } : {}) },
    });
    return this.found(softmaxOf(edit, scores, this.type));
  }

  vectors(edit: GraphEdit, which: VectorName): Found | string {
    const at = VECTORS.indexOf(which);
    const value = splitHeads(edit, this.project(edit)[at]!, this.heads!);
    if (at === 0 || !this.node.inputs[4]) return this.found(value);
    return this.found(apply(edit, 'Concat', [this.past(edit, at - 1), value], { ints: { axis: 2 } }));
  }

  /** Queries, keys and values, heads side by side. */
  private project(edit: GraphEdit): readonly [string, string, string] {
    if (!this.projected) {
      const [input, weights, bias] = this.node.inputs as [string, string, string | undefined];
      const all = plus(edit, apply(edit, 'MatMul', [input, weights]), bias);
      let from = 0;
      this.projected = this.widths()!.map((width) => slice(edit, all, 2, from, (from += width)));
    }
    return this.projected as [string, string, string];
  }

  private widths(): readonly number[] | undefined {
    const given = this.node.attributes.get('qkv_hidden_sizes')?.ints;
    if (given?.length === 3) return given;
    const all = this.facts.of(this.scope, this.node.inputs[1]).dims?.[1];
    return typeof all === 'number' && all > 0 && all % 3 === 0 ? [all / 3, all / 3, all / 3] : undefined;
  }

  /** Of the cache, which is one input, the keys or the values. */
  private past(edit: GraphEdit, at: number): string {
    return gather(edit, this.node.inputs[4]!, 0, apply(edit, 'Squeeze', [int64s(edit, at)]));
  }
}
