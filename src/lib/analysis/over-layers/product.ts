import { deriveStream, wholeMatrix, type Matrix, type Quantity, type Stream } from '../../trace/index.js';
import { wholeWeights } from '../derivation.js';
import { pacer } from '../pacer.js';

/** A stream of one head, whose layer n is the product of the matrices of the layers up to n, later layers on the left. */
export function productOverLayers(
  stream: Stream,
  about: { name: string; quantity: Quantity },
  matrixOf: (layer: number) => Promise<Float32Array>,
): Stream {
  const size = stream.keyTokens.length;
  const product: Stream = deriveStream(stream, {
    ...about,
    heads: [0],
    matrix(layer): Matrix {
      const before = stream.layers[stream.layers.indexOf(layer) - 1];
      return wholeMatrix({ rows: size, cols: size }, async () => {
        if (before === undefined) return matrixOf(layer);
        const earlier = await wholeWeights(product.matrix(before, 0));
        return multiply(await matrixOf(layer), earlier, size);
      });
    },
  });
  return product;
}

/** left · right, both `[size, size]`, summed in float64; gives way every few milliseconds. */
async function multiply(left: Float32Array, right: Float32Array, size: number): Promise<Float32Array> {
  const out = new Float32Array(size * size);
  const sums = new Float64Array(size);
  const pause = pacer();
  for (let row = 0; row < size; row++) {
    await pause();
    sums.fill(0);
    for (let k = 0; k < size; k++) {
      const weight = left[row * size + k]!;
      if (weight === 0) continue;
      for (let col = 0, at = k * size; col < size; col++, at++) sums[col]! += weight * right[at]!;
    }
    out.set(sums, row * size);
  }
  return out;
}
