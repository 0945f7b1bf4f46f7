import type { Quantity, QuantityName } from './quantity.js';

/**
 * The types of the data model. Axis order is always `[layer, head, query, key]`, row-major.
 * Nothing here knows of Svelte or Pixi: the same trace serves a browser, a worker and Node.
 */

/** Which tokens attend to which: one sequence to itself, or in `cross` a decoder's tokens to an encoder's. */
export type StreamKind = 'self' | 'encoder' | 'decoder' | 'cross';

/** What a stream is called: its kind where it was recorded; a derived one has a name of its own. */
export type StreamName = StreamKind | (string & {});

/** How weights are stored. uint8 holds `round(255 × weight)`; float16 holds IEEE half-precision bits. */
export type WeightType = 'uint8' | 'float16' | 'float32';

/** Weights as stored: `Uint16Array` holds float16 bits, as onnxruntime returns them. */
export type WeightArray = Uint8Array | Uint16Array | Float32Array;

/**
 * An n-dimensional array: `dims` its lengths, `data` one typed array, row-major, whose length is their product.
 * onnxruntime's and transformers.js's tensors are of this form. `Uint16Array` (or `Float16Array`) means float16.
 */
export interface Tensor {
  readonly dims: readonly number[];
  readonly data: ArrayLike<number>;
}

/** Arrays nested to any depth with numbers, or typed arrays, innermost. */
export type NestedNumbers = number | ArrayLike<number> | readonly NestedNumbers[];

/** A named run of tokens: sentence A, document 3, the prompt. `end` is exclusive. */
export interface Segment {
  name: string;
  start: number;
  end: number;
  /** A picture whose patches are the tokens, row by row from the upper left: views show it, and its patches as they show tokens. */
  image?: PatchGrid;
  /** What the positions stand for, as seconds of a sound: tokens are called by it. */
  axis?: PositionAxis;
}

/** A picture cut into patches, a token each: as many as the segment has tokens. */
export interface PatchGrid {
  /** The address of the picture, a data URL too. */
  src: string;
  rows: number;
  cols: number;
}

/** Positions that stand for evenly spaced values, such as seconds (`{ unit: 's', step: 0.02 }` for Whisper’s encoder) or dates. */
export interface PositionAxis {
  /** The value at the first token of the segment; a date as `2024-03-01`, `2024-03`, `2024`, `2024-03-01T06:00`. Default 0. */
  start?: number | string;
  /** The difference from one token to the next; for dates a whole number of units. */
  step: number;
  /** For dates `hour`, `day`, `week`, `month` or `year`. Default: none. */
  unit?: string;
}

/** One token: what the tokenizer calls it (`raw`), and how a reader sees it (`text`). */
export interface Token {
  /** The token's position in its sequence, from 0. It is its index too, but for queries of which only some were recorded. */
  readonly position: number;
  /** Exactly what was passed in, for example `Ġthe` or `##ing`. */
  readonly raw: string;
  /** The characters the token stands for, for example ` the` or `ing`. */
  readonly text: string;
  /** `text` with spaces, newlines and other invisible characters made visible where they would be lost. */
  readonly label: string;
  /** Whether the token continues the word before it. */
  readonly continues: boolean;
  /** Whether it is a marker such as `[CLS]`, `<s>` or `<|endoftext|>`, not text. */
  readonly special: boolean;
  /** Where it holds only part of a character: all its bytes. `joinedText` puts those of several tokens together. */
  readonly bytes?: readonly number[];
}

/** A rectangle of a matrix, in cells: level n of an axis joins 2ⁿ of its rows or columns. */
export interface BlockRequest {
  /** First row (query) and column (key), in cells. */
  readonly row: number;
  readonly col: number;
  /** Number of rows and columns, in cells; the block is cut at the matrix's edge. */
  readonly rows: number;
  readonly cols: number;
  /** A cell covers 2^rowLevel × 2^colLevel weights; beyond the level that joins a whole axis every level is that one. Default 0. */
  readonly rowLevel?: number;
  readonly colLevel?: number;
  /** What a cell holds: the largest of its weights (in a signed matrix, the one of largest magnitude) or their mean. Default `'max'`. */
  readonly reduce?: 'max' | 'mean';
  /**
   * Allows cells made from only some of their weights, where reading all would take long. The block then says `sampled`. Default false.
   */
  readonly sample?: boolean;
}

/** Weights of a rectangle: cell `(r, c)` of the block is `data[offset + r * stride + c]`. May be a view: do not write. */
export interface Block {
  readonly row: number;
  readonly col: number;
  readonly rows: number;
  readonly cols: number;
  readonly rowLevel: number;
  readonly colLevel: number;
  readonly type: WeightType;
  readonly data: WeightArray;
  readonly offset: number;
  readonly stride: number;
  /** Whether cells were made of only some of their weights, as the request allowed: a maximum may be missing. */
  readonly sampled?: boolean;
}

/** Options for reading a block. */
export interface BlockOptions {
  signal?: AbortSignal;
  /** Called now and then with the part of the work that is done, from 0 to 1. */
  onProgress?: (share: number) => void;
}

/** One attention matrix, `rows` queries × `cols` keys, read in blocks. */
export interface Matrix {
  readonly rows: number;
  readonly cols: number;
  readonly type: WeightType;
  /** Whether values may be negative. A coarser cell then holds the value of largest magnitude, with its sign. Default false. */
  readonly signed?: boolean;
  /**
   * Reads a block: at once where that takes a few milliseconds, else as a promise, which rejects with the signal's reason when
   * it is aborted. Throws `RangeError` outside the matrix.
   */
  block(request: BlockRequest, options?: BlockOptions): Block | Promise<Block>;
  /** Whether a block that comes as a promise comes sooner with `sample`. */
  readonly canSample?: boolean;
  /** The weight of a row that was left out, in [0, 1], where the source keeps only some keys of each query. */
  leftOut?(row: number): number;
}

/**
 * Attention that is read on demand, in place of arrays: what functions of `attentrace/io` make. `matrix` returns the same object each time.
 */
export interface AttentionSource {
  /** `heads` is the largest number in a layer; `headCounts` has that of each. */
  readonly dims: readonly [layers: number, heads: number, queries: number, keys: number];
  /** How many heads each layer has, where not all have as many. */
  readonly headCounts?: readonly number[];
  /** Whether queries cannot see later keys. Default false. */
  readonly causal?: boolean;
  /** What the numbers are. Default weights. */
  readonly quantity?: Quantity;
  /** Where the source computes attention from them. */
  readonly queries?: VectorsInput;
  readonly keys?: VectorsInput;
  readonly scoring?: Scoring;
  matrix(layerIndex: number, headIndex: number): Matrix;
}

/** Queries, keys or values of a stream: `[layer, head, token, dim]`. In keys and values `heads` may divide the stream's (grouped-query attention). */
export interface Vectors {
  readonly layers: number;
  readonly heads: number;
  readonly tokens: number;
  readonly dim: number;
  readonly type: WeightType;
  /**
   * The vector of one token, or of `count` tokens from it on, `[count, dim]`, as float32: a view or a copy. Indices, not the
   * model's numbers. Throws `RangeError` beyond them.
   */
  vector(layerIndex: number, headIndex: number, token: number, count?: number): Float32Array;
}

/**
 * How a model computes weights from queries and keys: q·k × scale, soft-capped, masked, biased, then a softmax. `fromConfig` of
 * `attentrace/io` reads it from a model's config.json.
 */
export interface ScoringInput {
  /** What q·k is multiplied by, one for all layers or a list. Default 1/√dim. */
  scale?: number | readonly number[];
  /** Scores become c · tanh(score ÷ c). Default: none. */
  softCap?: number;
  /** How many keys a causal query sees, its own the last: one for all layers, or a list with `null` for layers that see all. Default: all. */
  window?: number | readonly (number | null)[];
  /** ALiBi: a score is made less by slope × the distance between query and key, `[layer][head]`. */
  alibiSlopes?: Tensor | readonly ArrayLike<number>[];
  /** Added to the scores, `[layer, head, query, key]`; layers or heads that share one have an axis of 1. −∞ hides a key. */
  bias?: ArrayInput;
  /** Logits that are in the softmax's denominator and have no column, `[layer][head]`: rows sum to less than 1, as in gpt-oss. */
  sinks?: Tensor | readonly ArrayLike<number>[];
}

/** The scoring of one head. */
export interface HeadScoring {
  /** Undefined for 1/√dim. */
  readonly scale: number | undefined;
  /** `Infinity` for none; likewise `window`. */
  readonly softCap: number;
  readonly window: number;
  readonly slope: number;
  /** `-Infinity` for none. */
  readonly sink: number;
  /** A run of `count` keys of a row from `col` on. */
  readonly bias?: (row: number, col: number, count: number) => Float32Array;
}

/** How the weights of a stream follow from queries and keys, by the indices of layer and head, not the model's numbers. */
export type Scoring = (layerIndex: number, headIndex: number) => HeadScoring;

/** One kind of attention of a trace, or numbers derived from it, with the tokens on both sides. */
export interface Stream {
  readonly name: StreamName;
  /** The kind of attention it holds, or was derived from. */
  readonly kind: StreamKind;
  /** What the numbers of its matrices are. */
  readonly quantity: Quantity;
  /** The model's numbers of the layers and heads held, ascending. Layers without attention are not among them. */
  readonly layers: readonly number[];
  readonly heads: readonly number[];
  /** The heads of one layer, where layers differ; `heads` are those of all. Throws `TraceError` `unknown-layer`. */
  headsOf(layer: number): readonly number[];
  /**
   * One a row. Where only some queries were recorded they are fewer than the tokens of the sequence, and `position` says where each
   * stands in it: a causal query sees no key after that.
   */
  readonly queryTokens: readonly Token[];
  readonly keyTokens: readonly Token[];
  /** In rows of the matrices, as `keySegments` are in columns. */
  readonly querySegments: readonly Segment[];
  readonly keySegments: readonly Segment[];
  /**
   * Whether a query can see no key after its own position: given, or seen in the weights. Of a trace too large to check at once
   * it may turn false when a head is first read.
   */
  readonly causal: boolean;
  /** The matrix of one head, by the model's numbers. Throws `TraceError` `unknown-layer` or `unknown-head`. */
  matrix(layer: number, head: number): Matrix;
  readonly queries?: Vectors;
  readonly keys?: Vectors;
  readonly values?: Vectors;
  /** How queries and keys become weights, where that was said: else by 1/√dim and a softmax. */
  readonly scoring?: Scoring;
  /** What else was recorded of the sublayer that attention is part of: what contributions are made of. */
  readonly sublayer?: Sublayer;
}

/**
 * What an attention sublayer does with attention and values. The hidden dimension is the model's. Of a model whose LayerNorm comes after
 * the sublayer (post-LN, as BERT), the norm is part of it; `normWeight` says so.
 */
export type SublayerPart =
  'outputMatrix' | 'outputBias' | 'residual' | 'normWeight' | 'normBias' | 'blockOutput';

/** Those that were recorded, as `Vectors` of one head and token where they have none. */
export type Sublayer = Readonly<Partial<Record<SublayerPart, Vectors>>> & { readonly normEpsilon: number };

/** The parts of the sublayer that may be passed beside attention and `values`, for `valueNorms`, `blockNorms` and `alti`. */
export interface SublayerInput {
  /** W_O, `[layer, head, dim, hidden]`: what the values of a head are multiplied by, from the right. In PyTorch `weight.T` of the output layer, split by heads. */
  outputMatrix?: VectorsInput;
  /** The bias of the output layer, `[layer, hidden]`. Default: none. */
  outputBias?: VectorsInput;
  /** What is added to what attention gives: the hidden states that enter the sublayer, before any norm, `[layer, token, hidden]`. */
  residual?: VectorsInput;
  /** Weight and bias of a LayerNorm after the addition (post-LN), `[layer, hidden]`. Leave both out of pre-LN models. */
  normWeight?: VectorsInput;
  normBias?: VectorsInput;
  /** What that LayerNorm adds to the variance. Default 1e-12, as BERT. */
  normEpsilon?: number;
  /** The output of the sublayer, after addition and LayerNorm, `[layer, token, hidden]`: the sum of the parts is compared with it. */
  blockOutput?: VectorsInput;
}

/** One recorded forward pass: tokens, attention, and where recorded queries, keys, values. */
export interface Trace {
  readonly model?: string;
  readonly text?: string;
  /** The streams held, in the order encoder, decoder, cross, or self alone; and derived ones, see `traceOf`. */
  readonly streams: readonly Stream[];
  /** A stream by name; without one, the first. Throws `TraceError` `unknown-stream`. */
  stream(name?: StreamName): Stream;
}

/**
 * Attention as users have it: nested arrays `[layer][head][query][key]`; one tensor with `dims`
 * `[layer, head, query, key]`; or one tensor or nested array a layer. A batch axis of 1 before the heads is dropped; one before
 * the layers, where `layers` says how many these are.
 */
export type AttentionInput = ArrayInput | AttentionSource;

type ArrayInput = Tensor | readonly (Tensor | NestedNumbers)[];

/** Query, key or value vectors: as attention in memory, with `[layer, head, token, dim]`. */
export type VectorsInput = ArrayInput;

/** What one stream is made of. */
export interface StreamInput extends SublayerInput {
  /** How recorded queries and keys become weights, if not by 1/√dim and a softmax alone. `NeuronView` and `checkHead` follow it. */
  scoring?: ScoringInput;
  /**
   * A layer without attention, as hybrid models have them, may be `null`; layers may differ in their number of heads. The others keep
   * their numbers.
   */
  attention: AttentionInput | readonly (Tensor | NestedNumbers | null)[];
  queries?: VectorsInput;
  keys?: VectorsInput;
  values?: VectorsInput;
  /** The model's numbers of the layers passed, where they are a subset. Default 0, 1, 2, … */
  layers?: readonly number[];
  /** Likewise of the heads; a list for each layer where layers differ, as after pruning. */
  heads?: readonly number[] | readonly (readonly number[])[];
  /** Whether queries cannot see later keys. Default: seen in the weights (all zero above the diagonal). */
  causal?: boolean;
  /**
   * What the numbers are: one of the ready-made quantities by its name, or one of your own. Default `'weights'`: in [0, 1], rows
   * that sum to at most 1.
   */
  quantity?: QuantityName | Quantity;
  /**
   * Where attention has fewer rows than there are tokens: the position of each query among them, ascending. Default: the last ones,
   * where the weights show that they are, or `causal` is true.
   */
  queryPositions?: readonly number[];
}

/** A mask of the tokens present: 1 or true for each, 0 or false for padding, as a tokenizer's attention mask; also as a tensor. */
export type PresentMask =
  | ArrayLike<number | bigint | boolean>
  | readonly ArrayLike<number | bigint>[]
  | { readonly data: ArrayLike<number | bigint> };

/** One sequence of tokens. */
export interface SideInput {
  tokens: readonly string[];
  /** In positions of `tokens`. They do not overlap. */
  segments?: readonly Segment[];
  /** Which tokens are present. The others, such as padding, are left out of the trace. Default: all. */
  present?: PresentMask;
  /** Tokens that are markers, not text, beside those known: `['eng_Latn']`. */
  specialTokens?: readonly string[];
}

/** A stream that attends within one sequence. */
export interface SelfStreamInput extends StreamInput, Omit<SideInput, 'tokens'> {
  /** Default: the positions, from 0. */
  tokens?: readonly string[];
}

/** Encoder-decoder models: any of the three, as long as the tokens on both sides are known. */
export interface EncoderDecoderInput {
  encoder?: Partial<StreamInput> & SideInput;
  decoder?: Partial<StreamInput> & SideInput;
  cross?: StreamInput;
  model?: string;
  text?: string;
}

/** What `createTrace` takes. */
export type TraceInput = (SelfStreamInput & { model?: string; text?: string }) | EncoderDecoderInput;
