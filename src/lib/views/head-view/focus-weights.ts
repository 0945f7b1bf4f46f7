import { decoder, type Block } from '../../trace/index.js';
import type { SideToken } from '../kit/token-focus.svelte.js';
import type { DrawnHead } from './drawn-heads.js';
import type { TokenRange } from './head-lines.js';

/** The weights between a token and every token of the other side, in one colour. */
export interface HeadWeights {
  head: number | null;
  color: number;
  weights: Float32Array;
}

/** What ties a token to the others, a colour each. */
export interface TokenWeights {
  of: SideToken;
  heads: HeadWeights[];
  /** Of a source that keeps only some keys: the part of the query's weight that it left out, in [0, 1]. */
  leftOut?: number;
}

/** Reads one row, or one column, of each matrix. */
export function readWeights(
  drawn: readonly DrawnHead[],
  of: SideToken,
  signal: AbortSignal,
): TokenWeights | Promise<TokenWeights> {
  const blocks = drawn.map(({ matrix }) =>
    matrix.block(
      of.side === 'query'
        ? { row: of.position, col: 0, rows: 1, cols: matrix.cols }
        : { row: 0, col: of.position, rows: matrix.rows, cols: 1 },
      { signal },
    ),
  );
  const take = (read: readonly Block[]): TokenWeights => ({
    of,
    heads: drawn.map(({ head, color }, i) => ({ head, color, weights: lineWeights(read[i]!) })),
    leftOut: of.side === 'query' ? leftOutOf(drawn, of.position) : undefined,
  });
  return blocks.every((block): block is Block => !(block instanceof Promise))
    ? take(blocks)
    : Promise.all(blocks).then(take);
}

/** A row or a column as float32. */
function lineWeights({ type, data, offset, stride, rows, cols }: Block): Float32Array {
  const decode = decoder(type);
  const step = rows === 1 ? 1 : stride;
  const weights = new Float32Array(rows * cols);
  for (let i = 0, at = offset; i < weights.length; i++, at += step) weights[i] = decode(data[at]!);
  return weights;
}

function leftOutOf(drawn: readonly DrawnHead[], query: number): number | undefined {
  if (!drawn.some(({ matrix }) => matrix.leftOut)) return undefined;
  return drawn.reduce((sum, { matrix }) => sum + (matrix.leftOut?.(query) ?? 0), 0) / drawn.length;
}

/** The head with the largest weight, by magnitude, to a token of the other side. */
export function strongestHead(
  { heads }: TokenWeights,
  position: number,
): { head: number | null; weight: number } {
  return heads
    .map(({ head, weights }) => ({ head, weight: weights[position]! }))
    .reduce((most, next) => (Math.abs(most.weight) >= Math.abs(next.weight) ? most : next));
}

/** The token of the other side, or of a run there, with the largest weight, by magnitude, in any head; undefined where the run is empty. */
export function strongestPartner({ heads }: TokenWeights, run?: TokenRange): number | undefined {
  const { start, end } = run ?? { start: 0, end: Infinity };
  let most = -1;
  let position: number | undefined;
  for (const { weights } of heads)
    for (let i = start; i < end && i < weights.length; i++)
      if (Math.abs(weights[i]!) > most) [most, position] = [Math.abs(weights[i]!), i];
  return position;
}
