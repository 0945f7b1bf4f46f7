import { combineMatrices, computedMatrix, deriveStream, type Stream } from '../../trace/index.js';
import { mustStackLayers, wholeWeights } from '../derivation.js';
import type { Pause } from '../../trace/pacer.js';
import { productOverLayers, type OverLayersOptions } from './product.js';
import { mustBeStream } from '../must.js';

/**
 * Attention rollout: how much of a token at layer n comes from each input token, if only attention mixed tokens.
 * Ãˡ = the rows of Āˡ + I, scaled to sum to 1, where Ā is the mean over heads and I stands for the residual stream; Rˡ = Ãˡ Rˡ⁻¹, later
 * layers on the left. The same layers and one head, 0; layer n holds the product up to it, from what enters the first layer held. In
 * [0, 1], rows sum to 1. Descriptive. A layer takes T³ multiplications, computed when it is looked at.
 *
 * Caveat: it ignores values and the feed-forward layers, and in causal models it collapses to the first tokens whatever the
 * weights are (arXiv:2602.16837): look at `rollout(uniformAttention(stream))` beside it.
 *
 * Source: Abnar & Zuidema 2020, arXiv:2005.00928, §3.
 *
 * @throws TraceError `derivation` for cross attention, for only some queries, and where a layer in between is missing; `quantity` where
 * the stream holds no weights; when its matrices are looked at, the signal's reason
 * @example
 * const trace = traceOf(recorded, rollout(recorded.stream()));
 */
export function rollout(stream: Stream, options: OverLayersOptions = {}): Stream {
  mustStackLayers(stream, 'rollout');
  const { name = 'rollout' } = options ?? {};
  const quantity = {
    name: 'rollout',
    range: [0, 1],
    evidence: 'descriptive',
    caveat:
      'It ignores values and feed-forward layers; in causal models it collapses to the first tokens whatever the weights: look at rollout of uniform attention beside it.',
  } as const;
  return productOverLayers(stream, { name, quantity }, options ?? {}, (layer, pause) =>
    mixing(stream, layer, pause),
  );
}

/**
 * Attention that is uniform over the keys each query can see: a baseline to compare measures and rollouts with. One head, 0. Descriptive.
 *
 * Source: Wiegreffe & Pinter 2019, arXiv:1908.04626, who ask for this baseline.
 */
export function uniformAttention(stream: Stream, options: { name?: string } = {}): Stream {
  mustBeStream(stream, 'uniformAttention');
  const { name = 'uniform' } = options ?? {};
  const [rows, cols] = [stream.queryTokens.length, stream.keyTokens.length];
  const seen = (row: number) =>
    stream.causal ? Math.min(stream.queryTokens[row]!.position + 1, cols) : cols;
  return deriveStream(stream, {
    ...{ name, quantity: 'weights', heads: [0] },
    matrix: () =>
      computedMatrix({
        ...{ rows, cols },
        read(rect) {
          const out = new Float32Array(rect.rows * rect.cols);
          for (let r = 0; r < rect.rows; r++) {
            const keys = seen(rect.row + r);
            const end = Math.max(0, Math.min(rect.cols, keys - rect.col));
            out.fill(1 / keys, r * rect.cols, r * rect.cols + end);
          }
          return out;
        },
      }),
  });
}

/** Ã of a layer: the mean over its heads and the identity, in equal parts where rows sum to 1. float32, `[query, key]`. */
export async function mixing(stream: Stream, layer: number, pause: Pause): Promise<Float32Array> {
  const heads = stream.headsOf(layer).map((head) => stream.matrix(layer, head));
  const mean = (await wholeWeights(combineMatrices(heads, 'mean'), pause)).slice();
  const size = stream.keyTokens.length;
  for (let row = 0; row < size; row++) {
    await pause();
    const weights = mean.subarray(row * size, (row + 1) * size);
    weights[row] = weights[row]! + 1;
    const sum = weights.reduce((total, weight) => total + weight, 0);
    for (let key = 0; key < size; key++) weights[key] = weights[key]! / sum;
  }
  return mean;
}
