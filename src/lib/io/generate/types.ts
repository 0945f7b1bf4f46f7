import type { NestedNumbers, Segment, Tensor } from '../../trace/index.js';

/**
 * The attention of one step of generation: an array with a tensor or nested arrays `[batch · beam, head, query, key]` for each
 * layer, or one tensor `[layer, batch · beam, head, query, key]`. The second axis may be missing where there is one sequence.
 * A layer without attention, as hybrid models have them, is `null` in every step.
 */
export type GenerateStep = Tensor | readonly (Tensor | NestedNumbers | null)[];

/** Which sequence of the batch to take. */
export interface GenerateChoice {
  /** The example of the batch; needed if there are several and no `beamIndices`. With `beamIndices`, the example of the encoder's batch. */
  batch?: number;
  /**
   * After beam search, `outputs.beam_indices[i]` for sequence `i`: its row in each step, −1 after its end. Beams change places
   * from step to step, so without them the rows of one sequence cannot be told from another's.
   */
  beamIndices?: readonly number[];
  /** How many padding tokens stand before the prompt, as in a batch of prompts of several lengths; they are left out. Default 0. */
  padding?: number;
  /** `model.config.sliding_window`, where the cache forgets what lies further back and the steps hold fewer keys than tokens. */
  slidingWindow?: number;
}

/** The steps of one stream. */
export interface GeneratedStream {
  steps: readonly GenerateStep[];
  /** The model's numbers of the layers and heads passed, where they are a subset. */
  layers?: readonly number[];
  heads?: readonly number[];
}

/** One sequence of tokens. */
export interface GeneratedTokens {
  /** All tokens, as in `outputs.sequences[i]`: padding, prompt, answer, the last token too. */
  tokens: readonly string[];
  /** In place of `prompt` and `answer`: segments in positions of the trace, which has neither padding nor the last token; one
   * may end at `tokens.length` all the same. */
  segments?: readonly Segment[];
}

/** Generation by a decoder alone. */
export interface GenerateInput extends GenerateChoice, GeneratedStream, GeneratedTokens {
  model?: string;
  text?: string;
}

/** Generation by an encoder-decoder: any of the three streams, with the tokens on both of its sides. */
export interface GenerateEncoderDecoderInput extends GenerateChoice {
  /** `outputs.encoder_attentions`: there are no steps, as the encoder runs once. */
  encoder?: { tokens: readonly string[]; attention?: GenerateStep; segments?: readonly Segment[] };
  /** `outputs.decoder_attentions`. */
  decoder: GeneratedTokens & Partial<GeneratedStream>;
  /** `outputs.cross_attentions`. */
  cross?: GeneratedStream;
  model?: string;
  text?: string;
}
