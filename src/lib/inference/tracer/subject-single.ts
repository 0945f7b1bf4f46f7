import { checkToken, type Subject } from './ablate.js';
import { singleTrace } from './assemble.js';
import { checkHidden, hidingIn, maskOf, meanRow, neutral, rowAt, silencing } from './interventions.js';
import type { Feeds, OnnxRuntime, Results } from './runtime.js';
import type { Part } from './session.js';
import { encodeText, type TokenizerLike } from './tokenize.js';
import type { AblateOptions } from './types.js';

/** A model of one file, made with `interventions`, and a text. */
export async function singleSubject(
  { ort, part, tokenizer }: { ort: OnnxRuntime; part: Part; tokenizer: TokenizerLike | undefined },
  text: string,
  options: AblateOptions,
): Promise<Subject> {
  const { ids, tokens, typeIds } = encodeText(tokenizer, text);
  const outputs = part.tapped.outputs.map((output) => output.name);
  const output = ['logits', 'last_hidden_state'].find((name) => outputs.includes(name)) ?? outputs[0]!;
  const run = (hidden: readonly number[], extra: Feeds, only?: readonly string[]): Promise<Results> =>
    part.run(
      { ids, typeIds, mask: maskOf(ids.length, hidden) },
      { extra: { ...neutral(ort, part), ...extra }, only, signal: options.signal },
    );
  const before = await run([], {});
  if (options.position !== undefined) checkToken(options.position, ids.length);
  // Where a decoder writes on, the last token; where an encoder sums up, the first. A classifier has one row only.
  const { causal } = (await singleTrace(part.recorded, before, { tokens }, {})).stream();
  const position = options.position ?? (causal && before[output]!.dims.length === 3 ? ids.length - 1 : 0);
  const at = (results: Results): ArrayLike<number> => rowAt(results[output]!, position);
  const own = part.recorded.filter((tap) => tap.stream === 'self');
  const hiding = () => hidingIn(ort, part, { mask: 'attention_mask', stream: 'self', tokens: ids.length });
  return {
    position,
    logits: output === 'logits',
    before: at(before),
    text: {
      tokens: ids.length,
      attention: meanRow(own, before, position),
      hiding: () => (hiding().byMask ? 'attention-mask' : 'hidden-keys'),
      async hide(hidden) {
        const { byMask, feeds } = hiding();
        if (!byMask) return at(await run([], feeds(hidden), [output]));
        const seen = own[0]!.weights!;
        const after = await run(hidden, {}, [output, seen]);
        checkHidden(after[seen]!, hidden, hidden);
        return at(after);
      },
    },
    silencing: silencing(ort, own, before, async (feeds) => at(await run([], feeds, [output])), position),
  };
}
