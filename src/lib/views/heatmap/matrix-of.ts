import { combineMatrices, type Matrix, type Stream } from '../../trace/index.js';
import type { Labels } from '../kit/labels/index.js';
import type { HeatmapOptions } from './options.js';

type Combine = HeatmapOptions['combine'];

/** The matrix of a head, or the mean or maximum of those of its layer. */
export function matrixOf(stream: Stream, layer: number, head: number, combine: Combine): Matrix {
  if (combine === 'none') return stream.matrix(layer, head);
  const all = stream.headsOf(layer).map((one) => stream.matrix(layer, one));
  return combineMatrices(all, combine);
}

/** What it is called: `layer 3, head 1`. */
export function matrixPlace(
  labels: Labels,
  stream: Stream,
  layer: number,
  head: number,
  combine: Combine,
): string {
  return combine === 'none'
    ? labels.place(layer, String(head))
    : labels.placeOf(layer, labels.combinedHeads(combine, stream.headsOf(layer).length));
}
