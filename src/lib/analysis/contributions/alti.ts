import { TraceError, type Stream } from '../../trace/index.js';
import { mustStackLayers, streamOfLayers, wholeWeights, type DerivedOptions } from '../derivation.js';
import { productOverLayers, type OverLayersOptions } from '../over-layers/product.js';
import type { Pause } from '../../trace/pacer.js';
import { eachPart, mustHoldSublayer } from './parts.js';
import { sublayerOutput } from './sublayer-output.js';
import { mustBeStream } from '../must.js';

const quantity = {
  name: 'ALTI',
  range: [0, 1],
  evidence: 'contribution',
  caveat:
    'Contributions are taken to multiply over layers, and feed-forward layers to leave them as they are.',
} as const;
/** How far the sum of parts may be from the whole, relative to its largest number: the accumulated rounding of half precision. */
const tolerance = 2e-3;

/**
 * ALTI of each layer by itself: how much nearer each token brings the sum to the whole. With Tᵢ(xⱼ) what token j gives to the output yᵢ of the
 * attention sublayer, cᵢⱼ = max(0, ‖yᵢ‖₁ − ‖yᵢ − Tᵢ(xⱼ)‖₁), rows scaled to sum to 1. In [0, 1]. A contribution. The same layers and one
 * head, 0.
 *
 * Parts and biases are checked to sum to yᵢ: to the recorded `blockOutput`, else to the output computed as a model does.
 *
 * Source: Ferrando et al. 2022, arXiv:2203.04212, eq. 9 and 10; checked against the authors' code.
 *
 * @throws TraceError `derivation` for cross attention, only some queries, without values, outputMatrix or residual, and, when a layer is
 * looked at, where parts do not sum to the whole, and the signal's reason; `quantity` where the stream holds no weights
 */
export function altiLayers(stream: Stream, options: DerivedOptions = {}): Stream {
  mustHoldSublayer(stream, 'altiLayers');
  const { name = 'ALTI of layers', signal } = options ?? {};
  return streamOfLayers(stream, { name, quantity }, signal, (layer, pause) =>
    layerContributions(stream, layer, pause),
  );
}

/**
 * ALTI (aggregation of layer-wise token-to-token interactions): how much each input token contributes to what a token is at layer n, the
 * product of `altiLayers` up to it, later layers on the left. In [0, 1], rows sum to 1. A contribution. The same layers and one head, 0.
 *
 * Caveat: contributions are taken to multiply over layers, and feed-forward layers to leave them as they are.
 *
 * Source: Ferrando et al. 2022, arXiv:2203.04212, §3.
 *
 * @throws TraceError as `altiLayers`, and `derivation` where a layer in between is missing
 * @example
 * const trace = traceOf(recorded, alti(recorded.stream()));
 */
export function alti(stream: Stream, options: OverLayersOptions = {}): Stream {
  mustBeStream(stream, 'alti');
  const { name = 'ALTI' } = options ?? {};
  const layers = altiLayers(stream, { signal: options?.signal });
  mustStackLayers(stream, 'alti');
  return productOverLayers(stream, { name, quantity }, options ?? {}, (layer) =>
    wholeWeights(layers.matrix(layer, 0)),
  );
}

async function layerContributions(stream: Stream, layer: number, pause: Pause): Promise<Float32Array> {
  const { output, biases, size, center, deviations } = await sublayerOutput(stream, layer, pause);
  const tokens = stream.keyTokens.length;
  const recorded = stream.sublayer!.blockOutput?.vector(stream.layers.indexOf(layer), 0, 0, tokens);
  const whole = recorded ? Float64Array.from(recorded) : output;
  // The biases, to which every part is added.
  const sums = biases;
  const out = new Float32Array(tokens * tokens);
  await eachPart(stream, layer, { residual: true, through: center, pause }, (query, key, part) => {
    const at = query * size;
    let [length, distance] = [0, 0];
    for (let k = 0; k < size; k++) {
      const given = part[k]! / deviations[query]!;
      sums[at + k]! += given;
      length += Math.abs(whole[at + k]!);
      distance += Math.abs(whole[at + k]! - given);
    }
    out[query * tokens + key] = Math.max(0, length - distance);
  });
  checkSum(sums, whole, layer, size);
  for (let query = 0; query < tokens; query++) {
    await pause();
    const row = out.subarray(query * tokens, (query + 1) * tokens);
    const sum = row.reduce((total, n) => total + n, 0);
    if (sum > 0) row.forEach((n, key) => (row[key] = n / sum));
  }
  return out;
}

function checkSum(sums: Float64Array, whole: Float64Array, layer: number, size: number): void {
  const most = whole.reduce((largest, n) => Math.max(largest, Math.abs(n)), 0);
  const at = sums.findIndex((sum, i) => !(Math.abs(sum - whole[i]!) <= tolerance * most));
  if (at < 0) return;
  const [token, number] = [Math.floor(at / size), at % size];
  throw new TraceError({
    code: 'derivation',
    place: `alti, layer ${layer}, token ${token}`,
    found: `parts that sum to ${sums[at]!.toPrecision(4)} in number ${number}`,
    expected: `${whole[at]!.toPrecision(4)}, as in blockOutput`,
    fix: 'Something that the sublayer does was not recorded, or otherwise: outputBias, normWeight and normBias (post-LN alone), values with their bias.',
  });
}
