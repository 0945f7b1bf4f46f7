import type { StreamKind } from '../../trace/types.js';
import { cannotAblate, checkToken, type Subject } from './ablate.js';
import { hiddenStates, writeAnswer, type EncoderDecoder } from './encoder-decoder.js';
import { checkHidden, hidingIn, maskOf, meanRow, neutral, rowAt, silencing } from './interventions.js';
import type { Feeds, OnnxRuntime, Results } from './runtime.js';
import type { Part } from './session.js';
import { encodeText } from './tokenize.js';
import type { AblateOptions } from './types.js';

/** What is changed about one run. */
interface Change {
  /** Tokens of the text, or of the answer. */
  readonly hidden?: readonly number[];
  readonly hiddenAnswer?: readonly number[];
  readonly encoder?: Feeds;
  readonly decoder?: Feeds;
}

/**
 * An encoder and its decoder, made with `interventions`, and a text. The answer is what the untouched model writes, or the
 * target; it is held fast, and what is compared is the distribution of the token that comes after one of its positions.
 */
export async function encoderDecoderSubject(
  model: EncoderDecoder,
  { ort, encoder, decoder }: { ort: OnnxRuntime; encoder: Part; decoder: Part },
  text: string,
  options: AblateOptions,
): Promise<Subject> {
  const { signal } = options;
  const source = encodeText(model.tokenizer, text);
  const tokens = source.ids.length;
  const { ids: answer } = await writeAnswer(
    model,
    hiddenStates(await model.encoder.run({ ids: source.ids, typeIds: source.typeIds }, { signal })),
    options,
  );
  const position = options.position ?? 0;
  checkToken(position, answer.length);

  const read = async (change: Change, also?: readonly string[]): Promise<[Results, Results]> => {
    const mask = maskOf(tokens, change.hidden);
    const encoded = await encoder.run(
      { ids: source.ids, typeIds: source.typeIds, mask },
      { extra: { ...neutral(ort, encoder), ...change.encoder }, signal },
    );
    const decoded = await decoder.run(
      {
        ids: answer,
        mask: maskOf(answer.length, change.hiddenAnswer),
        given: { encoder_hidden_states: hiddenStates(encoded) },
        sourceMask: mask,
      },
      {
        extra: { ...neutral(ort, decoder), ...change.decoder },
        only: also && ['logits', ...also],
        signal,
      },
    );
    return [encoded, decoded];
  };
  const at = (results: Results): ArrayLike<number> => rowAt(results.logits!, position);
  const after = async (change: Change): Promise<ArrayLike<number>> => at((await read(change, []))[1]);
  const crossing = decoder.recorded.filter((tap) => tap.stream === 'cross');
  const looking = decoder.recorded.filter((tap) => tap.stream !== 'cross');
  if (crossing.length === 0 || looking.length === 0)
    throw cannotAblate(
      decoder.tapped.taps
        .map(({ stream, layer, reason }) => `${stream} layer ${layer}${reason ? ` (${reason})` : ''}`)
        .join(', ') || 'none',
      'attention to itself and to the text, both recorded',
      'Use another form of the model.',
      "ablate, the decoder's attention",
    );
  const hiding = () => ({
    encoder: hidingIn(ort, encoder, { mask: 'attention_mask', stream: 'self', tokens }),
    decoder: hidingIn(ort, decoder, { mask: 'encoder_attention_mask', stream: 'cross', tokens }),
  });
  const { stream } = looking[0]!;
  const hidingAnswer = () =>
    hidingIn(ort, decoder, { mask: 'decoder_attention_mask', stream, tokens: answer.length });

  const [encoded, before] = await read({});
  const heads = (which: 'encoder' | 'decoder', results: Results, ...streams: StreamKind[]) => {
    const taps = { encoder, decoder }[which].recorded.filter((tap) => streams.includes(tap.stream));
    const run = (feeds: Feeds) => after({ [which]: feeds });
    return silencing(ort, taps, results, run, which === 'decoder' ? position : undefined).map((one) =>
      one.stream === 'self' ? { ...one, stream: which } : one,
    );
  };
  return {
    position,
    logits: true,
    before: at(before),
    text: {
      tokens,
      attention: meanRow(crossing, before, position),
      hiding() {
        const ways = hiding();
        return ways.encoder.byMask && ways.decoder.byMask ? 'attention-mask' : 'hidden-keys';
      },
      async hide(hidden) {
        const ways = hiding();
        const seen = { encoder: encoder.recorded[0]!.weights!, decoder: crossing[0]!.weights! };
        const [encoded, decoded] = await read(
          { hidden, encoder: ways.encoder.feeds(hidden), decoder: ways.decoder.feeds(hidden) },
          [seen.decoder],
        );
        if (ways.encoder.byMask) checkHidden(encoded[seen.encoder]!, hidden, hidden);
        if (ways.decoder.byMask) checkHidden(decoded[seen.decoder]!, hidden);
        return at(decoded);
      },
    },
    answer: {
      tokens: answer.length,
      attention: meanRow(looking, before, position),
      hiding: () => (hidingAnswer().byMask ? 'attention-mask' : 'hidden-keys'),
      async hide(hidden) {
        const { byMask, feeds } = hidingAnswer();
        const seen = looking[0]!.weights!;
        const [, decoded] = await read({ hiddenAnswer: hidden, decoder: feeds(hidden) }, [seen]);
        if (byMask) checkHidden(decoded[seen]!, hidden, hidden);
        return at(decoded);
      },
    },
    silencing: [
      ...heads('decoder', before, 'cross'),
      ...heads('decoder', before, 'decoder', 'self'),
      ...heads('encoder', encoded, 'self'),
    ],
  };
}
