import { listed } from './describe.js';
import { TraceError } from './errors.js';
import { ReadMatrix } from './read-matrix.js';
import { blockWeights, packedBlock } from './weights.js';
import type { Block, BlockOptions, BlockRequest, Matrix } from './types.js';

/** How several heads become one matrix, weight by weight. Of signed values the maximum is the one of largest magnitude. */
export type Combination = 'sum' | 'mean' | 'max';

/**
 * The sum, the mean or the maximum of several matrices of one shape, as float32; computed when it is looked at.
 *
 * @throws TraceError `empty` without matrices, `ragged` where their shapes differ
 * @example
 * const all = combineMatrices(stream.heads.map((head) => stream.matrix(0, head)), 'mean');
 */
export function combineMatrices(matrices: readonly Matrix[], how: Combination): Matrix {
  const [first] = matrices;
  const differs = matrices.findIndex((m) => m.rows !== first!.rows || m.cols !== first!.cols);
  if (!first || differs >= 0) throw notCombinable(matrices, differs);
  const signed = matrices.some((matrix) => matrix.signed);
  const read = (request: BlockRequest, options: BlockOptions): Block | Promise<Block> => {
    const blocks = matrices.map((matrix) => matrix.block(request, options));
    return blocks.every((block): block is Block => !(block instanceof Promise))
      ? combine(blocks, how, signed)
      : Promise.all(blocks).then((ready) => combine(ready, how, signed));
  };
  const { rows, cols } = first;
  // Not for 'max': the largest of what each head left out is not what they left out together.
  const leaves = how !== 'max' && matrices.every((matrix) => matrix.leftOut);
  const leftOut = (row: number): number => {
    const sum = matrices.reduce((total, matrix) => total + matrix.leftOut!(row), 0);
    return how === 'mean' ? sum / matrices.length : sum;
  };
  return new ReadMatrix({
    rows,
    cols,
    cost: matrices.length,
    read,
    levels: how === 'max',
    signed,
    // The mean of maxima, where the maximum of means is asked for.
    sample: read,
    leftOut: leaves ? leftOut : undefined,
  });
}

function combine(blocks: readonly Block[], how: Combination, signed: boolean): Block {
  const first = blocks[0]!;
  const { rows, cols, rowLevel, colLevel } = first;
  const data = new Float32Array(rows * cols);
  const share = how === 'mean' ? 1 / blocks.length : 1;
  for (const block of blocks) {
    const weights = blockWeights(block);
    if (how === 'max' && signed) keepLarger(data, weights);
    else if (how === 'max') for (let i = 0; i < data.length; i++) data[i] = Math.max(data[i]!, weights[i]!);
    else for (let i = 0; i < data.length; i++) data[i] = data[i]! + weights[i]! * share;
  }
  const sampled = (rowLevel + colLevel > 0 && how !== 'max') || blocks.some((block) => block.sampled);
  return { ...packedBlock(first, 'float32', data), sampled };
}

/** Keeps of two numbers the one of larger magnitude. */
function keepLarger(data: Float32Array, others: Float32Array): void {
  for (let i = 0; i < data.length; i++) if (Math.abs(others[i]!) > Math.abs(data[i]!)) data[i] = others[i]!;
}

function notCombinable(matrices: readonly Matrix[], differs: number): TraceError {
  if (differs < 0)
    return new TraceError({
      code: 'empty',
      place: 'matrices',
      found: 'none',
      expected: 'at least one',
      fix: 'Choose at least one head.',
    });
  const shape = (i: number) => listed([matrices[i]!.rows, matrices[i]!.cols]);
  return new TraceError({
    code: 'ragged',
    place: `matrices[${differs}]`,
    found: shape(differs),
    expected: `${shape(0)}, as the first has`,
    fix: 'Combine the heads of one stream.',
  });
}
