import { blockWeights, type Block } from '../../trace/index.js';
import { Ready } from '../kit/ready.svelte.js';
import type { SideToken, TokenFocus } from '../kit/token-focus.svelte.js';
import type { ViewState } from '../kit/view-state.svelte.js';

/** So many numbers of a head are read at once to draw their lines. */
const mostWhole = 2 ** 22;

/** The weights or scores recorded of the head shown: all, or where those are too many, the ones of the token looked at. */
export class RecordedWeights {
  readonly #block: Ready<Block>;

  constructor(
    private readonly view: ViewState,
    private readonly focus: TokenFocus,
  ) {
    this.#block = new Ready((signal) => {
      const [stream, layer, head] = [view.stream, this.#layer, view.head];
      if (!stream || layer === undefined || head === undefined) return undefined;
      const matrix = stream.matrix(layer, head);
      const { rows, cols } = matrix;
      if (this.isWhole) return matrix.block({ row: 0, col: 0, rows, cols }, { signal });
      const [side, position] = [this.#side, this.#position];
      if (side === undefined) return undefined;
      return side === 'query'
        ? matrix.block({ row: position!, col: 0, rows: 1, cols }, { signal })
        : matrix.block({ row: 0, col: position!, rows, cols: 1 }, { signal });
    });
  }

  #layer = $derived.by(() => this.view.selection?.layer);

  readonly #matrix = $derived.by(() => {
    const [layer, head] = [this.#layer, this.view.head];
    return layer === undefined || head === undefined ? undefined : this.view.matrixOf(layer, head);
  });

  /** The token whose numbers are read where not all are: the query that is opened, else the one looked at. */
  readonly #token = $derived.by((): SideToken | null => {
    const opened = this.view.selection?.query ?? null;
    return opened === null ? this.focus.token : { side: 'query', position: opened };
  });
  // Plain values, so that the same token again is no reason to read its numbers again.
  readonly #side = $derived.by(() => this.#token?.side);
  readonly #position = $derived.by(() => this.#token?.position);

  /** Whether all numbers of the head are read. */
  get isWhole(): boolean {
    const stream = this.view.stream;
    return !stream || stream.queryTokens.length * stream.keyTokens.length <= mostWhole;
  }

  /** All numbers of the head; undefined until they are read. */
  get whole(): Block | undefined {
    return this.isWhole ? this.#block.value : undefined;
  }

  get waiting(): boolean {
    return this.#block.waiting;
  }

  get error(): Error | undefined {
    return this.#block.error;
  }

  /** Whether the source keeps only some keys of each query. */
  get keepsSome(): boolean {
    return this.#matrix?.leftOut !== undefined;
  }

  /** How much of the weight of a query the source does not keep. */
  leftOut(query: number): number | undefined {
    return this.#matrix?.leftOut?.(query);
  }

  /** The number of a pair; undefined where it is not read, or not kept. */
  at(query: number, key: number): number | undefined {
    const number = this.#part(query, key, 1, 1)?.[0];
    return number === 0 && this.keepsSome ? undefined : number;
  }

  /** The numbers between a token and all of the other side; undefined where they are not read. */
  of({ side, position }: SideToken): Float32Array | undefined {
    const { queryTokens, keyTokens } = this.view.stream!;
    return side === 'query'
      ? this.#part(position, 0, 1, keyTokens.length)
      : this.#part(0, position, queryTokens.length, 1);
  }

  #part(query: number, key: number, rows: number, cols: number): Float32Array | undefined {
    const block = this.#block.value;
    if (!block) return undefined;
    const [row, col] = [query - block.row, key - block.col];
    if (row < 0 || col < 0 || row + rows > block.rows || col + cols > block.cols) return undefined;
    return blockWeights({ ...block, offset: block.offset + row * block.stride + col, rows, cols });
  }
}
