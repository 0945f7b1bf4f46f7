import { blockWeights } from '../../trace/weights.js';
import type { Stream, Sublayer } from '../../trace/types.js';
import { InferenceError } from '../errors.js';
import type { Tap } from '../taps/types.js';
import { numbersOf, type Results } from './runtime.js';

/** How far the rebuilt may be from the model's own, as a share of the largest number. */
const TOLERANCE = { float32: 1e-3, float16: 3e-2 } as const;

/**
 * Makes sure, of some tokens of every layer, that what was recorded gives what the model computed: weights × values × W_O + bias are
 * what the attention gives, and added to the residual, through the norm, what the block gives. What a graph seems to say is so never taken
 * on trust: the order of heads, who shares values, which norm it is.
 *
 * @throws InferenceError `cannot-record`
 */
export async function holdAgainstModel(
  stream: Stream,
  taps: readonly Tap[],
  results: Results,
): Promise<void> {
  const { sublayer, values } = stream;
  if (!sublayer) return;
  const rows = stream.queryTokens.length;
  for (const [layerIndex, tap] of taps.entries()) {
    const given = results[tap.sublayer!.added!]!;
    const hidden = given.dims.at(-1)!;
    const half = [given, results[tap.weights!]!, ...(values ? [results[tap.values!]!] : [])].some(
      ({ type }) => type === 'float16',
    );
    const tolerance = half ? TOLERANCE.float16 : TOLERANCE.float32;
    const added = numbersOf(given);
    for (const row of new Set([0, rows >> 1, rows - 1])) {
      const own = Float64Array.from({ length: hidden }, (_, i) => added[row * hidden + i]!);
      if (values && sublayer.outputMatrix) {
        const rebuilt = await attentionOf(stream, layerIndex, row, hidden);
        compare(rebuilt, own, tolerance, `weights, values and output matrix, ${place(tap, row)}`);
      }
      if (!sublayer.blockOutput) continue;
      const block = blockOf(sublayer, layerIndex, row, own);
      const wanted = Float64Array.from(sublayer.blockOutput.vector(layerIndex, 0, row));
      compare(block, wanted, tolerance, `the residual, what attention adds and the norm, ${place(tap, row)}`);
    }
  }
}

const place = ({ stream, layer }: Tap, row: number): string => `${stream} layer ${layer}, token ${row}`;

/** Σₕ Aₕ Vₕ W_O + bias of one query, in float64. */
async function attentionOf(
  stream: Stream,
  layerIndex: number,
  row: number,
  hidden: number,
): Promise<Float64Array> {
  const values = stream.values!;
  const { outputMatrix, outputBias } = stream.sublayer!;
  const sum = Float64Array.from(outputBias!.vector(layerIndex, 0, 0));
  const { heads, tokens: dim } = outputMatrix!;
  for (let head = 0; head < heads; head++) {
    const matrix = stream.matrix(stream.layers[layerIndex]!, stream.heads[head]!);
    const weights = blockWeights(await matrix.block({ row, col: 0, rows: 1, cols: matrix.cols }));
    const own = values.vector(layerIndex, Math.floor((head * values.heads) / heads), 0, values.tokens);
    const out = outputMatrix!.vector(layerIndex, head, 0, dim);
    for (let i = 0; i < dim; i++) {
      const mixed = weights.reduce((total, weight, key) => total + weight * own[key * dim + i]!, 0);
      for (let k = 0; k < hidden; k++) sum[k]! += mixed * out[i * hidden + k]!;
    }
  }
  return sum;
}

/** What comes of what is added, through the residual and the norm. */
function blockOf(sublayer: Sublayer, layerIndex: number, row: number, added: Float64Array): Float64Array {
  const { residual, normWeight, normBias, normEpsilon } = sublayer;
  const before = residual!.vector(layerIndex, 0, row);
  const sum = added.map((number, i) => number + before[i]!);
  if (!normWeight) return sum;
  const weight = normWeight.vector(layerIndex, 0, 0);
  const shift = normBias!.vector(layerIndex, 0, 0);
  const mean = sum.reduce((total, number) => total + number, 0) / sum.length;
  const variance = sum.reduce((total, number) => total + (number - mean) ** 2, 0) / sum.length;
  return sum.map(
    (number, i) => ((number - mean) / Math.sqrt(variance + normEpsilon)) * weight[i]! + shift[i]!,
  );
}

function compare(rebuilt: Float64Array, own: Float64Array, tolerance: number, place: string): void {
  const largest = own.reduce((most, number) => Math.max(most, Math.abs(number)), 0);
  const at = own.findIndex((number, i) => !(Math.abs(number - rebuilt[i]!) <= tolerance * largest));
  if (at < 0) return;
  throw new InferenceError({
    code: 'cannot-record',
    place,
    found: `a sum of ${rebuilt[at]!.toPrecision(4)} in number ${at}`,
    expected: `${own[at]!.toPrecision(4)}, as the model has it`,
    fix: 'The model rounds on its way, as in 8 bits, or does more than its graph seems to say: use another form of it, or record values alone.',
  });
}
