import type { StreamKind, Trace } from '../../trace/types.js';
import type { InferenceError } from '../errors.js';
import type { Tap, TapOptions } from '../taps/types.js';
import type { Progress } from './download.js';
import type { ModelSource } from './load-model.js';
import type { OnnxRuntime } from './runtime.js';
import type { SamplingOptions } from './sampling.js';
import type { TokenInput, TokenizerLike } from './tokenize.js';

/** What a model's config.json and generation_config.json say that generation needs; pass either, or both merged. */
export interface ModelConfig {
  /** What a decoder's answer begins with; several where it is told more, as Whisper is its language and task. */
  decoder_start_token_id?: number | readonly number[] | null;
  bos_token_id?: number | number[] | null;
  eos_token_id?: number | number[] | null;
  [other: string]: unknown;
}

export interface TracerOptions extends Pick<
  TapOptions,
  'layers' | 'heads' | 'vectors' | 'quantise' | 'record'
> {
  /** onnxruntime, as imported by you: `const ort = await import('onnxruntime-web/wasm')`, which keeps it in a file of its own, as its worker needs. */
  ort: OnnxRuntime;
  /**
   * The model; an encoder-decoder's files. A merged decoder, or one beside a `decoderWithPast`, writes with a cache; any other reads
   * its whole answer again for each token.
   */
  model: ModelSource | { encoder: ModelSource; decoder: ModelSource; decoderWithPast?: ModelSource };
  /** Files beside the model that hold its weights (`model.onnx_data`), by the names the model has for them. Default: beside the model's address. */
  externalData?: Readonly<Record<string, ModelSource>>;
  /** From `@huggingface/tokenizers` or transformers.js, or any `{ encode(text) }`. Not needed to trace tokens and feeds of your own. */
  tokenizer?: TokenizerLike;
  config?: ModelConfig;
  /**
   * Where to run. WebGPU, which wants the runtime's `/webgpu` entry, is left for WebAssembly, with a notice, where there is none or it
   * refuses the model or its weights; it runs in the page, not in a worker. @default 'wasm'
   */
  device?: 'wasm' | 'webgpu';
  /** Whether onnxruntime-web runs in a worker, so that the page stays live. It is a setting of the whole page, made before its first session. @default true */
  worker?: boolean;
  /** Whether to keep downloaded models in the browser's Cache Storage. @default true */
  cache?: boolean;
  /** Further options for `InferenceSession.create`. */
  session?: Record<string, unknown>;
  /** The most bytes of weights to ask for in one run. @default 2e9 */
  memoryLimitBytes?: number;
  /** Fetches the weights of one layer at a time, running the model once for each: slower, with less of them in memory twice. @default false */
  layerByLayer?: boolean;
  onProgress?(progress: Progress): void;
  /** Ends the download and the loading. */
  signal?: AbortSignal;
}

export interface TraceOptions {
  /** A second sentence: the two become the segments A and B. */
  pair?: string;
  /** For an encoder-decoder: what the decoder is to have written, instead of what it writes. */
  target?: string;
  /** For an encoder-decoder without `target`: the most tokens it may write. @default 64 */
  maxTokens?: number;
  /** Ends the work with the signal's reason. A run already begun ends first. */
  signal?: AbortSignal;
}

export interface GenerateOptions extends SamplingOptions {
  /** @default 64 */
  maxTokens?: number;
  /** Ends generation and gives the trace so far: for a stop button. */
  stop?: AbortSignal;
  /** Ends generation with the signal's reason and gives nothing. */
  signal?: AbortSignal;
  /** Called with each new token. */
  onToken?(token: { id: number; token: string; text: string }): void;
}

/** A trace with what its tokens are in the text. */
export interface TextTrace extends Trace {
  readonly ids: readonly number[];
  /** For each token the characters of the text it stands for, `end` exclusive; null for a token that stands for none. */
  readonly offsets: readonly (readonly [start: number, end: number] | null)[];
  /**
   * Why the model stopped writing before its time: a step failed, as past the longest text it takes, or for want of memory. The
   * trace has what was written before.
   */
  readonly failure?: InferenceError;
}

export interface Tracer {
  /** Resolves when the model is loaded; loading begins at once. */
  readonly ready: Promise<void>;
  /** What was found in the model, what could not be tapped and why. Empty until `ready`. */
  readonly taps: readonly Tap[];
  /** What the user should know: a fallback taken, an attention left out. */
  readonly notices: readonly string[];
  /** One pass over a text. An encoder-decoder writes its answer first. */
  trace(input: string | TokenInput, options?: TraceOptions): Promise<TextTrace>;
  /** A decoder writes on; the weights of every step, stitched into one matrix a head. An encoder-decoder writes its answer, to a text or, as Whisper, to `feeds`. */
  generate(
    input: string | TokenInput,
    options?: GenerateOptions,
  ): Promise<TextTrace & { readonly generated: string }>;
  /** Changes one thing inside the model and says how much the output changes. */
  ablate(text: string, what: Ablation, options?: AblateOptions): Promise<AblationResult>;
  /** Frees the model. What is running ends first; what is still being loaded is not waited for. */
  destroy(): Promise<void>;
}

/** Tokens that are taken away at once, such as a document: positions among those of the text. A `Group` of attentrace/analysis is one. */
export interface TokenGroup {
  readonly name: string;
  readonly positions: readonly number[];
}

/**
 * What to take away: one token or each in turn, a group of tokens at once or each of several groups, one head or each of every layer, or the value of one token or of each in one layer, whose
 * weights stay as they are. Of an encoder-decoder the tokens are those of the text, or with
 * `stream: 'decoder'` of its answer, hidden from its own later tokens; of heads, which each stream has for itself, one of the cross
 * attention where no stream is said.
 */
export type Ablation =
  | { token: number | 'each'; stream?: 'encoder' | 'decoder' }
  | { group: TokenGroup | readonly TokenGroup[]; stream?: 'encoder' | 'decoder' }
  | { head: { stream?: StreamKind; layer: number; head: number } | 'each' }
  | { value: number | 'each'; layer: number; stream?: StreamKind };

export interface AblateOptions {
  /**
   * The position whose output, and whose attention, is looked at. Default: the last of a decoder, the first of an encoder; of an
   * encoder-decoder the first of its answer, after which comes its first word.
   */
  position?: number;
  /** For an encoder-decoder: the answer to hold fast, instead of what it writes. */
  target?: string;
  /** For an encoder-decoder without `target`: the most tokens it may write. @default 64 */
  maxTokens?: number;
  /** Called after each run of a batch. */
  onProgress?: (done: number, total: number) => void;
  /** Ends a batch and gives the changes so far: for a stop button. */
  stop?: AbortSignal;
  /** Ends it with the signal's reason and gives nothing. */
  signal?: AbortSignal;
}

export interface AblationResult {
  /** The position looked at. */
  readonly position: number;
  /**
   * How much the output changed, for each thing taken away: total variation ½ Σ|p − q| of the distribution over the vocabulary or the
   * classes; for a model without logits 1 − cosine of the hidden states. In [0, 1] ([0, 2] for hidden states).
   */
  readonly changes: readonly {
    readonly token?: number;
    /** The name of the group. */
    readonly group?: string;
    readonly head?: { stream?: StreamKind; layer: number; head: number };
    readonly change: number;
  }[];
  readonly measure: 'total-variation' | 'cosine-distance';
  /** How it was done: by the model's own mask, or inside the graph. */
  readonly method: 'attention-mask' | 'hidden-keys' | 'silenced-head' | 'zeroed-value';
  /**
   * For `'each'` token, and for each of several groups: the mean weight over layers and heads that the position puts on it; of values over
   * the heads of their layer.
   */
  readonly attention?: readonly number[];
  /** For these: Pearson's correlation of `attention` and the changes; NaN where either is constant. */
  readonly correlation?: number;
  /** Likewise Spearman's rank correlation. */
  readonly rankCorrelation?: number;
}
