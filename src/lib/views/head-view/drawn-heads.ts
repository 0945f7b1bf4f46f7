import { blockWeights, combineMatrices, type Block, type Matrix, type Stream } from '../../trace/index.js';
import type { ColoredMatrix } from './line-gatherer.js';

/** What is drawn in one colour: a head, or (`head` null) several combined. */
export interface DrawnHead extends ColoredMatrix {
  head: number | null;
}

/** The index of the colour that stands for several heads: the one after those of the heads. */
export const combinedColor = (stream: Stream): number => stream.heads.at(-1)! + 1;

/** The heads of a layer, or what they are combined to. */
export function drawnHeads(
  stream: Stream,
  layer: number,
  heads: readonly number[],
  combine: 'none' | 'sum' | 'mean' | 'max',
): DrawnHead[] {
  const matrices = heads.map((head) => stream.matrix(layer, head));
  if (combine === 'none') return matrices.map((matrix, i) => ({ head: heads[i]!, matrix, color: heads[i]! }));
  const matrix = combineMatrices(matrices, combine === 'max' ? 'max' : 'mean') as Matrix;
  return [
    {
      head: null,
      matrix: combine === 'sum' ? scaled(matrix, heads.length) : matrix,
      color: combinedColor(stream),
    },
  ];
}

/** A matrix whose weights are those of another times a number, multiplied when they are read. */
function scaled(matrix: Matrix, factor: number): Matrix {
  const scale = (block: Block): Block => ({
    ...block,
    type: 'float32',
    data: blockWeights(block).map((weight) => weight * factor),
    offset: 0,
    stride: block.cols,
  });
  return {
    rows: matrix.rows,
    cols: matrix.cols,
    type: 'float32',
    max: undefined,
    block(request, options) {
      const block = matrix.block(request, options);
      return block instanceof Promise ? block.then(scale) : scale(block);
    },
    leftOut: matrix.leftOut && ((row) => matrix.leftOut!(row) * factor),
  };
}
