import type { Stream } from '../../trace/index.js';
import { notDerivable } from '../derivation.js';
import { mustBeList, mustBeOptions, mustBeStream } from '../must.js';
import { attributions } from './attributions.js';

/** The effect of removing each token, as `ablate` of `attentrace/inference` returns it for `{ token: 'each' }` or `{ value: 'each' }`. */
export interface Ablated {
  readonly position: number;
  readonly changes: readonly { readonly token?: number; readonly change: number }[];
  readonly measure: 'total-variation' | 'cosine-distance';
  readonly method: string;
}

/**
 * How much removing each token changes the output at one position, as a stream beside the attention: one layer, the last, one head, 0, and
 * the row of that position. In [0, 1]; in [0, 2] if the model has no logits. Causal.
 *
 * Caveat: a text without one of its tokens is unlike those the model was trained on.
 *
 * @throws TraceError `derivation` if not every token of the stream was removed, as when the run was stopped
 * @example
 * const trace = traceOf(recorded, causes(recorded.stream(), await tracer.ablate(text, { token: 'each' })));
 */
export function causes(stream: Stream, ablated: Ablated, options: { name?: string } = {}): Stream {
  mustBeStream(stream, 'causes');
  mustBeOptions(ablated, 'causes', 'what ablate() returned');
  const { position, changes, measure, method } = ablated;
  mustBeList(changes, 'changes', 'those of each token');
  const { name = method === 'zeroed-value' ? 'value zeroing' : 'occlusion' } = options ?? {};
  const byToken = new Map(changes.map(({ token, change }) => [token, change]));
  const missing = stream.keyTokens.find(({ position }) => !byToken.has(position));
  if (missing)
    throw notDerivable(
      'causes',
      `changes of ${changes.length} tokens, none of token ${missing.position}`,
      `one of each of the ${stream.keyTokens.length} tokens`,
      "Ablate all: ablate(text, { token: 'each' }), and let it end.",
    );
  const largest = measure === 'total-variation' ? 1 : 2;
  return attributions(
    stream,
    Float32Array.from(stream.keyTokens, (token) =>
      Math.min(largest, Math.max(0, byToken.get(token.position)!)),
    ),
    {
      ...{ name, evidence: 'causal', query: position, range: [0, largest] },
      caveat:
        'What the output at this position changes when a token is taken away; such a text is not one the model was trained on.',
    },
  );
}
