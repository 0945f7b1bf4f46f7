import type { Stream, SublayerPart } from '../../trace/index.js';
import { mustBeSquare, mustHoldWeights, notDerivable, wholeWeights } from '../derivation.js';
import type { Pause } from '../pacer.js';

/** @throws TraceError `derivation` */
export function mustHoldValues(stream: Stream, place: string): void {
  if (!stream.values)
    throw notDerivable(
      place,
      `no values in the ${stream.name} stream`,
      'the values of every layer and key',
      'What a token gives is its value: pass createTrace({ values }), or load a file that holds them.',
    );
}

/**
 * What the parts of a whole sublayer need.
 *
 * @throws TraceError `quantity`, `derivation`
 */
export function mustHoldSublayer(stream: Stream, place: string): void {
  mustHoldWeights(stream, place);
  mustBeSquare(stream, place);
  mustHoldValues(stream, place);
  const missing = (['outputMatrix', 'residual'] as const).find((part) => !stream.sublayer?.[part]);
  if (missing)
    throw notDerivable(
      place,
      `no ${missing} in the ${stream.name} stream`,
      'values, outputMatrix and residual',
      `Pass createTrace({ ${missing} }), or write it to the file under that name.`,
    );
}

/** The values of a head, through W_O where that is asked for: `[key, size]`, float64. Heads may share one, in equal runs. */
export async function headValues(
  stream: Stream,
  layer: number,
  head: number,
  throughOutput: boolean,
  pause: Pause,
): Promise<{ data: Float64Array; size: number }> {
  const values = stream.values!;
  const layerIndex = stream.layers.indexOf(layer);
  const headIndex = stream.heads.indexOf(head);
  const own = Math.floor((headIndex * values.heads) / stream.heads.length);
  const { dim } = values;
  const held = values.vector(layerIndex, own, 0, values.tokens);
  const output = stream.sublayer?.outputMatrix;
  if (!throughOutput || !output) return { data: Float64Array.from(held), size: dim };
  const matrix = output.vector(layerIndex, headIndex, 0, dim);
  const size = output.dim;
  const data = new Float64Array(values.tokens * size);
  for (let key = 0; key < values.tokens; key++) {
    await pause();
    for (let i = 0; i < dim; i++) {
      const value = held[key * dim + i]!;
      for (let k = 0, at = key * size, from = i * size; k < size; k++) data[at++]! += value * matrix[from++]!;
    }
  }
  return { data, size };
}

/** One vector of a layer, `[hidden]`, of zeros where it was not recorded. */
export function layerVector(stream: Stream, layer: number, part: SublayerPart, size: number): Float32Array {
  const held = stream.sublayer?.[part];
  return held ? held.vector(stream.layers.indexOf(layer), 0, 0) : new Float32Array(size);
}

/**
 * Goes through what each key gives to each query in a layer, over all its heads: Σₕ Aₕ[i,j] fₕ(xⱼ), and with `residual` also xᵢ where
 * i = j. Gives way every few milliseconds.
 *
 * @param how.through changes each vector that is added up, linearly: `[hidden]`, in place
 * @param visit is given a vector that is used again; keys that give nothing come too
 */
export async function eachPart(
  stream: Stream,
  layer: number,
  how: { residual: boolean; through?: (vector: Float64Array) => void; pause: Pause },
  visit: (query: number, key: number, part: Float64Array) => void,
): Promise<void> {
  const heads = stream.headsOf(layer);
  const [rows, cols] = [stream.queryTokens.length, stream.keyTokens.length];
  const { pause } = how;
  const weights: Float32Array[] = [];
  const given: Float64Array[] = [];
  let size = 0;
  for (const head of heads) {
    weights.push(await wholeWeights(stream.matrix(layer, head), pause));
    const values = await headValues(stream, layer, head, true, pause);
    size = values.size;
    for (let key = 0; how.through && key < cols; key++) {
      await pause();
      how.through(values.data.subarray(key * size, (key + 1) * size));
    }
    given.push(values.data);
  }
  const part = new Float64Array(size);
  const layerIndex = stream.layers.indexOf(layer);
  for (let query = 0; query < rows; query++)
    for (let key = 0; key < cols; key++) {
      await pause();
      part.fill(0);
      if (how.residual && query === key) {
        part.set(stream.sublayer!.residual!.vector(layerIndex, 0, query));
        how.through?.(part);
      }
      for (let h = 0; h < heads.length; h++) {
        const weight = weights[h]![query * cols + key]!;
        if (weight === 0) continue;
        const vectors = given[h]!;
        for (let k = 0, at = key * size; k < size; k++) part[k]! += weight * vectors[at++]!;
      }
      visit(query, key, part);
    }
}
