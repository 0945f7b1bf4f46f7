import type { AttentionSource, Block, BlockRequest, Matrix } from '../lib/trace/index.js';

/** The keys that a query looks at, and how much: what is not named is 0. The same whenever it is asked for. */
export type Habit = (query: number) => readonly (readonly [key: number, weight: number])[];

/** A matrix of which nothing is kept: a row is made when it is read, a coarser cell from the rows it covers. */
class GeneratedMatrix implements Matrix {
  readonly type = 'float32';
  readonly max = undefined;

  constructor(
    readonly rows: number,
    readonly cols: number,
    private readonly habit: Habit,
  ) {}

  block({ row, col, rows, cols, rowLevel = 0, colLevel = 0, reduce = 'max' }: BlockRequest): Block {
    if (reduce === 'mean') throw new RangeError('Means are not made here.');
    const [rowSize, colSize] = [2 ** rowLevel, 2 ** colLevel];
    const height = Math.min(rows, Math.ceil(this.rows / rowSize) - row);
    const width = Math.min(cols, Math.ceil(this.cols / colSize) - col);
    const data = new Float32Array(height * width);
    const end = Math.min((row + height) * rowSize, this.rows);
    for (let query = row * rowSize; query < end; query++)
      for (const [key, weight] of this.habit(query)) {
        const c = Math.floor(key / colSize) - col;
        const at = (Math.floor(query / rowSize) - row) * width + c;
        if (c >= 0 && c < width) data[at] = Math.max(data[at]!, weight);
      }
    const at = { row, col, rows: height, cols: width, rowLevel, colLevel };
    return { ...at, type: this.type, data, offset: 0, stride: width };
  }
}

/** Attention of many tokens, causal, made up a row at a time as it is looked at. Not the attention of a model. */
export function generatedSource(
  layers: number,
  heads: number,
  tokens: number,
  habitOf: (layer: number, head: number) => Habit,
): AttentionSource {
  const matrices = new Map<number, Matrix>();
  return {
    dims: [layers, heads, tokens, tokens],
    causal: true,
    matrix(layer, head) {
      const index = layer * heads + head;
      const matrix = matrices.get(index) ?? new GeneratedMatrix(tokens, tokens, habitOf(layer, head));
      matrices.set(index, matrix);
      return matrix;
    },
  };
}
