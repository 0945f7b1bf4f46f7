import { describe } from '../trace/describe.js';
import { TraceError, type Stream } from '../trace/index.js';
import { mustHoldWeights } from './derivation.js';
import { measureInSteps, type HeadValue, type Measure, type NamedMeasure } from './measure.js';
import { measures, type MeasureName } from './measures.js';
import { pacer } from '../trace/pacer.js';
import { wantedHeads } from './wanted-heads.js';
import { mustBeStream } from './must.js';

export interface MeasureHeadsOptions {
  /** The heads to measure, by the model's numbers; layers without one skip it. Default: all of the stream. */
  layers?: readonly number[];
  heads?: readonly number[];
  signal?: AbortSignal;
  /** Called for a head that cannot be read; its value is then NaN. Without it, such a head ends the measuring with its error. */
  onFailure?: (layer: number, head: number, cause: unknown) => void;
  /** Called after each head. */
  onProgress?: (measured: number, total: number) => void;
}

/**
 * Measures the heads of a stream, layer by layer. It pauses every 12 ms, also within a head, so that the page stays responsive.
 *
 * @param measure the name of one of `measures`, or a measure of your own, with or without a label
 * @throws TraceError `quantity` if the measure is defined for weights and the stream holds something else; errors of invalid weights found
 * while reading; the signal's reason when aborted
 * @example
 * const values = await measureHeads(trace.stream(), 'entropy');
 * const sharpest = values.reduce((a, b) => (b.value < a.value ? b : a));
 */
export async function measureHeads(
  stream: Stream,
  measure: MeasureName | Measure | NamedMeasure,
  options: MeasureHeadsOptions = {},
): Promise<HeadValue[]> {
  mustBeStream(stream, 'measureHeads');
  const { layers, heads, signal, onProgress, onFailure } = options ?? {};
  const wanted = wantedHeads(stream, layers, heads);
  const values: HeadValue[] = [];
  const pause = pacer(signal);
  await pause();
  const chosen =
    typeof measure === 'string'
      ? measures[measure]
      : 'measure' in Object(measure)
        ? (measure as NamedMeasure).measure
        : (measure as Measure);
  if (typeof chosen?.rows !== 'function') throw noMeasure(measure);
  if (chosen.weightsOnly) mustHoldWeights(stream, 'stream');
  const addRow = chosen.rows(stream);
  const positions = stream.queryTokens.map(({ position }) => position);
  for (const { layer, head } of wanted) {
    const value = await valueOf(layer, head).catch((cause: unknown) => {
      signal?.throwIfAborted();
      if (!onFailure) throw cause;
      onFailure(layer, head, cause);
      return NaN;
    });
    values.push({ layer, head, value });
    onProgress?.(values.length, wanted.length);
  }
  return values;

  async function valueOf(layer: number, head: number): Promise<number> {
    const steps = measureInSteps(stream.matrix(layer, head), addRow, positions, signal);
    let step = steps.next();
    while (!step.done) {
      const block = await step.value;
      await pause();
      step = steps.next(block);
    }
    return step.value;
  }
}

function noMeasure(given: unknown): TraceError {
  return new TraceError({
    code: 'argument',
    place: 'measure',
    found: describe(given),
    expected: `a measure, or the name of one: ${Object.keys(measures).join(', ')}`,
    fix: 'Pass a name, or { label, measure } of your own.',
  });
}
