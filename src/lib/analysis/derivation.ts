import {
  blockWeights,
  computedMatrix,
  deriveStream,
  holdsWeights,
  TraceError,
  wholeMatrix,
  type Matrix,
  type Quantity,
  type Stream,
} from '../trace/index.js';
import { listed } from '../trace/describe.js';
import { pacer, type Pause } from '../trace/pacer.js';
import { notWeights } from './measure.js';
import { mustBeStream } from './must.js';

/** The error for a stream from which something cannot be derived. */
export function notDerivable(place: string, found: string, expected: string, fix: string): TraceError {
  return new TraceError({ code: 'derivation', place, found, expected, fix });
}

/** @throws TraceError `argument`; `derivation` unless every token of one sequence is both a query and a key */
export function mustBeSquare(stream: Stream, place: string): void {
  mustBeStream(stream, place);
  const [queries, keys] = [stream.queryTokens.length, stream.keyTokens.length];
  if (stream.kind !== 'cross' && queries === keys) return;
  throw notDerivable(
    place,
    stream.kind === 'cross' ? 'cross attention' : `${queries} queries and ${keys} keys`,
    'attention within one sequence, with a row for every token',
    'What a layer gives is what the next one looks at: record all queries of a self, encoder or decoder stream.',
  );
}

/**
 * @throws TraceError `argument`; `quantity` unless the stream holds weights; `derivation` where a layer between two others is missing, or
 * it is not square
 */
export function mustStackLayers(stream: Stream, place: string): void {
  mustHoldWeights(stream, place);
  mustBeSquare(stream, place);
  const { layers } = stream;
  if (layers.at(-1)! - layers[0]! !== layers.length - 1)
    throw notDerivable(
      place,
      `layers ${listed([...layers])}`,
      'layers that follow one another',
      'A layer that is missing mixes tokens too: record it, or make a trace of the run of layers you mean.',
    );
}

/** @throws TraceError `argument`, `quantity` */
export function mustHoldWeights(stream: Stream, place: string): void {
  mustBeStream(stream, place);
  if (!holdsWeights(stream.quantity)) throw notWeights(place, `the quantity ${stream.quantity.name}`);
}

/** The name of a derived stream, and how its matrices are computed. */
export interface DerivedOptions {
  name?: string;
  /** Aborts the computation of its matrices, now and later, with the signal's reason. */
  signal?: AbortSignal;
}

/** A stream of one head, 0, whose numbers are computed a layer at a time, `[query, key]`. */
export function streamOfLayers(
  base: Stream,
  about: { name: string; quantity: Quantity },
  signal: AbortSignal | undefined,
  compute: (layer: number, pause: Pause) => Promise<Float32Array>,
): Stream {
  const [rows, cols] = [base.queryTokens.length, base.keyTokens.length];
  return deriveStream(base, {
    ...about,
    heads: [0],
    matrix: (layer) => wholeMatrix({ rows, cols }, () => compute(layer, pacer(signal))),
  });
}

/** A matrix whose columns are each multiplied by a number of their key, found when the first are read. */
export function timesKeys(matrix: Matrix, find: () => Promise<ArrayLike<number>>): Matrix {
  let factors: Promise<ArrayLike<number>> | undefined;
  return computedMatrix({
    ...{ rows: matrix.rows, cols: matrix.cols },
    async read(rect, options) {
      const ofKeys = await (factors ??= find());
      const weights = blockWeights(await matrix.block(rect, options));
      return weights.map((weight, i) => weight * ofKeys[rect.col + (i % rect.cols)]!);
    },
  });
}

/** How many numbers are read between two pauses: some milliseconds of work, even for several heads combined. */
const cellsAtOnce = 2 ** 18;

/** A whole matrix as float32, `[query, key]`, row-major; may be a view. A long one is read in parts, with a pause before each. */
export async function wholeWeights(matrix: Matrix, pause?: Pause): Promise<Float32Array> {
  const { rows, cols } = matrix;
  await pause?.();
  const height = pause ? Math.max(1, Math.floor(cellsAtOnce / cols)) : rows;
  if (height >= rows) return blockWeights(await matrix.block({ row: 0, col: 0, rows, cols }));
  const whole = new Float32Array(rows * cols);
  for (let row = 0; row < rows; row += height) {
    const block = await matrix.block({ row, col: 0, rows: Math.min(height, rows - row), cols });
    whole.set(blockWeights(block), row * cols);
    await pause!();
  }
  return whole;
}
