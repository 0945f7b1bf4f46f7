import type { GraphEdit } from '../onnx/edit.js';
import { apply, int64s, slice, splitHeads } from './build.js';
import { FusedAttention } from './fused.js';
import { softmaxOf } from './multi-head.js';
import type { Found, Matcher, VectorName } from './types.js';

/**
 * `com.microsoft.Attention` projects, attends and mixes in one node and has no output for its weights. Beside it, which stays
 * as it is, its projection is written out and handed to a `MultiHeadAttention` with the same masks, whose scores are then taken.
 * Source: https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.Attention
 */
export const tapPackedAttention: Matcher = (node, scope, facts) =>
  node.opType === 'Attention' && node.domain === 'com.microsoft'
    ? new PackedAttention(node, scope, facts, node.attributes.get('num_heads')?.i ?? null)
    : undefined;

class PackedAttention extends FusedAttention {
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
    const half = (i: number): string =>
      apply(edit, 'Gather', [past!, this.index(edit, i)], { ints: { axis: 0 } });
    const scores = edit.fresh('scores');
    const ints: Record<string, number> = {
      num_heads: this.heads!,
      unidirectional: this.int('unidirectional') ?? 0,
    };
    const scale = this.node.attributes.get('scale')?.f;
    const filter = this.node.attributes.get('mask_filter_value')?.f;
    edit.add({
      opType: 'MultiHeadAttention',
      domain: 'com.microsoft',
      inputs: [query, key, value, '', mask, bias, ...(past ? [half(0), half(1)] : [])],
      outputs: [
        edit.fresh('product'),
        past ? edit.fresh('present') : '',
        past ? edit.fresh('present') : '',
        scores,
      ],
      ints,
      floats: { ...(scale ? { scale } : {}), ...(filter ? { mask_filter_value: filter } : {}) },
    });
    return this.weightsOf(softmaxOf(edit, scores, this.type));
  }

  vectors(edit: GraphEdit, which: VectorName): Found | string {
    const at = ['queries', 'keys', 'values'].indexOf(which);
    const past = this.node.inputs[4];
    const value = splitHeads(edit, this.project(edit)[at]!, this.heads!);
    const found = { value, type: this.type, dims: [null, this.heads, null, null] };
    if (at === 0 || !past) return found;
    const before = apply(edit, 'Gather', [past, this.index(edit, at - 1)], { ints: { axis: 0 } });
    return { ...found, value: apply(edit, 'Concat', [before, value], { ints: { axis: 2 } }) };
  }

  /** Queries, keys and values, heads side by side. */
  private project(edit: GraphEdit): readonly [string, string, string] {
    if (!this.projected) {
      const [input, weights, bias] = this.node.inputs as [string, string, string | undefined];
      const product = apply(edit, 'MatMul', [input, weights]);
      const all = bias ? apply(edit, 'Add', [product, bias]) : product;
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

  private index(edit: GraphEdit, at: number): string {
    return apply(edit, 'Squeeze', [int64s(edit, at)]);
  }
}
