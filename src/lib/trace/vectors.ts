import { count, either } from './describe.js';
import { errorsOf, TraceError, transferred } from './errors.js';
import { parseArray, type StoredArray } from './parse-array.js';
import type { StoredElements } from './parse-tensor.js';
import { decodeWeights } from './weights.js';
import type { Vectors, VectorsInput } from './types.js';

const wrong = errorsOf('vectors');

/** The shape that vectors of a stream must have. */
export interface VectorShape {
  layers: number;
  /** How many layers of attention were passed, and which of them are not null, where some are. */
  gaps?: { passed: number; held: readonly number[] };
  /** How many heads they may have: as many as attention, or fewer where heads share keys and values. */
  heads: readonly number[];
  tokens: number;
  /** The indices of the tokens present, where some are not. */
  kept?: readonly number[];
}

/**
 * The counts of heads that keys and values may have. In grouped-query attention equal runs of heads share one; but a subset
 * of heads may cut through such a run, so there it is one for each or one for all.
 */
export function sharedHeads(heads: readonly number[]): number[] {
  const whole = heads.every((head, i) => head === i);
  const counts = heads.map((_, i) => i + 1).filter((n) => heads.length % n === 0);
  return whole ? counts : counts.filter((n) => n === 1 || n === heads.length);
}

/**
 * Queries, keys or values `[layer, head, token, dim]`; undefined where none were recorded.
 *
 * @throws TraceError `vectors` where the shape does not fit the stream, `not-a-number`, `infinite`, and all that `parseArray` throws
 */
export function parseVectors(
  given: VectorsInput | null | undefined,
  place: string,
  shape: VectorShape,
): Vectors | undefined {
  if (given === undefined || given === null) return undefined;
  const { kept, layers, gaps } = shape;
  const parsed = parseArray(given, place, 'head, token, dim', gaps !== undefined, gaps?.passed ?? layers);
  const stored = gaps ? ofLayers(parsed, place, gaps) : parsed;
  const { type } = stored;
  const [, heads, tokens, dim] = stored.dims;
  const at = `dims [${stored.dims.join(', ')}]`;
  if (type === 'uint8')
    throw wrong(place, 'uint8 numbers', 'float32 or float16', 'Vectors have no fixed range: store floats.');
  if (stored.layers.length !== layers)
    throw wrong(
      place,
      `${count(stored.layers.length, 'layer')} in ${at}`,
      `${layers}, as in attention`,
      'Record the same layers as attention.',
    );
  if (tokens !== shape.tokens)
    throw wrong(
      place,
      `${count(tokens, 'token')} in ${at}`,
      `${shape.tokens}, as in attention`,
      'The axes are [layer, head, token, dim]; split the heads and swap axes where they differ.',
    );
  if (!shape.heads.includes(heads))
    throw wrong(
      place,
      `${count(heads, 'head')} in ${at}`,
      either(shape.heads),
      'Queries have as many heads as attention; keys and values as many, or one for each equal group of heads.',
    );
  const there = kept && Uint8Array.from({ length: tokens }, (_, token) => Number(kept.includes(token)));
  stored.layers.forEach((layer, i) => checkFinite({ ...layer, type }, stored.dims, `${place}[${i}]`, there));
  const length = kept?.length ?? tokens;
  return {
    layers,
    heads,
    tokens: length,
    dim,
    type,
    vector(layerIndex, headIndex, token, count = 1) {
      const layer = stored.layers[layerIndex];
      if (!layer || !isIndex(headIndex, heads) || !isIndex(token, length + 1 - count))
        throw new RangeError(
          `No vector at layer ${layerIndex}, head ${headIndex}, token ${token} of ${place}, ${at}.`,
        );
      if (layer.data.length === 0) throw transferred(`${place}[${layerIndex}]`);
      const read = (position: number, n: number): Float32Array =>
        decodeWeights(layer.data, type, layer.offset + (headIndex * tokens + position) * dim, n * dim);
      if (!kept) return read(token, count);
      if (count === 1) return read(kept[token]!, 1);
      const out = new Float32Array(count * dim);
      for (let i = 0; i < count; i++) out.set(read(kept[token + i]!, 1), i * dim);
      return out;
    },
  };
}

/** The layers that attention holds, where vectors were passed for all, or with `null` where attention has none. */
function ofLayers(
  stored: StoredArray,
  place: string,
  { passed, held }: NonNullable<VectorShape['gaps']>,
): StoredArray {
  const uneven = stored.layers.some(({ heads }) => heads !== stored.dims[1]);
  if (uneven)
    throw wrong(place, 'layers of different numbers of heads', 'one number', 'Leave these vectors out.');
  if (stored.passed !== passed) return stored;
  const layers = held.map((layer) => {
    const index = stored.held.indexOf(layer);
    if (index < 0)
      throw wrong(
        `${place}[${layer}]`,
        'nothing',
        'vectors, as attention has this layer',
        'Record the same layers as attention.',
      );
    return stored.layers[index]!;
  });
  return { ...stored, layers };
}

/** @throws TraceError `vectors` where the dot product of queries and keys could not be formed. */
export function checkSameDim(queries: Vectors | undefined, keys: Vectors | undefined, place: string): void {
  if (!queries || !keys || queries.dim === keys.dim) return;
  throw wrong(
    `${place}keys`,
    `${count(keys.dim, 'number')} a key`,
    `${queries.dim}, as each query has`,
    'Record both after the split into heads, and after rotary embedding where there is one.',
  );
}

function isIndex(value: number, length: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < length;
}

function checkFinite(
  { data, type, offset }: StoredElements & { offset: number },
  dims: StoredArray['dims'],
  place: string,
  there?: Uint8Array,
): void {
  const [, heads, tokens, dim] = dims;
  // float16 with all exponent bits set is NaN or infinite.
  const finite =
    type === 'float16' ? (n: number) => (n & 0x7c00) !== 0x7c00 : (n: number) => Math.abs(n) < Infinity;
  for (let i = 0; i < heads * tokens * dim; i++) {
    if (finite(data[offset + i]!) || there?.[Math.floor(i / dim) % tokens] === 0) continue;
    const value = decodeWeights(data, type, offset + i, 1)[0]!;
    throw new TraceError({
      code: Number.isNaN(value) ? 'not-a-number' : 'infinite',
      place: `${place}[${Math.floor(i / dim / tokens)}][${Math.floor(i / dim) % tokens}][${i % dim}]`,
      found: String(value),
      expected: 'a finite number',
      fix: 'Half precision overflows beyond 65504: run the model in float32 and record again.',
    });
  }
}
