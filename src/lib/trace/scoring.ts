import { describe, listed } from './describe.js';
import { errorsOf } from './errors.js';
import { parseArray } from './parse-array.js';
import { isTensor, parseTensor } from './parse-tensor.js';
import { decodeWeights } from './weights.js';
import type { HeadScoring, Scoring, ScoringInput, Tensor } from './types.js';

const wrong = errorsOf('source');

/** The shape of the attention that is scored. */
interface ScoringShape {
  layers: number;
  heads: number;
  rows: number;
  cols: number;
  causal: boolean;
}

/**
 * Checks how a model makes weights of q·k. By default scores are scaled by 1/√dim, and that is all.
 *
 * @throws TraceError `source`
 */
export function parseScoring(given: ScoringInput | undefined, prefix: string, shape: ScoringShape): Scoring {
  const { layers, heads, causal } = shape;
  const { softCap = Infinity } = given ?? {};
  const scales = perLayer(
    given?.scale,
    layers,
    `${prefix}scale`,
    (scale) => Number.isFinite(scale) && scale > 0,
    'a number over 0',
    'It is 1 / √dim in most models; leave it out for that.',
  );
  const windows = perLayer(
    given?.window,
    layers,
    `${prefix}window`,
    (window) => window === Infinity || (causal && Number.isInteger(window) && window > 0),
    'a whole number over 0, with causal true',
    'A window counts the keys that a query sees, its own the last; null for a layer that sees all.',
  );
  if (!(softCap > 0))
    throw wrong(
      `${prefix}softCap`,
      shown(softCap),
      'a number over 0',
      'Scores become c · tanh(score ÷ c); leave it out for none.',
    );
  const slopes = perHead(given?.alibiSlopes, layers, heads, `${prefix}alibiSlopes`);
  const sinks = perHead(given?.sinks, layers, heads, `${prefix}sinks`);
  const bias = given?.bias === undefined ? undefined : parseBias(given.bias, `${prefix}bias`, shape);
  return (layer, head) => ({
    scale: scales[layer],
    softCap,
    window: windows[layer] ?? Infinity,
    slope: slopes?.[layer]![head] ?? 0,
    sink: sinks?.[layer]![head] ?? -Infinity,
    bias: bias?.(layer, head),
  });
}

/** One number for all layers or for each, as one for each; undefined where it is not said. */
function perLayer(
  given: number | readonly (number | null)[] | undefined,
  layers: number,
  place: string,
  isSound: (one: number) => boolean,
  expected: string,
  fix: string,
): (number | undefined)[] {
  const isList = Array.isArray(given);
  if (isList && given.length !== layers)
    throw wrong(
      place,
      `a list of ${given.length}`,
      `one number, or ${layers}, one for each layer`,
      'Give those of the layers recorded.',
    );
  return Array.from({ length: layers }, (_, i) => {
    const one = (isList ? given[i] : given) as number | null | undefined;
    if (one === undefined || one === null) return undefined;
    if (!isSound(one)) throw wrong(isList ? `${place}[${i}]` : place, shown(one), expected, fix);
    return one;
  });
}

function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : describe(value);
}

/** Finite numbers `[layer][head]`. */
function perHead(
  given: ScoringInput['sinks'],
  layers: number,
  heads: number,
  place: string,
): readonly ArrayLike<number>[] | undefined {
  if (given === undefined || given === null) return undefined;
  const rows = isTensor(given) ? rowsOf(given, place) : given;
  const sound =
    Array.isArray(rows) &&
    rows.length === layers &&
    rows.every((row: ArrayLike<number>) => row?.length === heads && Array.from(row).every(Number.isFinite));
  if (!sound)
    throw wrong(
      place,
      isTensor(given) ? `dims ${listed(Array.from(given.dims, Number))}` : describe(given),
      `${layers} × ${heads} finite numbers, [layer][head]`,
      'Give one for each head of each layer recorded.',
    );
  return rows;
}

function rowsOf(tensor: Tensor, place: string): Float32Array[] {
  const { dims, data, type } = parseTensor(tensor, place);
  const [layers = 0, heads = 0] = dims;
  const numbers = decodeWeights(data, type);
  return dims.length === 2
    ? Array.from({ length: layers }, (_, layer) => numbers.subarray(layer * heads, (layer + 1) * heads))
    : [];
}

/** A bias `[layer, head, query, key]`; an axis of length 1 is shared by all layers or heads. −∞ hides a key. */
function parseBias(
  given: NonNullable<ScoringInput['bias']>,
  place: string,
  { layers, heads, rows, cols }: ScoringShape,
) {
  const stored = parseArray(given, place, 'head, query, key');
  const [ofLayers, ofHeads, ...square] = stored.dims;
  const fits =
    (ofLayers === layers || ofLayers === 1) &&
    (ofHeads === heads || ofHeads === 1) &&
    square[0] === rows &&
    square[1] === cols &&
    stored.type !== 'uint8';
  if (!fits)
    throw wrong(
      place,
      `${stored.type} numbers in dims ${listed(stored.dims)}`,
      `float32 or float16, ${listed([layers, heads, rows, cols])}`,
      'One for all layers, or for all heads, has an axis of 1 there.',
    );
  return (layer: number, head: number): NonNullable<HeadScoring['bias']> => {
    const { data, offset } = stored.layers[ofLayers === 1 ? 0 : layer]!;
    const start = offset + (ofHeads === 1 ? 0 : head) * rows * cols;
    return (row, col, count) => {
      const numbers = decodeWeights(data, stored.type, start + row * cols + col, count);
      const bad = numbers.findIndex((n) => Number.isNaN(n) || n === Infinity);
      if (bad >= 0)
        throw wrong(
          `${place}[${layer}][${head}][${row}][${col + bad}]`,
          String(numbers[bad]),
          'a number, or −Infinity',
          'A bias is added to the scores; −∞ hides a key.',
        );
      return numbers;
    };
  };
}
