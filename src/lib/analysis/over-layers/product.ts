import type { Quantity, Stream } from '../../trace/index.js';
import { streamOfLayers, wholeWeights, type DerivedOptions } from '../derivation.js';
import type { Pause } from '../../trace/pacer.js';

/** Options of a stream computed layer by layer. */
export interface OverLayersOptions extends DerivedOptions {
  /** Called after each layer with the number of layers computed, and of all layers. */
  onProgress?: (done: number, total: number) => void;
}

/** A stream of one head: layer n is the product of the matrices of all layers up to n, later layers on the left. */
export function productOverLayers(
  stream: Stream,
  about: { name: string; quantity: Quantity },
  { signal, onProgress }: OverLayersOptions,
  matrixOf: (layer: number, pause: Pause) => Promise<Float32Array>,
): Stream {
  const size = stream.keyTokens.length;
  const product: Stream = streamOfLayers(stream, about, signal, async (layer, pause) => {
    await pause();
    const at = stream.layers.indexOf(layer);
    const earlier = at === 0 ? undefined : await wholeWeights(product.matrix(stream.layers[at - 1]!, 0));
    const own = await matrixOf(layer, pause);
    const found = earlier ? await multiply(own, earlier, size, pause) : own;
    onProgress?.(at + 1, stream.layers.length);
    return found;
  });
  return product;
}

/** left · right, both `[size, size]`, summed in float64; pauses every few milliseconds. */
async function multiply(
  left: Float32Array,
  right: Float32Array,
  size: number,
  pause: Pause,
): Promise<Float32Array> {
  const out = new Float32Array(size * size);
  const sums = new Float64Array(size);
  for (let row = 0; row < size; row++) {
    sums.fill(0);
    for (let k = 0; k < size; k++) {
      if (k % 256 === 0) await pause();
      const weight = left[row * size + k]!;
      if (weight === 0) continue;
      for (let col = 0, at = k * size; col < size; col++, at++) sums[col]! += weight * right[at]!;
    }
    out.set(sums, row * size);
  }
  return out;
}
