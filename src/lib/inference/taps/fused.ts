import type { GraphEdit } from '../onnx/edit.js';
import { emitConstant } from '../onnx/emit.js';
import type { FactBook } from '../onnx/facts.js';
import type { Shape } from '../onnx/infer.js';
import { DataType, type Node } from '../onnx/model.js';
import type { Scope } from '../onnx/scope.js';
import { apply, cast, int64s, slice, splitHeads } from './build.js';
import { silenceHeads } from './intervene.js';
import type { Finding, Found, VectorName } from './types.js';

/** A number of heads as models have it, or null. */
export function soundCount(count: number | null | undefined): number | null {
  return typeof count === 'number' && Number.isInteger(count) && count > 0 && count <= 4096 ? count : null;
}

type Six = [string, string, string, string, string, string];

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
    heads: number | null,
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

  get caches(): ReadonlyMap<string, Shape> | undefined {
    return undefined;
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
    if (dims?.length === 4) {
      silenceHeads(edit, node, before, gain, this.type, output);
      return false;
    }
    const [shape, split, apart, column, turned, silenced] = Array.from({ length: 6 }, () =>
      edit.fresh('gain'),
    ) as Six;
    edit.addAfter(node, { opType: 'Shape', inputs: [before], outputs: [shape] });
    edit.addAfter(node, emitConstant(split, [0, 0, heads, -1], DataType.int64));
    edit.addAfter(node, { opType: 'Reshape', inputs: [before, split], outputs: [apart] });
    // The gain is [head, 1, 1]; beside [batch, token, head, dim] it must be [head, 1].
    edit.addAfter(node, emitConstant(column, [-1, 1], DataType.int64));
    edit.addAfter(node, { opType: 'Reshape', inputs: [gain, column], outputs: [turned] });
    silenceHeads(edit, node, apart, turned, this.type, silenced);
    edit.addAfter(node, { opType: 'Reshape', inputs: [silenced, shape], outputs: [output] });
    return false;
  }

  protected get type(): number {
    return this.facts.of(this.scope, this.node.inputs[0]).type || DataType.float;
  }

  /** The node's output at a position, asked for if the model did not. */
  protected output(edit: GraphEdit, position: number): string {
    const given = (edit.patches.get(this.node)?.outputs ?? this.node.outputs)[position];
    if (given) return given;
    const name = edit.fresh(`output${position}`);
    edit.setOutput(this.node, position, name);
    return name;
  }

  protected int(name: string): number | undefined {
    return this.node.attributes.get(name)?.i;
  }

  protected weightsOf(value: string): Found {
    return { value, type: this.type, dims: [null, this.heads, null, null] };
  }

  /** An input as `[batch, head, token, dim]`, where it comes with four axes or, with `heads` side by side, with three. */
  protected headsOf(edit: GraphEdit, input: number, heads: number | null, bias?: string): Found | string {
    const value = this.node.inputs[input];
    const dims = value ? this.facts.of(this.scope, value).dims : undefined;
    if (!value) return 'packed with the other two in one input';
    const found = (split: string): Found => ({
      value: split,
      type: this.type,
      dims: [null, heads, null, null],
    });
    if (dims?.length === 4) return found(value);
    if ((dims && dims.length !== 3) || !heads) return `an input of ${dims?.length} axes`;
    return found(splitHeads(edit, bias ? apply(edit, 'Add', [value, bias]) : value, heads));
  }
}

/** A part of a bias that holds those of queries, keys and values, of one width, one after the other. */
export function thirdOf(edit: GraphEdit, bias: string, which: VectorName): string {
  const thirds = apply(edit, 'Reshape', [bias, int64s(edit, 3, -1)]);
  return apply(edit, 'Gather', [thirds, int64s(edit, ['queries', 'keys', 'values'].indexOf(which))], {
    ints: { axis: 0 },
  });
}

/** Where a query stands: after the tokens of the cache. `[1]`, for a batch of 1. */
export function firstPosition(edit: GraphEdit, query: string, lastKey: string): string {
  const tokens = slice(edit, apply(edit, 'Shape', [query]), 0, 1, 2);
  const keys = apply(edit, 'Add', [cast(edit, lastKey, DataType.int64), int64s(edit, 1)]);
  return apply(edit, 'Sub', [keys, tokens]);
}
