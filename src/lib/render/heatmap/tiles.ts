/**
 * Tiles of matrices as textures, shared by all heatmaps of the page, so that pan, zoom and a second view of the same
 * head upload nothing twice. The least recently drawn go when the budget is spent.
 */
import type { Levels } from '../../trace/pyramid/reduce.js';
import { cellsAtLevel } from '../../trace/request.js';
import type { Block, Matrix, WeightArray } from '../../trace/types.js';
import { createDataTexture, destroyDataTexture, type DataTexture } from '../textures.js';
import { tileSize, type TilePlace } from './window.js';

/** A rectangle of a matrix. Holds no matrix, so that an old trace is not kept alive by its tiles. */
export interface Tile extends TilePlace {
  /** Its first cell and its size, in cells of its levels. */
  readonly firstRow: number;
  readonly firstCol: number;
  readonly rows: number;
  readonly cols: number;
  /** `sampled`: a quick look is there, and the rest on its way. */
  readonly state: 'pending' | 'sampled' | 'ready' | 'failed';
  /** What part of the work is done, from 0 to 1. */
  readonly share: number;
  /** Held while `ready` or `sampled`. */
  readonly texture: DataTexture | null;
}

type Entry = { -readonly [Name in keyof Tile]: Tile[Name] } & {
  key: string;
  matrixId: number;
  bytes: number;
  abort: AbortController | null;
  /** Who needs it now: these tiles stay, and a load nobody needs is aborted. */
  users: Set<TileUser>;
};

/** A heatmap, as the cache sees it. */
export interface TileUser {
  /** A tile it needs has arrived, whole or as a sample. */
  tileReady(): void;
  /** A tile it needs is so far on its way. */
  tileProgress(): void;
  /** A tile it needs could not be read. */
  tileFailed(cause: unknown): void;
}

const formats = { uint8: 'r8unorm', float16: 'r16float', float32: 'r32float' } as const;

// In order of last use: a Map keeps the order in which keys were set.
const entries = new Map<string, Entry>();
const matrixIds = new WeakMap<Matrix, number>();
let nextMatrixId = 0;
let bytes = 0;
let budget = 256 * 2 ** 20;

/** Sets how many bytes of texture all heatmaps of the page may hold; tiles on the screen stay in any case. */
export function setMemoryBudget(value: number): void {
  budget = value;
  evict();
}

function idOf(matrix: Matrix): number {
  let id = matrixIds.get(matrix);
  if (id === undefined) matrixIds.set(matrix, (id = nextMatrixId++));
  return id;
}

/**
 * The tile at a place, loading it where it is not held. It stays until the user releases it.
 *
 * @param quick whether a quick look is wanted where the whole takes long
 */
export function useTile(matrix: Matrix, place: TilePlace, user: TileUser, quick: boolean): Tile {
  const matrixId = idOf(matrix);
  const key = [matrixId, place.rowLevel, place.colLevel, place.row, place.col].join('/');
  const held = entries.get(key);
  const entry = held ?? createEntry(matrix, place, matrixId, key);
  entries.delete(key);
  entries.set(key, entry);
  entry.users.add(user);
  if (!held) load(matrix, entry, quick);
  return entry;
}

/** Keeps a tile that is already held. */
export function holdTile(tile: Tile, user: TileUser): void {
  (tile as Entry).users.add(user);
}

/** Says that a user no longer needs these tiles. */
export function releaseTiles(tiles: Iterable<Tile>, user: TileUser): void {
  for (const tile of tiles) {
    const entry = tile as Entry;
    entry.users.delete(user);
    if (entry.users.size === 0 && entry.state !== 'ready') drop(entry);
  }
  evict();
}

/** What is held of a matrix at other levels, for want of better: the nearest level last, to be drawn on top. */
export function substitutes(matrix: Matrix, { rowLevel, colLevel }: Levels): Tile[] {
  const id = idOf(matrix);
  const distance = (tile: Tile) => Math.abs(tile.rowLevel - rowLevel) + Math.abs(tile.colLevel - colLevel);
  return [...entries.values()]
    .filter((entry) => entry.matrixId === id && entry.texture && distance(entry) > 0)
    .sort((a, b) => distance(b) - distance(a));
}

/** Lets everything go; for the last heatmap. */
export function clearTiles(): void {
  for (const entry of [...entries.values()]) drop(entry);
}

function createEntry(matrix: Matrix, place: TilePlace, matrixId: number, key: string): Entry {
  const firstRow = place.row * tileSize;
  const firstCol = place.col * tileSize;
  return {
    ...place,
    key,
    matrixId,
    firstRow,
    firstCol,
    rows: Math.min(tileSize, cellsAtLevel(matrix.rows, place.rowLevel) - firstRow),
    cols: Math.min(tileSize, cellsAtLevel(matrix.cols, place.colLevel) - firstCol),
    state: 'pending',
    share: 0,
    texture: null,
    bytes: 0,
    abort: null,
    users: new Set(),
  };
}

function load(matrix: Matrix, entry: Entry, quick: boolean): void {
  const { rowLevel, colLevel, firstRow: row, firstCol: col, rows, cols } = entry;
  const abort = new AbortController();
  try {
    const request = { row, col, rows, cols, rowLevel, colLevel, reduce: 'max' } as const;
    const onProgress = (share: number): void => {
      entry.share = share;
      for (const user of entry.users) user.tileProgress();
    };
    const block = matrix.block(request, { signal: abort.signal, onProgress });
    if (!(block instanceof Promise)) return fill(entry, block);
    entry.abort = abort;
    block
      .then((loaded) => {
        if (abort.signal.aborted) return;
        entry.abort = null;
        fill(entry, loaded);
        for (const user of entry.users) user.tileReady();
      })
      .catch((cause: unknown) => {
        if (!abort.signal.aborted) fail(entry, cause);
      });
    if (quick && rowLevel + colLevel > 0 && matrix.canSample)
      sample(entry, matrix.block({ ...request, sample: true }, { signal: abort.signal }));
  } catch (cause) {
    fail(entry, cause);
  }
}

/** Shows a quick look until the whole has arrived. Where it fails, so does the whole, which is what is told. */
function sample(entry: Entry, block: Block | Promise<Block>): void {
  const show = (quick: Block): void => {
    if (entry.state === 'pending' && entry.abort) fill(entry, quick, 'sampled');
  };
  if (!(block instanceof Promise)) return show(block);
  block.then(
    (quick) => {
      show(quick);
      for (const user of entry.users) user.tileReady();
    },
    () => {},
  );
}

function fill(entry: Entry, block: Block, state: 'ready' | 'sampled' = 'ready'): void {
  const { data, width } = texelRows(block);
  const format = formats[block.type];
  if (entry.texture?.format === format) {
    // The same texture: meshes hold it.
    entry.texture.resource = data;
    entry.texture.update();
  } else {
    if (entry.texture) destroyDataTexture(entry.texture);
    entry.texture = createDataTexture({ data, width, height: block.rows, format });
  }
  entry.state = state;
  bytes += data.byteLength - entry.bytes;
  entry.bytes = data.byteLength;
  evict();
}

function fail(entry: Entry, cause: unknown): void {
  entry.state = 'failed';
  entry.abort = null;
  for (const user of entry.users) user.tileFailed(cause);
}

/** A copy of a block's weights with rows padded to 4 bytes; a view would keep the whole trace alive. */
function texelRows(block: Block): { data: WeightArray; width: number } {
  const perWord = 4 / block.data.BYTES_PER_ELEMENT;
  const width = Math.ceil(block.cols / perWord) * perWord;
  const data = new (block.data.constructor as new (length: number) => WeightArray)(width * block.rows);
  for (let row = 0; row < block.rows; row++) {
    const start = block.offset + row * block.stride;
    data.set(block.data.subarray(start, start + block.cols), row * width);
  }
  return { data, width };
}

function evict(): void {
  for (const entry of entries.values()) {
    if (bytes <= budget) return;
    if (entry.users.size === 0) drop(entry);
  }
}

function drop(entry: Entry): void {
  entries.delete(entry.key);
  entry.abort?.abort();
  if (entry.texture) destroyDataTexture(entry.texture);
  entry.texture = null;
  bytes -= entry.bytes;
}
