import type { Stream } from '../../trace/index.js';
import { streamOfLayers, type DerivedOptions } from '../derivation.js';
import { pacer } from '../../trace/pacer.js';
import { eachPart, lengthOf, mustHoldSublayer } from './parts.js';
import { sublayerOutput } from './sublayer-output.js';

/**
 * How much each token contributes to the output of the whole attention sublayer for a token, including residual connection and LayerNorm:
 * ‖g(Σₕ Aₕ[i,j] fₕ(xⱼ) + 1[i=j] xᵢ)‖, where g is the linear part of the LayerNorm: centring, its weight, the deviation of the whole.
 * At least 0. A contribution. The same layers and one head, 0.
 *
 * Caveat: derived for models whose LayerNorm comes after the addition (post-LN, as BERT): `normWeight` says so. Without it, as in pre-LN
 * models, there is no norm here, and g is the identity.
 *
 * Source: Kobayashi et al. 2021, arXiv:2109.07152, eq. 9.
 *
 * @throws TraceError `derivation` for cross attention, only some queries, and without values, outputMatrix or residual; `quantity` where
 * the stream holds no weights; when its matrices are looked at, the signal's reason
 */
export function blockNorms(stream: Stream, options: DerivedOptions = {}): Stream {
  mustHoldSublayer(stream, 'blockNorms');
  const { name = 'block norms', signal } = options ?? {};
  const size = stream.keyTokens.length;
  const quantity = {
    name: 'block norm',
    range: [0, Infinity],
    evidence: 'contribution',
    caveat: 'Derived for models whose LayerNorm comes after the addition; direction is lost.',
  } as const;
  return streamOfLayers(stream, { name, quantity }, signal, async (layer, pause) => {
    const { center, deviations } = await sublayerOutput(stream, layer, pause);
    const out = new Float32Array(size * size);
    await eachPart(stream, layer, { residual: true, through: center, pause }, (query, key, part) => {
      out[query * size + key] = lengthOf(part) / deviations[query]!;
    });
    return out;
  });
}

/**
 * How much of a token's output in a layer comes from other tokens: ‖Σ over others‖ ÷ (‖Σ over others‖ + ‖its own part‖), through
 * the LayerNorm as in `blockNorms`; one number a query, from 0 (all its own) to 1. A contribution.
 *
 * Source: Kobayashi et al. 2021, arXiv:2109.07152, eq. 11 (mixing ratio).
 *
 * @throws TraceError as `blockNorms`; the signal's reason
 */
export async function mixingRatios(
  stream: Stream,
  layer: number,
  options: { signal?: AbortSignal } = {},
): Promise<Float64Array> {
  mustHoldSublayer(stream, 'mixingRatios');
  const size = stream.keyTokens.length;
  const pause = pacer(options?.signal);
  const { center, size: hidden } = await sublayerOutput(stream, layer, pause);
  const others = Array.from({ length: size }, () => new Float64Array(hidden));
  const own = new Float64Array(size);
  await eachPart(stream, layer, { residual: true, through: center, pause }, (query, key, part) => {
    if (query === key) own[query] = lengthOf(part);
    else part.forEach((n, i) => (others[query]![i]! += n));
  });
  // Without the deviation, as both would be divided by it.
  return Float64Array.from(others, (sum, query) => lengthOf(sum) / (lengthOf(sum) + own[query]!));
}
