import type { StreamKind, WeightType } from '../../trace/types.js';
import type { GraphEdit } from '../onnx/edit.js';
import type { FactBook } from '../onnx/facts.js';
import type { Shape } from '../onnx/infer.js';
import type { Node } from '../onnx/model.js';
import type { Scope } from '../onnx/scope.js';

/** What `record` can ask for. */
export type RecordedPart = 'values' | 'outputMatrix' | 'residual';

/** What `tapAttention` is to record. */
export interface TapOptions {
  /** The layers to record, by the model's numbers. Default: all. */
  layers?: readonly number[];
  /** The heads to record, by the model's numbers, the same in every layer. Default: all. */
  heads?: readonly number[];
  /** Whether to record queries, keys and values too, after rotary embedding and before scaling. @default false */
  vectors?: boolean;
  /** Whether weights leave the graph as uint8, round(255 × weight): a quarter of the memory, wrong by at most 0.002. @default false */
  quantise?: boolean;
  /**
   * What contribution measures are made of, where the graph shows it: `values`; `outputMatrix`, W_O and the bias after it; `residual`, what
   * attention is added to, what comes of it, and the LayerNorm right after it, if there is one. Of all heads. Default: nothing.
   */
  record?: readonly RecordedPart[];
  /** Whether to add inputs that silence heads or hide keys, for causal checks; the model then wants them at every run. @default false */
  interventions?: boolean;
}

/** One attention of the model: what it is, and the outputs that hold it, or why it has none. */
export interface Tap {
  readonly stream: StreamKind;
  /** The model's own number where its names tell it, else the place in the stream, from 0. */
  readonly layer: number;
  /** Which of the stacks of a file it is in, from 0, where there are several: text and images, say. */
  readonly tower: number;
  /** The node of the model. */
  readonly node: string;
  /** What computes it: `Softmax`, `GroupQueryAttention`, … */
  readonly operator: string;
  /** The output with the weights, `[batch, head, query, key]`, batch and head as one axis after a batch of 1 where the model has them so. */
  readonly weights?: string;
  /** The outputs with the vectors, `[batch, head, token, dim]`. */
  readonly queries?: string;
  readonly keys?: string;
  readonly values?: string;
  /** The outputs with the rest of what `record` asked for. */
  readonly sublayer?: SublayerOutputs;
  /** Why something that `record` asked for is not recorded. */
  readonly refused?: Readonly<Partial<Record<RecordedPart, string>>>;
  /** How the weights are stored. */
  readonly type?: WeightType;
  /** `[batch, head, query, key]`; null where it depends on the text or is not known. */
  readonly shape: readonly (number | null)[];
  /** The model's inputs that the queries and the keys come from. */
  readonly querySources: readonly string[];
  readonly keySources: readonly string[];
  /** The input `[head, 1, 1]` that the weights (or their product with the values) are multiplied by, with `interventions`. */
  readonly gain?: string;
  /** The input `[key]` of 0 and 1, keys that may be seen, with `interventions`; only where the graph allows it. */
  readonly keep?: string;
  /** Why the weights are not recorded. */
  readonly reason?: string;
  /** Whether onnxruntime cannot run the model for it, where it gives attention at all. */
  readonly stopsRun?: boolean;
  /** Why vectors that were asked for are not. */
  readonly vectorsReason?: string;
}

/** The outputs that hold the attention sublayer, as `SublayerInput` describes it, each with four axes: those it has not are 1 long. */
export interface SublayerOutputs {
  /** `[1, head, dim, hidden]`, with whatever one number or row what attention gives is multiplied by. */
  readonly outputMatrix?: string;
  /** `[1, 1, 1, hidden]`; of zeros where there is no bias. */
  readonly outputBias?: string;
  /** What attention gives, before it is added, `[1, 1, token, hidden]`: Σₕ Aₕ Vₕ W_O + bias. */
  readonly added?: string;
  readonly residual?: string;
  readonly blockOutput?: string;
  /** Of a LayerNorm after the addition (post-LN) only. */
  readonly normWeight?: string;
  readonly normBias?: string;
  readonly normEpsilon?: number;
}

/** The vectors of an attention, in the order that operators take them in and give caches of them after their first output. */
export const VECTORS = ['queries', 'keys', 'values'] as const;
export type VectorName = (typeof VECTORS)[number];

/** A value of a graph, and its `TensorProto.DataType`, 0 where unknown. */
export interface Typed {
  readonly value: string;
  readonly type: number;
}

/** A value of a graph that a tap is made of. */
export interface Found extends Typed {
  readonly dims: Shape;
}

/** An attention seen in a graph, before anything is changed. Each family of operators makes its own. */
export interface Finding {
  readonly scope: Scope;
  readonly node: Node;
  readonly operator: string;
  readonly heads: number | null;
  /** Values the queries and the keys are computed from, to follow to their source. */
  readonly querySide: string;
  readonly keySide: string;
  /** What the values are computed from, likewise. */
  readonly valueSide: string;
  /** The product of weights and values, where its rows are those of the weights. */
  readonly product?: string;
  /** Lengths of the caches it reads, by input, where the graph's inputs may leave them open. */
  readonly caches?: ReadonlyMap<string, Shape>;
  /** Why it cannot be tapped; then nothing below is called. */
  readonly reason?: string;
  readonly stopsRun?: boolean;
  /** Adds what computes the weights. */
  weights(edit: GraphEdit): Found;
  /** Adds what computes vectors, or says why it cannot. */
  vectors(edit: GraphEdit, which: VectorName): Found | string;
  /** Lets an input silence heads, and where it can, another hide keys; says whether it could hide keys. Called before `weights`. */
  intervene(edit: GraphEdit, gain: string, keep: string): boolean;
}

/** Looks at one node and says whether it is an attention. */
export type Matcher = (node: Node, scope: Scope, facts: FactBook) => Finding | undefined;
