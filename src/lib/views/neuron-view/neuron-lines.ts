import { blockWeights, decoder, type Block, type Quantity } from '../../trace/index.js';
import type { HeadLines } from '../head-view/head-lines.js';
import { otherSide, type SideToken } from '../kit/token-focus.svelte.js';
import { fittedThreshold } from '../kit/value-range.js';
import type { Compared } from './compared.js';
import { largestSize } from './numbers.js';
import { sees, type OpenQuery } from './open-query.js';

const usualThreshold = 0.05;

/** A head of more weights than this keeps the usual threshold: with a lower one there could be as many lines. */
const mostFitted = 2 ** 18;

/**
 * The least weight that gets a line where none is chosen: 0.05, or less where a query looks at so many keys that none of its weights
 * is that large, so that every query has a line.
 */
export function neuronThreshold(block: Block): number {
  const { rows, cols } = block;
  let least = usualThreshold;
  for (let row = 0; row < rows && rows * cols <= mostFitted; row++) {
    const largest = largestSize(rowOf(block, row));
    if (largest > 0) least = Math.min(least, largest);
  }
  return least;
}

/** Scores are never few, as weights over 0.05 are: so many lines a query are enough, and no more than those can be. */
const linesPerQuery = 1 / usualThreshold;
/** Scores looked at to find how large the largest are; of more a sample. */
const sampled = 50_000;

/** The least size of a score that gets a line where none is chosen: as in a head view, or that of which there are 20 a query. */
export function scoreThreshold(block: Block, quantity: Quantity): number {
  const { rows, cols, data, offset, stride, type } = block;
  const decode = decoder(type);
  // Without a factor of the number of columns, so that the sample is of all of them.
  let step = Math.max(1, Math.ceil((rows * cols) / sampled));
  while (commonFactor(step, cols) > 1) step++;
  const sizes = Float32Array.from({ length: Math.ceil((rows * cols) / step) }, (_, i) => {
    const [row, col] = [Math.floor((i * step) / cols), (i * step) % cols];
    return Math.abs(decode(data[offset + row * stride + col]!));
  }).sort();
  const enough = sizes.at(-1 - Math.floor((sizes.length * linesPerQuery) / cols)) ?? 0;
  return Math.max(enough, fittedThreshold(quantity, largestIn(block)));
}

const commonFactor = (a: number, b: number): number => (b === 0 ? a : commonFactor(b, a % b));

/** The largest size in a block. */
export function largestIn(block: Block): number {
  let most = 0;
  for (let row = 0; row < block.rows; row++) most = Math.max(most, largestSize(rowOf(block, row)));
  return most;
}

const rowOf = (block: Block, row: number): Float32Array =>
  blockWeights({ ...block, offset: block.offset + row * block.stride, rows: 1 });

/** The lines of one token to those of the other side that it is tied to by at least `threshold`, signs left out. */
export function linesOf(
  { side, position }: SideToken,
  numbers: ArrayLike<number>,
  threshold: number,
  head: number,
): HeadLines {
  const ends = Array.from(numbers, (_, i) => i).filter(
    (i) => Math.abs(numbers[i]!) >= threshold && numbers[i] !== 0,
  );
  const here = Uint32Array.from(ends, () => position);
  const there = Uint32Array.from(ends);
  return {
    count: ends.length,
    ...({ [side]: here, [otherSide(side)]: there } as Record<'query' | 'key', Uint32Array>),
    head: Uint16Array.from(ends, () => head),
    weight: Float32Array.from(ends, (i) => numbers[i]!),
  };
}

/** The lines of an opened query, to the rows of its keys: of its weights, or its scores. */
export function openLines(open: OpenQuery, of: Compared, threshold: number, head: number): HeadLines {
  const numbers = of === 'score' ? open.scores : open.weights;
  const inRows = Float64Array.from(open.order.keys, (key) => (sees(open, key) ? numbers[key]! : 0));
  const least = Math.min(threshold, largestSize(inRows));
  return linesOf({ side: 'query', position: open.query }, inRows, least, head);
}
