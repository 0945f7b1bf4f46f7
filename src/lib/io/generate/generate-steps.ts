import { describe } from '../../trace/describe.js';
import { createTrace, TraceError, type Tensor, type Trace } from '../../trace/index.js';
import { parseStep } from './parse-step.js';
import { stitchSteps } from './stitch-steps.js';
import type { GenerateEncoderDecoderInput, GenerateInput, GenerateStep } from './types.js';

/**
 * Stitches the attention of generation, step by step, into one trace with the segments `prompt` and `answer`: what
 * `generate(…, output_attentions=True, return_dict_in_generate=True)` of transformers returns. Step 0 is
 * `[layer, head, p, p]` for a prompt of p tokens, step n `[layer, head, 1, p + n]`; without a cache
 * `[layer, head, p + n, p + n]`, of which the last row is new and the others must be those known. Keys beyond p + n, which a
 * static cache has, must be 0. Where the cache was filled before, as of a conversation that goes on, step 0 is
 * `[layer, head, new, p]`: pass the tokens of all turns; those from the cache have no rows. Of cross attention step n is `[layer, head, 1, source tokens]`.
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
    const stitched = stitchSteps('self', input, input, input, '');
    return createTrace({ ...stitched, heads: input.heads, model, text });
  }
  const { encoder, decoder, cross } = input;
  const self = decoder.steps && stitchSteps('self', decoder, decoder, input, 'decoder.');
  const across = cross && stitchSteps('cross', cross, decoder, input, 'cross.');
  const { tokens, segments } = self ?? across ?? decoder;
  return createTrace({
    encoder: encoder && {
      ...encoder,
      ...(encoder.attention ? oneSequence(encoder.attention, input.batch) : { attention: undefined }),
    },
    decoder: {
      attention: self?.attention,
      layers: self?.layers,
      queryPositions: self?.queryPositions,
      heads: decoder.heads,
      tokens,
      segments,
    },
    cross: cross && { attention: across!.attention, layers: across!.layers, heads: cross.heads },
    model,
    text,
  });
}

function isEncoderDecoder(
  input: GenerateInput | GenerateEncoderDecoderInput,
): input is GenerateEncoderDecoderInput {
  return Boolean((input as GenerateEncoderDecoderInput).decoder);
}

/** The encoder's attention for one example of the batch, in the layers that have any. */
function oneSequence(
  step: GenerateStep,
  batch: number | undefined,
): { attention: Tensor[]; layers: number[] } {
  const layers = parseStep(step, batch, 'encoder.attention');
  const attention = layers.map(({ dims, data, offset }) => {
    const size = dims.reduce((product, n) => product * n, 1);
    return { dims, data: data.subarray(offset, offset + size) };
  });
  return { attention, layers: layers.map(({ index }) => index) };
}
