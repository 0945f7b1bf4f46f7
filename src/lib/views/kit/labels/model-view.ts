import type { MeasureName } from '../../../analysis/index.js';
import { number } from './words.js';

const measures: Record<MeasureName, string> = {
  entropy: 'entropy',
  'effective-keys': 'effective keys',
  confidence: 'confidence',
  distance: 'distance',
  'previous-token': 'previous token',
  'duplicate-token': 'duplicate token',
  induction: 'induction (a hint)',
  'repeat-induction': 'induction of repeats',
  'first-token': 'first token',
};

const by = (label: string): string => `by ${label}`;
const byMeasure = Object.fromEntries(
  Object.entries(measures).map(([name, label]) => [name, by(label)]),
) as Record<MeasureName, string>;

/** The strings of the model view in English. */
export const modelViewLabels = {
  modelView: 'Model',
  /** Of the grid, to a screen reader. */
  headGrid: 'heads of all layers',
  modelViewHelp:
    'Arrow keys move over the heads, Enter shows a head large and again small, Escape closes it. Rows are layers, columns heads, unless they are ordered by a measure.',
  modelViewHint: 'click a head to see it large',
  thumbnail: 'thumbnails',
  thumbnails: { lines: 'lines', matrix: 'matrix' },
  strongestLines: 'strongest lines only',
  strongestLinesHelp:
    'A thumbnail has no room for every line of a long text: it shows one for each query, or run of queries, to the key it looks at most.',
  order: 'order',
  /** Of a measure that the page brings, by its label. */
  orderBy: by,
  orders: { none: 'model order', ...byMeasure },
  /** A measure's name beside its value. */
  measures,
  orderWithin: 'order within',
  ordersWithin: { layer: 'in each layer', model: 'over all layers' },
  ascending: 'lowest first',
  descending: 'highest first',
  highest: 'highest',
  lowest: 'lowest',
  measuring: (measured: number, total: number) => `measuring ${number(measured)} of ${number(total)}`,
  drawing: (drawn: number, total: number) => `${drawn} of ${total} drawn`,
  unreadable: (why: string) => `cannot be read: ${why}`,
  noHeads: 'No head to show',
  noHeadsHint: 'This stream holds none of the layers or heads that were asked for.',
  /** A head in the margin of its thumbnail, where heads of all layers are mixed. */
  shortPlace: (layer: number, head: number) => `${layer}.${head}`,
  opened: (place: string) => `${place} is shown large`,
  close: 'close',
  detail: 'show as',
};

export type ModelViewLabels = typeof modelViewLabels;
