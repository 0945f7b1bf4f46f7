import { DenseMatrix } from '../../trace/dense-matrix.js';
import { cutRequest, readAtOnce } from '../../trace/request.js';
import type {
  Block,
  BlockOptions,
  BlockRequest,
  Matrix,
  WeightArray,
  WeightType,
} from '../../trace/index.js';
import type { Ask } from './channel.js';
import type { StreamInKernel } from './types.js';

const bytesPer = { uint8: 1, float16: 2, float32: 4 } as const;

/** Heads of a layer come together as far as they are so many bytes. */
const packBytes = 4 * 2 ** 20;
/** Blocks of large heads that are kept, of each head. */
const keptBytes = 16 * 2 ** 20;

interface Place {
  stream: StreamInKernel;
  /** By index, not the model's number. */
  layer: number;
  head: number;
  ask: Ask;
  /** What was asked for, of all heads of the stream. */
  packs: Map<string, Promise<WeightArray>>;
  signed: boolean;
}

/** A head in the kernel: a small one comes whole, with its neighbours; of a large one come the cells that are looked at. */
export class KernelMatrix implements Matrix {
  readonly rows: number;
  readonly cols: number;
  readonly type: WeightType;
  readonly signed: boolean;
  #whole: DenseMatrix | undefined;
  readonly #blocks = new Map<string, Block>();
  #held = 0;

  constructor(private readonly place: Place) {
    const { dims, type } = place.stream;
    this.rows = dims[2];
    this.cols = dims[3];
    this.type = type;
    this.signed = place.signed;
  }

  block(request: BlockRequest, options: BlockOptions = {}): Block | Promise<Block> {
    const cut = cutRequest(request, this);
    if (this.rows * this.cols <= readAtOnce) {
      if (this.#whole) return this.#whole.block(cut, options);
      return this.#load().then((whole) => {
        options.signal?.throwIfAborted();
        return whole.block(cut, options);
      });
    }
    const { row, col, rows, cols, rowLevel, colLevel, reduce } = cut;
    const key = [row, col, rows, cols, rowLevel, colLevel, reduce].join();
    const kept = this.#blocks.get(key);
    if (kept) return kept;
    const { stream, layer, head, ask } = this.place;
    const at = { row, col, rows, cols, rowLevel, colLevel };
    return ask({ kind: 'block', stream: stream.name, layer, head, reduce, ...at }, options.signal).then(
      ({ data }) => this.#keep(key, { ...at, type: this.type, data, offset: 0, stride: cols }),
    );
  }

  #keep(key: string, block: Block): Block {
    this.#blocks.set(key, block);
    this.#held += block.data.byteLength;
    // The oldest goes first, but never the one just asked for.
    for (const [oldest, { data }] of this.#blocks) {
      if (this.#held <= keptBytes || oldest === key) break;
      this.#blocks.delete(oldest);
      this.#held -= data.byteLength;
    }
    return block;
  }

  async #load(): Promise<DenseMatrix> {
    const { stream, layer, head, ask, packs, signed } = this.place;
    const size = this.rows * this.cols;
    const together = Math.max(1, Math.floor(packBytes / (size * bytesPer[this.type])));
    const first = head - (head % together);
    const heads = Array.from(
      { length: Math.min(together, stream.headCounts[layer]! - first) },
      (_, i) => first + i,
    );
    const key = `${layer}/${first}`;
    let pack = packs.get(key);
    if (!pack) {
      pack = ask({ kind: 'heads', stream: stream.name, layer, heads }).then(({ data }) => data);
      packs.set(key, pack);
      // What was refused is asked for again when it is looked at again.
      pack.catch(() => packs.delete(key));
    }
    const data = await pack;
    this.#whole ??= new DenseMatrix(this.rows, this.cols, this.type, data, (head - first) * size, { signed });
    return this.#whole;
  }
}
