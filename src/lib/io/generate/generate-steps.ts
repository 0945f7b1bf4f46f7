import { describe } from '../../trace/describe.js';
import {
  createTrace,
  TraceError,
  type NestedNumbers,
  type Segment,
  type Tensor,
  type Trace,
} from '../../trace/index.js';
import { parseStep } from './parse-step.js';
import { stitchSteps } from './stitch-steps.js';

/**
 * The attention of one step of generation: an array with a tensor or nested arrays `[batch · beam, head, query, key]` for each
 * layer, or one tensor `[layer, batch · beam, head, query, key]`. The second axis may be missing where there is one sequence.
 */
export type GenerateStep = Tensor | readonly (Tensor | NestedNumbers)[];

/** Which of the sequences that were generated together. */
export interface GenerateChoice {
  /** The example of the batch; needed where there are several and no `beamIndices`. With these, which of the encoder's. */
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

/** What is known of one sequence of tokens. */
export interface GeneratedTokens {
  /** All tokens, as in `outputs.sequences[i]`: padding, prompt, answer, the last token too. */
  tokens: readonly string[];
  /** In place of `prompt` and `answer`: segments in positions of the trace, which has neither padding nor the last token. */
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

/**
 * Stitches the attention of generation, step by step, into one trace with the segments `prompt` and `answer`: what
 * `generate(…, output_attentions=True, return_dict_in_generate=True)` of transformers returns. Step 0 is
 * `[layer, head, p, p]` for a prompt of p tokens, step n `[layer, head, 1, p + n]`; without a cache
 * `[layer, head, p + n, p + n]`, of which the last row is new and the others must be those known. Keys beyond p + n, which a
 * static cache has, must be 0. Of cross attention step n is `[layer, head, 1, source tokens]`.
 *
 * A token is a query in the step after the one that generates it, so **the last token has no row**, and no column either: it is
 * left out. A row shows what the model looked at as it chose the *next* token. The trace is that of a single pass over all
 * tokens but the last, and so are its weights, up to rounding.
 *
 * Weights are copied, and keep their type: float32, float16 or uint8.
 *
 * @throws TraceError `steps` where the steps do not follow one another, `batch` where it is not said which sequence is meant,
 * `token-count`, and all that `createTrace` throws; places read `steps[3][0]` (step, layer)
 * @example
 * const trace = fromGenerateSteps({ steps: outputs.attentions, tokens });
 * const best = fromGenerateSteps({ steps, tokens, beamIndices: [0, 2, 1] });
 * const translation = fromGenerateSteps({
 *   encoder: { attention: outputs.encoder_attentions, tokens: source },
 *   decoder: { steps: outputs.decoder_attentions, tokens: target },
 *   cross: { steps: outputs.cross_attentions },
 * });
 */
export function fromGenerateSteps(input: GenerateInput | GenerateEncoderDecoderInput): Trace {
  if (typeof input !== 'object' || input === null)
    throw new TraceError({
      code: 'missing-attention',
      place: 'fromGenerateSteps',
      found: describe(input),
      expected: '{ steps, tokens } or { encoder, decoder, cross }',
      fix: 'Pass the steps with the tokens of one sequence: fromGenerateSteps({ steps, tokens }).',
    });
  const { model, text } = input;
  if (!isEncoderDecoder(input)) {
    const { layers, heads } = input;
    return createTrace({ ...stitchSteps('self', input.steps, input, input, ''), layers, heads, model, text });
  }
  const { encoder, decoder, cross } = input;
  const self = decoder.steps && stitchSteps('self', decoder.steps, decoder, input, 'decoder.');
  const across = cross && stitchSteps('cross', cross.steps, decoder, input, 'cross.');
  const { tokens, segments } = self ?? across ?? decoder;
  const { layers, heads } = decoder;
  return createTrace({
    encoder: encoder && {
      ...encoder,
      attention: encoder.attention && oneSequence(encoder.attention, input.batch),
    },
    decoder: { attention: self?.attention, layers, heads, tokens, segments },
    cross: cross && { attention: across!.attention, layers: cross.layers, heads: cross.heads },
    model,
    text,
  });
}

function isEncoderDecoder(
  input: GenerateInput | GenerateEncoderDecoderInput,
): input is GenerateEncoderDecoderInput {
  return Boolean((input as GenerateEncoderDecoderInput).decoder);
}

/** The encoder's attention of one example of the batch. */
function oneSequence(attention: GenerateStep, batch: number | undefined): Tensor[] {
  return parseStep(attention, batch, 'encoder.attention').map(({ dims, data, offset }) => {
    const size = dims.reduce((product, n) => product * n, 1);
    return { dims, data: data.subarray(offset, offset + size) };
  });
}
