import type { GraphEdit } from '../onnx/edit.js';
import type { FactBook } from '../onnx/facts.js';
import { DataType, type Node } from '../onnx/model.js';
import type { Scope } from '../onnx/scope.js';
import { apply, cast, gather, int64s, plus, slice, splitHeads } from './build.js';
import { silenceHeads } from './intervene.js';
import { VECTORS, type Finding, type Found, type VectorName } from './types.js';

/** A number of heads as models have it, or null. */
export function soundCount(count: number | null | undefined): number | null {
  return typeof count === 'number' && Number.isInteger(count) && count > 0 && count <= 4096 ? count : null;
}

/** What operators that hold a whole attention have in common: queries, keys and values as inputs, its product as first output. */
export abstract class FusedAttention implements Finding {
  readonly operator: string;
  readonly querySide: string;
  readonly keySide: string;
  readonly valueSide: string;
  readonly heads: number | null;

  constructor(
    readonly node: Node,
    readonly scope: Scope,
    protected readonly facts: FactBook,
    heads: number | null | undefined = node.attributes.get('num_heads')?.i,
  ) {
    this.heads = soundCount(heads);
    this.operator = node.domain ? `${node.domain}.${node.opType}` : node.opType;
    this.querySide = node.inputs[0] ?? '';
    const key = node.inputs[1];
    const value = [node.inputs[2], key].find((input) => input && !facts.of(scope, input).constant);
    this.valueSide = value ?? this.querySide;
    this.keySide = key && !facts.of(scope, key).constant ? key : this.querySide;
  }

  get product(): string | undefined {
    return this.node.outputs[0];
  }

  get reason(): string | undefined {
    return this.heads === null ? 'it does not say how many heads it has' : undefined;
  }

  abstract weights(edit: GraphEdit): Found;
  abstract vectors(edit: GraphEdit, which: VectorName): Found | string;

  /** The product with the values holds the heads side by side: silencing one is multiplying its part by 0. */
  intervene(edit: GraphEdit, gain: string): boolean {
    const { heads, node } = this;
    const [output] = node.outputs;
    if (!heads || !output) return false;
    const { dims } = this.facts.of(this.scope, node.inputs[0]);
    const before = `${output}.before`;
    edit.setOutput(node, 0, before);
    const after = edit.after(node);
    if (dims?.length === 4) {
      silenceHeads(after, before, gain, this.type, output);
      return false;
    }
    const apart = apply(after, 'Reshape', [before, int64s(after, 0, 0, heads, -1)]);
    // The gain is [head, 1, 1]; beside [batch, token, head, dim] it must be [head, 1].
    const turned = apply(after, 'Reshape', [gain, int64s(after, -1, 1)]);
    const silenced = edit.fresh('silenced');
    silenceHeads(after, apart, turned, this.type, silenced);
    const shape = apply(after, 'Shape', [before]);
    after.add({ opType: 'Reshape', inputs: [silenced, shape], outputs: [output] });
    return false;
  }

  protected get type(): number {
    return this.facts.of(this.scope, this.node.inputs[0]).type || DataType.float;
  }

  protected int(name: string): number | undefined {
    return this.node.attributes.get(name)?.i;
  }

  /** A value that has an axis of heads. */
  protected found(value: string, heads = this.heads): Found {
    return { value, type: this.type, dims: [null, heads, null, null] };
  }

  /** An input as `[batch, head, token, dim]`, where it comes with four axes or, with `heads` side by side, with three. */
  protected headsOf(edit: GraphEdit, input: number, heads: number | null, bias?: string): Found | string {
    const value = this.node.inputs[input];
    const dims = value ? this.facts.of(this.scope, value).dims : undefined;
    if (!value) return 'packed with the other two in one input';
    if (dims?.length === 4) return this.found(value, heads);
    if ((dims && dims.length !== 3) || !heads) return `an input of ${dims?.length} axes`;
    return this.found(splitHeads(edit, plus(edit, value, bias), heads), heads);
  }
}

/** A part of a bias that holds those of queries, keys and values, of one width, one after the other. */
export function thirdOf(edit: GraphEdit, bias: string, which: VectorName): string {
  const thirds = apply(edit, 'Reshape', [bias, int64s(edit, 3, -1)]);
  return gather(edit, thirds, 0, int64s(edit, VECTORS.indexOf(which)));
}

/** Where a query stands: after the tokens of the cache. `[1]`, for a batch of 1. */
export function firstPosition(edit: GraphEdit, query: string, lastKey: string): string {
  const tokens = slice(edit, apply(edit, 'Shape', [query]), 0, 1, 2);
  const keys = apply(edit, 'Add', [cast(edit, lastKey, DataType.int64), int64s(edit, 1)]);
  return apply(edit, 'Sub', [keys, tokens]);
}
