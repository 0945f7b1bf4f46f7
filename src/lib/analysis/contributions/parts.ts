import type { Stream, SublayerPart } from '../../trace/index.js';
import { mustBeSquare, mustHoldWeights, notDerivable, wholeWeights } from '../derivation.js';
import type { Pause } from '../../trace/pacer.js';

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

/** The length of a vector. */
export function lengthOf(vector: Float64Array): number {
  let squares = 0;
  for (let i = 0; i < vector.length; i++) squares += vector[i]! ** 2;
  return Math.sqrt(squares);
}

/**
 * Checks that a stream holds what the parts of its sublayer are computed from.
 *
 * @throws TraceError `argument`, `quantity`, `derivation`
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

/** The values of a head, `[key, dim]`. Equal runs of heads may share them. */
export function ownValues({ values, layers, heads }: Stream, layer: number, head: number): Float32Array {
  const own = Math.floor((heads.indexOf(head) * values!.heads) / heads.length);
  return values!.vector(layers.indexOf(layer), own, 0, values!.tokens);
}

/** The values of a head, multiplied by W_O if `throughOutput`: `[key, size]`, float64. */
export async function headValues(
  stream: Stream,
  layer: number,
  head: number,
  throughOutput: boolean,
  pause: Pause,
): Promise<{ data: Float64Array; size: number }> {
  const held = ownValues(stream, layer, head);
  const { dim, tokens } = stream.values!;
  const output = stream.sublayer?.outputMatrix;
  if (!throughOutput || !output) return { data: Float64Array.from(held), size: dim };
  const matrix = output.vector(stream.layers.indexOf(layer), stream.heads.indexOf(head), 0, dim);
  const size = output.dim;
  const data = new Float64Array(tokens * size);
  for (let key = 0; key < tokens; key++) {
    await pause();
    for (let i = 0; i < dim; i++) {
      const value = held[key * dim + i]!;
      for (let k = 0, at = key * size, from = i * size; k < size; k++) data[at++]! += value * matrix[from++]!;
    }
  }
  return { data, size };
}

/** A vector of a layer, `[hidden]`; zeros if it was not recorded. */
export function layerVector(stream: Stream, layer: number, part: SublayerPart, size: number): Float32Array {
  const held = stream.sublayer?.[part];
  return held ? held.vector(stream.layers.indexOf(layer), 0, 0) : new Float32Array(size);
}

/**
 * Visits what each key contributes to each query in a layer, over all its heads: Σₕ Aₕ[i,j] fₕ(xⱼ), and with `residual` also xᵢ where
 * i = j. Pauses every few milliseconds.
 *
 * @param how.through a linear map applied in place to each vector that is added up: `[hidden]`
 * @param visit called with a vector that is reused; also for keys that contribute nothing
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
