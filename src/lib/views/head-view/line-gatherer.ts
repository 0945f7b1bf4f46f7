import type { Block, Matrix } from '../../trace/index.js';
import type { EdgeRule } from './edge-rule.js';
import {
  collectLines,
  joinLines,
  noLines,
  type HeadLines,
  type LineWindow,
  type TokenRange,
} from './head-lines.js';
import { tilesOf, type LineTile, type TileSize } from './line-tiles.js';

/** Weights read before the next frame: a few milliseconds of work. What makes up a share of a row takes longer to find. */
const cellsPerStep = { threshold: 2 ** 20, top: 2 ** 20, share: 2 ** 18 };

/** No frame reads for longer, but for its last tile: rows that are read first are checked, which takes longer than reading them. */
const stepMs = 8;
/** Until all lines are there, those so far are shown this rarely: to draw many may take longer than to read the rest. */
const showEveryMs = 500;

/** Tiles that are kept of each matrix, for when one scrolls back; they hold lines only. */
const mostTiles = 256;

/** What is drawn in one colour. */
export interface ColoredMatrix {
  matrix: Matrix;
  color: number;
  /** How many matrices are read for it. */
  cost: number;
}

/** What lines are wanted of. */
export interface Wanted {
  /** What the positions are positions of: lines of another stream are not kept on the screen. */
  stream: object;
  heads: readonly ColoredMatrix[];
  rule: EdgeRule;
  queries: TokenRange;
  keys: TokenRange;
  tile: TileSize;
  /** Where lines are wanted; undefined for everywhere. */
  window: LineWindow | undefined;
}

export interface Gathered {
  lines: HeadLines;
  /** Whether some of what is wanted has yet to be read. */
  waiting: boolean;
  error?: Error;
}

interface Tile {
  lines?: HeadLines;
  /** While the source reads it. */
  abort?: AbortController;
}

/**
 * Collects the lines that are wanted, a tile at a time, a few milliseconds a frame. What has been collected is kept; what is no
 * longer wanted is not begun, or aborted. Lines of another layer or rule stay until all of the new are there.
 */
export class LineGatherer {
  readonly #tiles = new Map<Matrix, Map<string, Tile>>();
  #wanted: Wanted | undefined;
  #identity = '';
  #places: LineTile[] = [];
  #queue: { place: LineTile; head: ColoredMatrix }[] = [];
  #shown = noLines;
  /** What lines that belong together are of: the same while only the window moves. */
  #of = {};
  /** Whether what is shown is of what is wanted now, so that more of it can join. */
  #current = true;
  #error: Error | undefined;
  /** The next frame, where one is asked for. */
  #frame = 0;
  /** When lines were told, as `performance.now()` says. */
  #published = 0;

  constructor(private readonly tell: (gathered: Gathered) => void) {}

  want(wanted: Wanted): void {
    const before = this.#wanted;
    const identity = JSON.stringify([wanted.rule, wanted.queries, wanted.keys, wanted.tile]);
    if (identity !== this.#identity) this.#drop(() => true);
    else this.#drop((matrix) => !wanted.heads.some((head) => head.matrix === matrix));
    if (wanted.stream !== before?.stream) {
      this.#shown = noLines;
      this.#current = true;
    } else if (identity !== this.#identity || !sameHeads(wanted.heads, before.heads)) this.#current = false;
    if (!this.#current || wanted.stream !== before?.stream || wanted.window?.span !== before?.window?.span)
      this.#of = {};
    this.#wanted = wanted;
    this.#identity = identity;
    this.#error = undefined;
    this.#places = tilesOf(wanted.tile, wanted.window ?? everywhere, wanted.queries, wanted.keys);
    this.#abortUnwanted();
    this.#keepWanted();
    this.#queue = this.#places
      .flatMap((place) => wanted.heads.map((head) => ({ place, head })))
      .filter(({ place, head }) => !this.#tilesOf(head.matrix).has(place.name));
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#readSome();
    this.#publish();
    if (this.#queue.length > 0) this.#stepSoon();
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame);
    this.#queue = [];
    this.#drop(() => true);
  }

  #tilesOf(matrix: Matrix): Map<string, Tile> {
    const tiles = this.#tiles.get(matrix) ?? new Map<string, Tile>();
    this.#tiles.set(matrix, tiles);
    return tiles;
  }

  #drop(which: (matrix: Matrix) => boolean): void {
    for (const [matrix, tiles] of this.#tiles) {
      if (!which(matrix)) continue;
      for (const { abort } of tiles.values()) abort?.abort();
      this.#tiles.delete(matrix);
    }
  }

  #abortUnwanted(): void {
    const names = new Set(this.#places.map(({ name }) => name));
    for (const tiles of this.#tiles.values())
      for (const [name, { abort }] of tiles)
        if (abort && !names.has(name)) {
          abort.abort();
          tiles.delete(name);
        }
  }

  /** Tiles that are wanted again are the last to be forgotten. */
  #keepWanted(): void {
    for (const tiles of this.#tiles.values())
      for (const { name } of this.#places) {
        const tile = tiles.get(name);
        if (tile && tiles.delete(name)) tiles.set(name, tile);
      }
  }

  /** Reads on in the next frame, where tiles that arrive together are shown together. */
  #stepSoon(): void {
    this.#frame ||= requestAnimationFrame(() => this.#step());
  }

  #step(): void {
    this.#frame = 0;
    this.#readSome();
    const show = !this.#isWaiting() || performance.now() - this.#published >= showEveryMs;
    if (show) this.#publish();
    if (!show || this.#queue.length > 0) this.#stepSoon();
  }

  #readSome(): void {
    const most = cellsPerStep[this.#wanted!.rule.edges];
    const until = performance.now() + stepMs;
    for (let cells = 0; this.#queue.length > 0 && cells < most && performance.now() < until;) {
      const { place, head } = this.#queue.shift()!;
      this.#read(place, head);
      cells += head.cost * (place.queries.end - place.queries.start) * (place.keys.end - place.keys.start);
    }
  }

  #read({ name, queries, keys }: LineTile, { matrix, color }: ColoredMatrix): void {
    const tiles = this.#tilesOf(matrix);
    const { rule } = this.#wanted!;
    const abort = new AbortController();
    const take = (block: Block): void => {
      tiles.set(name, { lines: collectLines([{ block, color }], rule, queries, keys) });
      if (tiles.size > Math.max(mostTiles, this.#places.length * 4)) tiles.delete(tiles.keys().next().value!);
    };
    try {
      const request = {
        row: queries.start,
        col: keys.start,
        rows: queries.end - queries.start,
        cols: keys.end - keys.start,
      };
      const block = matrix.block(request, { signal: abort.signal });
      if (!(block instanceof Promise)) return take(block);
      tiles.set(name, { abort });
      block
        .then((found) => {
          if (abort.signal.aborted) return;
          take(found);
          this.#stepSoon();
        })
        .catch((error: Error) => {
          if (!abort.signal.aborted) this.#fail(error);
        });
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #fail(error: Error): void {
    this.#error = error;
    this.#queue = [];
    this.#drop(() => true);
    this.#stepSoon();
  }

  /** In the same order wherever the window is, so that lines lie over each other in the same way. */
  #wantedTiles(): (Tile | undefined)[] {
    const places = this.#places.toSorted(
      (a, b) => a.queries.start - b.queries.start || a.keys.start - b.keys.start,
    );
    return this.#wanted!.heads.flatMap(({ matrix }) =>
      places.map(({ name }) => this.#tilesOf(matrix).get(name)),
    );
  }

  #isWaiting(): boolean {
    return !this.#error && this.#wantedTiles().some((tile) => !tile?.lines);
  }

  #publish(): void {
    const waiting = this.#isWaiting();
    this.#current ||= !waiting;
    if (this.#current) {
      const found = this.#wantedTiles().flatMap((tile) => tile?.lines ?? []);
      this.#shown = { ...joinLines(found, this.#wanted!.window), of: this.#of, partial: waiting };
    }
    this.#published = performance.now();
    this.tell({ lines: this.#shown, waiting, error: this.#error });
  }
}

const everywhere: LineWindow = {
  query: { start: 0, end: Infinity },
  key: { start: 0, end: Infinity },
  span: Infinity,
};

const sameHeads = (a: readonly ColoredMatrix[], b: readonly ColoredMatrix[]): boolean =>
  a.length === b.length && a.every(({ matrix }, i) => matrix === b[i]!.matrix);
