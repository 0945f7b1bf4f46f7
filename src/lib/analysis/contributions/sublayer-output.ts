import type { Stream } from '../../trace/index.js';
import { wholeWeights } from '../derivation.js';
import type { Pause } from '../../trace/pacer.js';
import { layerVector, ownValues } from './parts.js';

/** The output of a layer's attention sublayer, and how parts of it go through its LayerNorm. */
export interface SublayerOutput {
  /** yᵢ of each token, biases included: `[token, hidden]`. */
  readonly output: Float64Array;
  /** The biases, which belong to no token, as they reach yᵢ. `[token, hidden]`. */
  readonly biases: Float64Array;
  readonly size: number;
  /** The linear part of the LayerNorm, (z − mean z) ⊙ weight, in place; undefined for a pre-LN model. */
  readonly center?: (vector: Float64Array) => void;
  /** What the norm divides each token by; 1 for a pre-LN model. `[token]`. */
  readonly deviations: Float64Array;
}

/**
 * The sublayer computed as a model does, heads joined before W_O: z = xᵢ + [A₁V₁ … AₕVₕ] W_O + b_O, and y = LN(z) in a post-LN model.
 * The sum of the parts, computed in another way, can be compared with it.
 */
export async function sublayerOutput(stream: Stream, layer: number, pause: Pause): Promise<SublayerOutput> {
  const { sublayer } = stream;
  const layerIndex = stream.layers.indexOf(layer);
  const tokens = stream.keyTokens.length;
  const size = sublayer!.residual!.dim;
  const output = Float64Array.from(sublayer!.residual!.vector(layerIndex, 0, 0, tokens));
  const { dim } = stream.values!;
  for (const head of stream.headsOf(layer)) {
    const weights = await wholeWeights(stream.matrix(layer, head), pause);
    const held = ownValues(stream, layer, head);
    const matrix = sublayer!.outputMatrix!.vector(layerIndex, stream.heads.indexOf(head), 0, dim);
    const mixed = new Float64Array(dim);
    for (let query = 0; query < tokens; query++) {
      await pause();
      mixed.fill(0);
      for (let key = 0; key < tokens; key++) {
        const weight = weights[query * tokens + key]!;
        if (weight === 0) continue;
        for (let i = 0; i < dim; i++) mixed[i]! += weight * held[key * dim + i]!;
      }
      for (let i = 0; i < dim; i++)
        for (let k = 0; k < size; k++) output[query * size + k]! += mixed[i]! * matrix[i * size + k]!;
    }
  }
  const bias = Float64Array.from(layerVector(stream, layer, 'outputBias', size));
  output.forEach((sum, i) => (output[i] = sum + bias[i % size]!));
  const deviations = new Float64Array(tokens).fill(1);
  const biases = Float64Array.from({ length: tokens * size }, (_, i) => bias[i % size]!);
  if (!sublayer!.normWeight) return { output, biases, size, deviations };

  const weight = layerVector(stream, layer, 'normWeight', size);
  const shift = layerVector(stream, layer, 'normBias', size);
  const center = (vector: Float64Array): void => {
    const mean = vector.reduce((sum, number) => sum + number, 0) / size;
    for (let k = 0; k < size; k++) vector[k] = (vector[k]! - mean) * weight[k]!;
  };
  center(bias);
  for (let token = 0; token < tokens; token++) {
    await pause();
    const own = output.subarray(token * size, (token + 1) * size);
    const mean = own.reduce((sum, number) => sum + number, 0) / size;
    const variance = own.reduce((sum, number) => sum + (number - mean) ** 2, 0) / size;
    const deviation = Math.sqrt(variance + sublayer!.normEpsilon);
    deviations[token] = deviation;
    center(own);
    for (let k = 0; k < size; k++) {
      own[k] = own[k]! / deviation + shift[k]!;
      biases[token * size + k] = bias[k]! / deviation + shift[k]!;
    }
  }
  return { output, biases, size, center, deviations };
}
