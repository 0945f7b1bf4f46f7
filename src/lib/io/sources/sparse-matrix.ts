import { cutRequest, readAtOnce } from '../../trace/request.js';
import { decodeTable, newWeights, packedBlock } from '../../trace/weights.js';
import type { Block, BlockRequest, Matrix, WeightArray, WeightType } from '../../trace/types.js';

/** The stored weights of one head: those of row q are from `rowStart[q]` to `rowStart[q + 1]`, their keys ascending. */
export interface SparseRows {
  readonly rowStart: Uint32Array;
  readonly keys: Uint32Array;
  readonly weights: WeightArray;
  readonly type: WeightType;
  /** Whether numbers may be negative. */
  readonly signed: boolean;
  /** The weight of each row that was left out, in [0, 1]; not known for other quantities. */
  readonly leftOut: Float32Array | undefined;
}

/** A matrix that stores only some weights; the others are 0. All levels are made from the stored ones. */
export class SparseMatrix implements Matrix {
  readonly type: WeightType;
  readonly signed: boolean;
  readonly leftOut?: (row: number) => number;
  readonly #held: SparseRows;

  constructor(
    readonly rows: number,
    readonly cols: number,
    held: SparseRows,
  ) {
    this.type = held.type;
    this.#held = held;
    this.signed = held.signed;
    const { leftOut } = held;
    if (leftOut) this.leftOut = (row) => leftOut[row]!;
  }

  block(request: BlockRequest, { signal }: { signal?: AbortSignal } = {}): Block | Promise<Block> {
    const cut = cutRequest(request, this);
    const size = 2 ** cut.rowLevel;
    const { rowStart } = this.#held;
    const end = Math.min(this.rows, (cut.row + cut.rows) * size);
    const work = rowStart[end]! - rowStart[Math.min(end, cut.row * size)]! + cut.rows * cut.cols;
    if (work <= readAtOnce / 4) return this.#gather(cut);
    // Each large block waits for its own turn, so that several do not block the page together.
    return new Promise<void>((resolve) => setTimeout(resolve)).then(() => {
      signal?.throwIfAborted();
      return this.#gather(cut);
    });
  }

  /** The larger of two stored numbers; the one of larger magnitude if they may be negative. */
  #larger(a: number, b: number): number {
    if (!this.signed) return Math.max(a, b);
    // Without the sign bit, float16 bits are in the order of magnitudes.
    const size = this.type === 'float16' ? (n: number) => n & 0x7fff : Math.abs;
    return size(b) > size(a) ? b : a;
  }

  #gather({ row, col, rows, cols, rowLevel, colLevel, reduce }: Required<BlockRequest>): Block {
    const { rowStart, keys, weights } = this.#held;
    const [height, width] = [2 ** rowLevel, 2 ** colLevel];
    const mean = reduce === 'mean' && rowLevel + colLevel > 0;
    const type = mean ? 'float32' : this.type;
    const data = newWeights(type, rows * cols);
    const table = decodeTable(this.type);
    const [firstKey, endKey] = [col * width, (col + cols) * width];
    for (let query = row * height; query < Math.min(this.rows, (row + rows) * height); query++) {
      const cell = Math.floor(query / height);
      const coveredRows = Math.min(height, this.rows - cell * height);
      const to = (cell - row) * cols - col;
      for (
        let i = firstAt(keys, rowStart[query]!, rowStart[query + 1]!, firstKey);
        i < rowStart[query + 1]!;
        i++
      ) {
        const key = keys[i]!;
        if (key >= endKey) break;
        const at = to + Math.floor(key / width);
        const stored = weights[i]!;
        if (!mean) data[at] = this.#larger(data[at]!, stored);
        else {
          const coveredCols = Math.min(width, this.cols - Math.floor(key / width) * width);
          data[at] = data[at]! + (table ? table[stored]! : stored) / (coveredRows * coveredCols);
        }
      }
    }
    return packedBlock({ row, col, rows, cols, rowLevel, colLevel }, type, data);
  }
}

/** The first index from `start` to `end` whose key is at least `wanted`. */
function firstAt(keys: Uint32Array, start: number, end: number, wanted: number): number {
  while (start < end) {
    const middle = (start + end) >> 1;
    if (keys[middle]! < wanted) start = middle + 1;
    else end = middle;
  }
  return start;
}
