import { combineMatrices, type Stream } from '../../trace/index.js';
import { largestMagnitude } from '../kit/value-range.js';
import type { ColoredMatrix } from './line-gatherer.js';

/** What is drawn in one colour: a head, or (`head` null) several combined. */
export interface DrawnHead extends ColoredMatrix {
  head: number | null;
}

type Largest = { size: number | undefined };

/** The index of the colour that stands for several heads: the one after those of the heads. */
export const combinedColor = (stream: Stream): number => stream.heads.at(-1)! + 1;

/** The heads of a layer, or what they are combined to. */
export function drawnHeads(
  stream: Stream,
  layer: number,
  heads: readonly number[],
  combine: 'none' | 'sum' | 'mean' | 'max',
): DrawnHead[] {
  const matrices = heads.map((head) => stream.matrix(layer, head));
  if (combine === 'none')
    return matrices.map((matrix, i) => ({ head: heads[i]!, matrix, color: heads[i]!, cost: 1 }));
  return [
    {
      head: null,
      matrix: combineMatrices(matrices, combine),
      color: combinedColor(stream),
      cost: heads.length,
    },
  ];
}

/** The largest magnitude of what is drawn, as far as it is known; a promise where that takes time. */
export function largestDrawn(drawn: readonly DrawnHead[], signal?: AbortSignal): Largest | Promise<Largest> {
  const read = drawn.map(({ matrix }) => largestMagnitude(matrix, signal));
  const most = (sizes: (number | undefined)[]): Largest => {
    const known = sizes.filter((size) => size !== undefined);
    return { size: known.length > 0 ? Math.max(...known) : undefined };
  };
  return read.some((size) => size instanceof Promise) ? Promise.all(read).then(most) : most(read as number[]);
}

/** What a line's opacity is scaled by: lines of many heads are each fainter, as they lie over each other. */
export function opacityOf(combine: 'none' | 'sum' | 'mean' | 'max', heads: number): number {
  return combine === 'none' ? 1 / Math.sqrt(heads) : 1;
}
