import { checkedAtOnce, type HeldAttention } from './held-attention.js';
import { pickMatrix, type Picked } from './pick-matrix.js';
import type { TokenSide } from './side.js';
import type { AttentionSource, Matrix } from './types.js';

/** The rows and columns of tokens that are present. */
export interface There {
  /** The query of each row kept, by its index among the tokens present; undefined where each token has a row. */
  queryRows?: readonly number[];
  /** Undefined where all rows and columns are kept. */
  picked?: Picked;
  /** 1 for each row whose query is not present. */
  absentQueries?: Uint8Array;
}

/** @param positions the position of each row's query, where only some queries were recorded */
export function whatIsThere(
  positions: readonly number[] | undefined,
  queries: TokenSide,
  keys: TokenSide,
): There {
  const standing = positions ?? upTo(queries.count);
  const index = new Map(queries.kept?.map((position, i) => [position, i]));
  const tokenOf = (position: number): number | undefined => (queries.kept ? index.get(position) : position);
  const rows = upTo(standing.length).filter((row) => tokenOf(standing[row]!) !== undefined);
  const queryRows = positions && rows.map((row) => tokenOf(standing[row]!)!);
  if (!queries.kept && !keys.kept) return { queryRows };
  const cols = keys.kept ?? upTo(keys.count);
  const keptCols = new Set(cols);
  const absentQueries = new Uint8Array(standing.length).fill(1);
  for (const row of rows) absentQueries[row] = 0;
  const absent = upTo(keys.count).filter((col) => !keptCols.has(col));
  return { queryRows, picked: { rows, cols, absent }, absentQueries };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/**
 * The matrices without tokens that are not present. The first matrices of arrays in memory are checked here, as many as `checkedAtOnce`
 * allows.
 */
export function pickedMatrices(
  read: AttentionSource,
  held: HeldAttention | undefined,
  picked: Picked,
  place: string,
): AttentionSource['matrix'] {
  const made = new Map<Matrix, Matrix>();
  const matrixOf = (layer: number, head: number): Matrix => {
    const whole = read.matrix(layer, head);
    const known = made.get(whole);
    if (known) return known;
    const matrix = pickMatrix(whole, picked, held?.placeOf(layer, head) ?? `${place}[${layer}][${head}]`);
    made.set(whole, matrix);
    return matrix;
  };
  let left = held ? checkedAtOnce : 0;
  const { rows, cols } = { rows: read.dims[2], cols: picked.cols.length };
  held?.stored.layers.forEach(({ heads }, layer) => {
    for (let head = 0; head < heads && (left -= rows * cols) >= 0; head++)
      void matrixOf(layer, head).block({ row: 0, col: 0, rows: picked.rows.length, cols });
  });
  return matrixOf;
}
