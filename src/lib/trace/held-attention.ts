import { checkWeights, type Checked, type StoredMatrix } from './check-weights.js';
import { DenseMatrix } from './dense-matrix.js';
import { TraceError } from './errors.js';
import { parseArray, type Stored } from './parse-array.js';
import { holdsWeights, isSigned, type Quantity } from './quantity.js';
import type { AttentionSource, Matrix, StreamInput } from './types.js';

/** Weights checked when the trace is made, about 50 ms; of the matrices beyond only the first row, the rest when it is read. */
const checkedAtOnce = 2 ** 23;

/** Weights of a matrix checked at once, a few milliseconds; of a larger one each row is checked when it is read. */
const checkedWhole = 2 ** 22;

/** Attention from arrays in memory. */
export class HeldAttention implements AttentionSource {
  readonly dims: AttentionSource['dims'];
  causal: boolean;
  readonly #stored: Stored;
  readonly #matrices: Matrix[] = [];

  /**
   * @param place how the attention is called in messages
   * @param oneSequence whether queries and keys are positions of one sequence, so that it may be causal
   */
  constructor(
    private readonly input: Partial<StreamInput>,
    private readonly place: string,
    oneSequence: boolean,
    readonly quantity: Quantity,
  ) {
    this.#stored = parseArray(input.attention, place, 'head, query, key');
    if (this.#stored.type === 'uint8' && !holdsWeights(quantity)) throw bytesOf(quantity, place);
    this.dims = this.#stored.dims;
    this.causal = input.causal ?? (this.dims[2] > 1 && oneSequence);
  }

  /** Checks what is quick to check; the rest is checked when it is read. */
  check(): void {
    const [layers, heads, rows, cols] = this.dims;
    const atOnce = Math.floor(checkedAtOnce / (rows * cols));
    for (let layer = 0; layer < layers; layer++)
      for (let head = 0; head < heads; head++)
        if (layer * heads + head < atOnce) this.matrix(layer, head);
        else this.#see(checkWeights(this.#at(layer, head), 0, 1), layer, head);
  }

  matrix(layer: number, head: number): Matrix {
    const [, heads, rows, cols] = this.dims;
    const index = layer * heads + head;
    const known = this.#matrices[index];
    if (known) return known;
    const stored = this.#at(layer, head);
    const large = rows * cols > checkedWhole;
    const see = (checked: Checked): void => this.#see(checked, layer, head);
    if (!large) see(checkWeights(stored));
    const { type, data, offset, rules } = stored;
    const guard = large ? { rules, see } : undefined;
    const signed = isSigned(this.quantity);
    return (this.#matrices[index] = new DenseMatrix(rows, cols, type, data, offset, guard, signed));
  }

  #at(layer: number, head: number): StoredMatrix {
    const [, , rows, cols] = this.dims;
    const { data, offset } = this.#stored.layers[layer]!;
    return {
      data,
      type: this.#stored.type,
      offset: offset + head * rows * cols,
      rows,
      cols,
      rules: { place: this.#place(layer, head), quantity: this.quantity },
    };
  }

  #see({ looksAhead }: Checked, layer: number, head: number): void {
    if (!looksAhead) return;
    if (this.input.causal) throw notCausal(this.#place(layer, head));
    this.causal = false;
  }

  #place(layer: number, head: number): string {
    return `${this.place}[${layer}][${head}]`;
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
