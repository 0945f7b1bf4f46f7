import { lookThrough, plainLens, type SeenStream } from '../../analysis/lens/index.js';
import type { Exploration } from '../../explore/exploration.svelte.js';
import type { SelectedGroup } from '../../explore/types.js';
import { rowOf, type Stream, type Token } from '../../trace/index.js';

type Side = 'query' | 'key';
type Positions = Partial<Record<Side, number | null>>;
/** Turns a position of one kind on a side into the other kind. */
type Translate = (seen: SeenStream, side: Side, tokens: readonly Token[], position: number) => number;

/** The rows and the columns, as a lens shows them, that hold a token of a group. */
type GroupRows = Readonly<Record<Side, ReadonlySet<number>>>;

const none: ReadonlySet<number> = new Set();
const noGroupRows: GroupRows = { query: none, key: none };

/**
 * A view's stream as its lens shows it, where a position may be a word, and the way between those positions and those of tokens,
 * which are all that is known outside of the view.
 */
export class LensState {
  /** @param hasLens whether the view takes part in the lens of its exploration */
  constructor(
    private readonly exploration: Exploration,
    private readonly hasLens: boolean,
  ) {}

  readonly #name = $derived.by(() => this.exploration.selection?.stream);

  /** The stream as it was recorded. */
  readonly #recorded = $derived.by((): Stream | undefined =>
    this.#name ? this.exploration.trace?.stream(this.#name) : undefined,
  );

  readonly #result = $derived.by((): { seen?: SeenStream; error?: Error } => {
    if (!this.#recorded) return {};
    try {
      return { seen: lookThrough(this.#recorded, this.hasLens ? this.exploration.lens : plainLens) };
    } catch (error) {
      return { error: error as Error };
    }
  });

  get stream(): Stream | undefined {
    return this.#result.seen?.stream;
  }

  get error(): Error | undefined {
    return this.#result.error;
  }

  get hiddenKeys(): ReadonlySet<number> {
    return this.#result.seen?.hiddenKeys ?? none;
  }

  /** The rows and the columns that hold a token of the group that is chosen. */
  readonly groupRows: GroupRows = $derived.by(() => {
    const { group } = this.exploration.selection ?? {};
    const { seen } = this.#result;
    return group && seen ? groupRows(group, this.#recorded!, seen) : noGroupRows;
  });

  toSeen<T extends Positions>(at: T): T {
    return this.#translate(at, (seen, side, tokens, position) =>
      seen.toSeen(side, rowOf(tokens, position) ?? 0),
    );
  }

  toTokens<T extends Positions>(at: T): T {
    return this.#translate(at, (seen, side, tokens, row) => tokens[seen.toToken(side, row)]!.position);
  }

  #translate<T extends Positions>(at: T, translate: Translate): T {
    const { seen } = this.#result;
    const stream = this.#recorded;
    if (!seen || !stream) return at;
    const moved: T = { ...at };
    const tokens = { query: stream.queryTokens, key: stream.keyTokens };
    for (const side of ['query', 'key'] as const) {
      const position = at[side];
      if (typeof position === 'number')
        moved[side] = translate(seen, side, tokens[side], position) as T[Side];
    }
    return moved;
  }
}

function groupRows(group: SelectedGroup, stream: Stream, seen: SeenStream): GroupRows {
  const positions = new Set(group.positions);
  const rowsOf = (side: Side, tokens: readonly Token[]): ReadonlySet<number> => {
    // Within one sequence a group is of both sides.
    if (stream.kind === 'cross' && side !== group.side) return none;
    const rows = [...tokens.keys()].filter((row) => positions.has(tokens[row]!.position));
    return new Set(rows.map((row) => seen.toSeen(side, row)));
  };
  return { query: rowsOf('query', stream.queryTokens), key: rowsOf('key', stream.keyTokens) };
}
