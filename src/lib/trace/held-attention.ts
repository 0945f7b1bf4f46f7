import { checkWeights, type Checked, type WeightRules, type StoredMatrix } from './check-weights.js';
import { DenseMatrix } from './dense-matrix.js';
import { TraceError } from './errors.js';
import { parseArray, type StoredArray } from './parse-array.js';
import { holdsWeights, isSigned, type Quantity } from './quantity.js';
import { decoder } from './weights.js';
import type { AttentionSource, Matrix, StreamInput } from './types.js';

/** How many weights are checked when a trace is made (about 50 ms). Of further matrices only the first row is; the rest when it is read. */
export const checkedAtOnce = 2 ** 23;

/** A matrix of up to so many weights is checked whole (a few milliseconds); of a larger one, each row when it is read. */
const checkedWhole = 2 ** 22;

/** Attention from arrays in memory. Layers may be missing, and differ in their number of heads. */
export class HeldAttention implements AttentionSource {
  readonly dims: AttentionSource['dims'];
  causal: boolean;
  readonly stored: StoredArray;
  readonly #matrices: Matrix[] = [];
  #rules: Omit<WeightRules, 'place'>;

  /**
   * @param place the name of the attention in messages
   * @param oneSequence whether queries and keys are positions of one sequence, so that it may be causal
   */
  constructor(
    private readonly input: Partial<StreamInput>,
    private readonly place: string,
    oneSequence: boolean,
    readonly quantity: Quantity,
  ) {
    this.stored = parseArray(input.attention, place, 'head, query, key', true, input.layers?.length);
    if (this.stored.type === 'uint8' && !holdsWeights(quantity)) throw bytesOf(quantity, place);
    this.dims = this.stored.dims;
    this.causal = input.causal ?? (this.dims[2] > 1 && oneSequence);
    this.#rules = { quantity };
  }

  /**
   * Checks what is quick to check; the rest is checked when it is read.
   *
   * @param positions the position of each query among the keys, where only some were recorded
   * @param absent 1 for each query that is not present
   */
  check(positions?: readonly number[], absent?: Uint8Array): void {
    this.#rules = {
      quantity: this.quantity,
      positions: positions && Int32Array.from(positions),
      absent,
    };
    const [, , rows, cols] = this.dims;
    let left = checkedAtOnce - rows * cols;
    this.stored.layers.forEach(({ heads }, layer) => {
      for (let head = 0; head < heads; head++, left -= rows * cols)
        if (left >= 0) this.matrix(layer, head);
        else this.#see(checkWeights(this.#at(layer, head), 0, 1), layer, head);
    });
  }

  /**
   * Whether the weights show that the queries are the last of their sequence: taken as such, none looks ahead, and each looks at itself in
   * some head. One row alone shows neither.
   */
  endsSequence(): boolean {
    const [, , rows, cols] = this.dims;
    const { layers, type } = this.stored;
    if (rows < 2) return false;
    const decode = decoder(type);
    const own = new Uint8Array(rows);
    for (const { data, offset, heads } of layers)
      for (let row = 0; row < heads * rows; row++) {
        const query = row % rows;
        const position = cols - rows + query;
        const first = offset + row * cols;
        if (decode(data[first + position]!) !== 0) own[query] = 1;
        for (let key = position + 1; key < cols; key++) if (decode(data[first + key]!) !== 0) return false;
      }
    return !own.includes(0);
  }

  matrix(layer: number, head: number): Matrix {
    const [, heads, rows, cols] = this.dims;
    const index = layer * heads + head;
    const known = this.#matrices[index];
    if (known) return known;
    const stored = this.#at(layer, head);
    const large = rows * cols > checkedWhole;
    const see = (checked: Checked): void => this.#see(checked, layer, head);
    const checked = large ? undefined : checkWeights(stored);
    if (checked) see(checked);
    const { type, data, offset, rules } = stored;
    return (this.#matrices[index] = new DenseMatrix(rows, cols, type, data, offset, {
      guard: large ? { rules, see } : undefined,
      signed: isSigned(this.quantity),
      rounded: checked?.rounded,
    }));
  }

  #at(layer: number, head: number): StoredMatrix {
    const [, , rows, cols] = this.dims;
    const { data, offset } = this.stored.layers[layer]!;
    return {
      data,
      type: this.stored.type,
      offset: offset + head * rows * cols,
      rows,
      cols,
      rules: { place: this.placeOf(layer, head), ...this.#rules },
    };
  }

  #see({ looksAhead }: Checked, layer: number, head: number): void {
    if (!looksAhead) return;
    if (this.input.causal) throw notCausal(this.placeOf(layer, head));
    this.causal = false;
  }

  /** The name of a head in messages: its place in what was passed. */
  placeOf(layer: number, head: number): string {
    return `${this.place}[${this.stored.held[layer]}][${head}]`;
  }
}

function bytesOf({ name }: Quantity, place: string): TraceError {
  return new TraceError({
    code: 'dtype',
    place,
    found: `uint8 numbers for the quantity ${name}`,
    expected: 'float32 or float16',
    fix: 'uint8 holds weights alone, as 255 × weight: store other numbers as floats.',
  });
}

function notCausal(place: string): TraceError {
  return new TraceError({
    code: 'not-causal',
    place,
    found: 'weight on keys after their query',
    expected: 'none, as causal is true',
    fix: 'Leave causal out, or check that queries are rows and keys are columns.',
  });
}
