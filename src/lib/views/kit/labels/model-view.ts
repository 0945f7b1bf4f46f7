import type { MeasureName } from '../../../analysis/index.js';

/** The strings of the model view. */
export interface ModelViewLabels {
  modelView: string;
  /** Of the grid, to a screen reader. */
  headGrid: string;
  modelViewHelp: string;
  modelViewHint: string;
  thumbnail: string;
  thumbnails: Record<'lines' | 'matrix', string>;
  strongestLines: string;
  strongestLinesHelp: string;
  order: string;
  orders: Record<'none' | MeasureName, string>;
  /** Of a measure that the page brings, by its label. */
  orderBy: (label: string) => string;
  /** A measure's name beside its value. */
  measures: Record<MeasureName, string>;
  orderWithin: string;
  ordersWithin: Record<'layer' | 'model', string>;
  ascending: string;
  descending: string;
  highest: string;
  lowest: string;
  measuring: (measured: number, total: number) => string;
  drawing: (drawn: number, total: number) => string;
  unreadable: (why: string) => string;
  noHeads: string;
  noHeadsHint: string;
  /** A head in the margin of its thumbnail, where heads of all layers are mixed. */
  shortPlace: (layer: number, head: number) => string;
  opened: (place: string) => string;
  close: string;
  detail: string;
}

/** The strings of the model view in English. */
export const modelViewLabels: ModelViewLabels = {
  modelView: 'Model',
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
  orderBy: (label) => `by ${label}`,
  orders: {
    none: 'model order',
    entropy: 'by entropy',
    'effective-keys': 'by effective keys',
    confidence: 'by confidence',
    distance: 'by distance',
    'previous-token': 'by previous token',
    'duplicate-token': 'by duplicate token',
    induction: 'by induction (a hint)',
    'repeat-induction': 'by induction of repeats',
    'first-token': 'by first token',
  },
  measures: {
    entropy: 'entropy',
    'effective-keys': 'effective keys',
    confidence: 'confidence',
    distance: 'distance',
    'previous-token': 'previous token',
    'duplicate-token': 'duplicate token',
    induction: 'induction (a hint)',
    'repeat-induction': 'induction of repeats',
    'first-token': 'first token',
  },
  orderWithin: 'order within',
  ordersWithin: { layer: 'in each layer', model: 'over all layers' },
  ascending: 'lowest first',
  descending: 'highest first',
  highest: 'highest',
  lowest: 'lowest',
  measuring: (measured, total) =>
    `measuring ${measured.toLocaleString('en')} of ${total.toLocaleString('en')}`,
  drawing: (drawn, total) => `${drawn} of ${total} drawn`,
  unreadable: (why) => `cannot be read: ${why}`,
  noHeads: 'No head to show',
  noHeadsHint: 'This stream holds none of the layers or heads that were asked for.',
  shortPlace: (layer, head) => `${layer}.${head}`,
  opened: (place) => `${place} is shown large`,
  close: 'close',
  detail: 'show as',
};
