import type { GraphEdit } from '../onnx/edit.js';
import type { Shape } from '../onnx/infer.js';
import { apply, slice, splitHeads } from './build.js';
import { FusedAttention, firstPosition, soundCount } from './fused.js';
import { VECTORS, type Found, type VectorName } from './types.js';

/** The input that holds the norm of queries; that of keys follows. */
const Q_NORM = 14;

/**
 * `com.microsoft.GroupQueryAttention`: with `qk_output` 2 its fourth output holds the weights. Keys and values are those of
 * its cache outputs; queries turn inside it, so that they are turned again beside it.
 * Source: https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.GroupQueryAttention
 */
export class GroupQuery extends FusedAttention {
  /** Norms are refused at the first run, and so is a ring that does not begin as long as its window. */
  get stopsRun(): boolean {
    return this.reason !== super.reason;
  }

  override get reason(): string | undefined {
    const [q, k] = [this.node.inputs[Q_NORM], this.node.inputs[Q_NORM + 1]];
    if (q || k)
      return 'it norms queries and keys inside (q_norm_weight), which onnxruntime has on CUDA and WebGPU only, without an output for weights there; use a build for cpu';
    if (this.int('sliding_window_cache') === 1)
      return 'its cache is a ring as long as its window (sliding_window_cache), whose order the graph does not say; use a build without it';
    return super.reason;
  }

  weights(edit: GraphEdit): Found {
    edit.setInt(this.node, 'qk_output', 2);
    return this.found(edit.output(this.node, 3));
  }

  vectors(edit: GraphEdit, which: VectorName): Found | string {
    const groups = soundCount(this.int('kv_num_heads'));
    if (which !== 'queries') return this.found(edit.output(this.node, VECTORS.indexOf(which)), groups);
    const plain = this.node.inputs[1] ? this.headsOf(edit, 0, this.heads) : this.fromPacked(edit, groups);
    if (this.int('do_rotary') !== 1 || typeof plain === 'string') return plain;
    const [query, , , , , lastKey, , cos, sin, positions] = this.node.inputs;
    if (!cos || !sin || !lastKey) return 'turned inside the operator by tables the graph does not name';
    // The tables hold an angle for each pair of numbers that turn; those of a head after them stay as they are.
    const pairs = this.facts.of(this.scope, cos).dims?.[1];
    if (!pairs || !this.heads)
      return 'turned inside the operator by tables whose width the graph does not say';
    const at = positions || firstPosition(edit, query!, lastKey);
    const interleaved = this.int('rotary_interleaved') ?? 0;
    return {
      ...plain,
      value: apply(edit, 'RotaryEmbedding', [plain.value, at, cos, sin], {
        domain: 'com.microsoft',
        ints: { interleaved, num_heads: this.heads, rotary_embedding_dim: 2 * pairs },
      }),
    };
  }

  /** `[batch, head, token, dim]` of its cache; builders leave the last open, as quantised caches have another. */
  get caches(): ReadonlyMap<string, Shape> {
    const groups = soundCount(this.int('kv_num_heads'));
    const [query, key, , ...rest] = this.node.inputs;
    const width = this.facts.of(this.scope, query).dims?.at(-1);
    const side = this.heads && groups ? this.heads + (key ? 0 : 2 * groups) : undefined;
    const dims = [null, groups, null, width && side && width % side === 0 ? width / side : null];
    return new Map(rest.slice(0, 2).flatMap((name) => (name ? [[name, dims]] : [])));
  }

  /** Of queries, keys and values side by side in one input, the queries. */
  private fromPacked(edit: GraphEdit, groups: number | null): Found | string {
    const { heads } = this;
    if (!heads || !groups) return 'packed with keys and values in one input';
    return this.found(slice(edit, splitHeads(edit, this.node.inputs[0]!, heads + 2 * groups), 1, 0, heads));
  }
}
