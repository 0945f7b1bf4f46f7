import { blockWeights, type Block } from '../../trace/index.js';
import type { HeadLines } from '../head-view/head-lines.js';
import { otherSide, type SideToken } from '../kit/token-focus.svelte.js';
import type { OpenQuery } from './open-query.js';

export const noNeuronLines: HeadLines = {
  count: 0,
  query: new Uint32Array(),
  key: new Uint32Array(),
  head: new Uint16Array(),
  weight: new Float32Array(),
};

const usualThreshold = 0.05;

/** A head of more weights than this keeps the usual threshold: with a lower one there could be as many lines. */
const mostFitted = 2 ** 18;

/**
 * The least weight that gets a line where none is chosen: 0.05, or less where a query looks at so many keys that none of its weights
 * is that large, so that every query has a line.
 */
export function neuronThreshold(block: Block): number {
  const { rows, cols, offset, stride } = block;
  let least = usualThreshold;
  for (let row = 0; row < rows && rows * cols <= mostFitted; row++) {
    const weights = blockWeights({ ...block, offset: offset + row * stride, rows: 1 });
    const largest = weights.reduce((most, weight) => Math.max(most, weight), 0);
    if (largest > 0) least = Math.min(least, largest);
  }
  return least;
}

/** The lines of one token to those of the other side that it is tied to by at least `threshold`. */
export function linesOf(
  { side, position }: SideToken,
  weights: ArrayLike<number>,
  threshold: number,
  head: number,
): HeadLines {
  const ends = Array.from(weights, (_, i) => i).filter((i) => weights[i]! >= threshold && weights[i]! > 0);
  const here = Uint32Array.from(ends, () => position);
  const there = Uint32Array.from(ends);
  return {
    count: ends.length,
    ...({ [side]: here, [otherSide(side)]: there } as Record<'query' | 'key', Uint32Array>),
    head: Uint16Array.from(ends, () => head),
    weight: Float32Array.from(ends, (i) => weights[i]!),
  };
}

/** The lines of an opened query, to the rows of its keys. */
export function openLines(open: OpenQuery, threshold: number, head: number): HeadLines {
  const inRows = Float64Array.from(open.order.keys, (key) => open.weights[key]!);
  const least = Math.min(threshold, open.ranges.weight);
  return linesOf({ side: 'query', position: open.query }, inRows, least, head);
}
