import type { StreamInput, SublayerPart, Tensor } from '../../trace/types.js';
import { InferenceError } from '../errors.js';
import type { RecordedPart, Tap } from '../taps/types.js';
import type { OnnxTensor, Results } from './runtime.js';

/** The axes that a part has in a trace, of the four it leaves the graph with. */
const AXES: Readonly<Record<SublayerPart, number>> = {
  outputMatrix: 3,
  outputBias: 1,
  residual: 2,
  blockOutput: 2,
  normWeight: 1,
  normBias: 1,
};
const PARTS = Object.keys(AXES) as SublayerPart[];

/** All outputs of a tap: those with a row a token, those that hold every key, and those that are the same at each run. */
export function outputsOf({ weights, queries, keys, values, sublayer = {} }: Tap): {
  rows: string[];
  whole: string[];
  fixed: string[];
} {
  const { added, residual, blockOutput, outputMatrix, outputBias, normWeight, normBias } = sublayer;
  const there = (...names: (string | undefined)[]): string[] => names.filter((name) => name !== undefined);
  return {
    rows: there(weights, queries, added, residual, blockOutput),
    whole: there(keys, values),
    fixed: there(outputMatrix, outputBias, normWeight, normBias),
  };
}

/**
 * What was recorded of the sublayers of one stream, layer by layer.
 *
 * @throws InferenceError `cannot-record` for the first thing asked for that an attention does not show
 */
export function sublayerOf(taps: readonly Tap[], results: Results): Partial<StreamInput> {
  for (const tap of taps)
    for (const [part, reason] of Object.entries(tap.refused ?? {}))
      throw refused(tap, part as RecordedPart, reason);
  const input: Record<string, Tensor[]> = {};
  for (const part of PARTS) {
    const tensors = taps.map((tap) => results[tap.sublayer?.[part] ?? '']);
    const held = tensors.filter((tensor) => tensor !== undefined);
    if (held.length > 0 && held.length < taps.length) throw uneven(taps, part);
    if (held.length > 0) input[part] = held.map((tensor) => lastAxes(tensor, AXES[part]));
  }
  const epsilons = new Set(taps.map((tap) => tap.sublayer?.normEpsilon));
  if (epsilons.size > 1) throw uneven(taps, 'normEpsilon');
  return { ...input, normEpsilon: [...epsilons][0] };
}

function lastAxes({ dims, data }: OnnxTensor, axes: number): Tensor {
  return { dims: dims.slice(-axes), data: data as Tensor['data'] };
}

function refused({ stream, layer, node }: Tap, part: RecordedPart, reason: string): InferenceError {
  return new InferenceError({
    code: 'cannot-record',
    place: `${part} of ${stream} layer ${layer}, ${node}`,
    found: reason,
    expected: 'a graph that shows it',
    fix: `Leave '${part}' out of record, leave out the layer, or use another form of the model, exported in float32 and not optimised.`,
  });
}

function uneven(taps: readonly Tap[], part: string): InferenceError {
  return new InferenceError({
    code: 'cannot-record',
    place: `residual of ${taps[0]!.stream} layers ${taps.map(({ layer }) => layer).join(', ')}`,
    found: `layers that differ in their ${part}, as where some norm what they add and others do not`,
    expected: 'layers of one kind',
    fix: "Choose layers that are alike, or leave 'residual' out of record.",
  });
}
