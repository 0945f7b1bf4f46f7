import type { Evidence, StreamKind } from '../../../trace/index.js';
import { budgetViewLabels, type BudgetViewLabels } from './budget-view.js';
import { compareViewLabels, type CompareViewLabels } from './compare-view.js';
import { evidenceViewLabels, type EvidenceViewLabels } from './evidence-view.js';
import { explorerLabels, type ExplorerLabels } from './explorer.js';
import { figureLabels, type FigureLabels } from './figure.js';
import { groupViewLabels, type GroupViewLabels } from './group-view.js';
import { headScatterLabels, type HeadScatterLabels } from './head-scatter.js';
import { modelViewLabels, type ModelViewLabels } from './model-view.js';
import { neuronLabels, type NeuronLabels } from './neuron-view.js';
import { tokenViewLabels, type TokenViewLabels } from './token-view.js';

/** Every string a reader sees. Pass any of them as `labels` to put it in another language. */
export interface Labels
  extends
    BudgetViewLabels,
    CompareViewLabels,
    EvidenceViewLabels,
    ExplorerLabels,
    FigureLabels,
    GroupViewLabels,
    HeadScatterLabels,
    ModelViewLabels,
    NeuronLabels,
    TokenViewLabels {
  headView: string;
  heatmap: string;
  layer: string;
  /** For views too narrow for the word. */
  layerShort: string;
  head: string;
  headShort: string;
  heads: string;
  stream: string;
  /** By name; a derived stream that is not here is called by its name. */
  streams: Record<StreamKind, string> & Partial<Record<string, string>>;
  evidence: Record<Evidence, string>;
  /** What may be concluded of each. */
  concluded: Record<Evidence, string>;
  /** What is to be known of a quantity, by its name, in place of its own `caveat`: for other languages. */
  caveats: Partial<Record<string, string>>;
  mean: string;
  max: string;
  scale: string;
  scales: Record<'linear' | 'sqrt' | 'log', string>;
  range: string;
  ranges: Record<'fit' | 'pointer', string>;
  /** From one number to another. */
  span: (low: string, high: string) => string;
  normalization: string;
  normalizations: Record<'none' | 'row' | 'column' | 'matrix', string>;
  normalized: Record<'row' | 'column' | 'matrix', string>;
  numbers: string;
  copy: string;
  copyHelp: string;
  copied: string;
  notCopied: string;
  edges: string;
  edgeModes: Record<'threshold' | 'top' | 'share', string>;
  edgeValues: Record<'threshold' | 'top' | 'share', string>;
  combinations: Record<'none' | 'sum' | 'mean' | 'max', string>;
  combined: Record<'sum' | 'mean' | 'max', string>;
  combinedHeads: (how: 'sum' | 'mean' | 'max', count: number) => string;
  layout: string;
  layouts: Record<'vertical' | 'horizontal', string>;
  scrolling: string;
  scrollChoices: Record<'together' | 'apart', string>;
  scrolledApart: string;
  /** What a token reaches out of sight; how many lines is not known of every token. */
  beyondSight: (lines: number | undefined, share: string) => string;
  beyond: (end: 'before' | 'after', lines: number | undefined, share: string) => string;
  goToStrongest: (token: string) => string;
  overviewOf: (side: string) => string;
  tokensInSight: (first: number, last: number, count: number) => string;
  linesInSight: (lines: number) => string;
  keepsSome: string;
  keepsSomeHelp: string;
  notKept: (share: string) => string;
  previous: (what: string) => string;
  next: (what: string) => string;
  /** A position, or a number of tokens. */
  count: (n: number) => string;
  queries: string;
  keys: string;
  queryLooksAt: (token: string) => string;
  strongestInSight: string;
  allSegments: string;
  pairs: string;
  showHead: (head: number) => string;
  swatchHelp: (head: number) => string;
  options: string;
  undo: string;
  granularity: string;
  granularities: Record<'token' | 'word' | 'sentence' | 'segment', string>;
  merged: Record<'word' | 'sentence' | 'segment', string>;
  hide: string;
  hideChoices: Record<'none' | 'first' | 'special', string>;
  hiddenChips: Record<'none' | 'first' | 'special', string>;
  hiddenTokens: (count: number) => string;
  /** On a click that hides tokens: which, as in `hideChoices`, and their share of the weight, from 0 to 1. */
  hideOffer: (tokens: string, share: number) => string;
  hideHelp: string;
  renormalize: string;
  renormalized: string;
  reset: string;
  cancel: string;
  zoomed: string;
  locked: string;
  /** How far weights that are looked at have been read, from 0 to 1; 0 where it is not known. */
  readingShare: (share: number) => string;
  sampled: string;
  sampledHelp: string;
  weights: string;
  /** Numbers that are no weights, by the name of their quantity. */
  numbersOf: (quantity: string) => string;
  /** Of a table of the largest weights, where the browser cannot draw. */
  strongestOf: (shown: number, total: number, what: string) => string;
  tooManyToRank: (total: number, what: string) => string;
  linesDrawn: (drawn: number, total: number, what: string) => string;
  cannotSee: string;
  /** Of a key that the lens leaves out. */
  leftOut: string;
  rank: (rank: number, count: number) => string;
  place: (layer: number, head: string) => string;
  placeOf: (layer: number, what: string) => string;
  heatmapHelp: string;
  headViewHelp: string;
  overview: string;
  /** Titles of a heatmap's axes: whether each label is written, every n-th, or positions in their place. */
  queryAxis: (shown: number | 'positions') => string;
  keyAxis: (shown: number | 'positions') => string;
  /** A token where others look the same. */
  tokenAt: (label: string, position: number) => string;
  /** A query and the key it looks at. */
  pair: (query: string, key: string) => string;
  /** What a number belongs to, and the number, as a screen reader says them. */
  fact: (name: string, value: string) => string;
  /** Where, and what is told of it. */
  told: (place: string, what: string) => string;
  list: (parts: readonly string[]) => string;
  empty: string;
  emptyHint: string;
  /** While a file is being read. */
  loading: string;
  errorTitle: string;
  errorFound: string;
  errorExpected: string;
  hint: string;
}

const ordinal = (n: number): string => {
  const suffix = ['th', 'st', 'nd', 'rd'][(n % 100 > 10 && n % 100 < 14) || n % 10 > 3 ? 0 : n % 10];
  return `${n.toLocaleString('en')}${suffix}`;
};

const shownLabels = (shown: number | 'positions', one: string, all: string): string => {
  if (shown === 'positions') return `${one} positions`;
  return shown === 1 ? all : `every ${ordinal(shown)} ${one}`;
};

const lineCount = (lines: number): string =>
  `${lines.toLocaleString('en')} ${lines === 1 ? 'line' : 'lines'}`;

/** The labels in English. */
export const defaultLabels: Labels = {
  ...budgetViewLabels,
  ...compareViewLabels,
  ...evidenceViewLabels,
  ...explorerLabels,
  ...figureLabels,
  ...groupViewLabels,
  ...headScatterLabels,
  ...modelViewLabels,
  ...neuronLabels,
  ...tokenViewLabels,
  headView: 'Heads',
  heatmap: 'Heatmap',
  layer: 'layer',
  layerShort: 'L',
  head: 'head',
  headShort: 'H',
  heads: 'heads',
  stream: 'stream',
  streams: { self: 'self', encoder: 'encoder', decoder: 'decoder', cross: 'cross' },
  evidence: { descriptive: 'descriptive', contribution: 'contribution', causal: 'causal' },
  concluded: {
    descriptive: 'Attention alone: it says where a model looks, not what that does.',
    contribution: 'Values count too: it says what a token gives, not what would happen without it.',
    causal: 'The model was run again with something changed: it says what that did, in this text.',
  },
  caveats: {},
  mean: 'mean',
  max: 'max',
  scale: 'scale',
  scales: { linear: 'linear', sqrt: '√ scale', log: 'log' },
  range: 'range of colours',
  ranges: { fit: 'fitted', pointer: 'by pointer' },
  span: (low, high) => `${low} – ${high}`,
  normalization: 'colours by',
  normalizations: {
    none: 'weight',
    row: 'share of row',
    column: 'share of column',
    matrix: 'share of matrix',
  },
  normalized: { row: 'by row', column: 'by column', matrix: 'by matrix' },
  numbers: 'numbers in sight',
  copy: 'copy',
  copyHelp: 'copy the numbers in sight, tab-separated',
  copied: 'numbers copied',
  notCopied: 'too many numbers to copy: zoom in',
  edges: 'lines',
  edgeModes: { threshold: '≥', top: 'top', share: 'share' },
  edgeValues: {
    threshold: 'threshold',
    top: 'lines a query',
    share: 'share of a query’s weight',
  },
  combinations: { none: 'a colour each', sum: 'sum', mean: 'mean', max: 'maximum' },
  combined: { sum: 'sum of heads', mean: 'mean of heads', max: 'maximum of heads' },
  combinedHeads: (how, count) => `${how} of ${count} ${count === 1 ? 'head' : 'heads'}`,
  layout: 'tokens',
  layouts: { vertical: 'below each other', horizontal: 'side by side' },
  scrolling: 'scrolling',
  scrollChoices: { together: 'together', apart: 'queries and keys apart' },
  scrolledApart: 'scrolled apart',
  beyondSight: (lines, share) =>
    `${lines === undefined ? '' : `${lineCount(lines)}, `}${share} of the weight`,
  beyond: (end, lines, share) =>
    `${end} what is in sight: ${lines === undefined ? '' : `${lineCount(lines)}, `}${share} of the weight`,
  goToStrongest: (token) => `go to the strongest there: ${token}`,
  overviewOf: (side) => `overview of ${side}`,
  tokensInSight: (first, last, count) =>
    `positions ${first.toLocaleString('en')} to ${last.toLocaleString('en')} of ${count.toLocaleString('en')} tokens`,
  linesInSight: (lines) => `${lineCount(lines)} in sight`,
  keepsSome: 'some keys only',
  keepsSomeHelp: 'the source keeps only the largest weights of each query',
  notKept: (share) => `${share} of this query’s weight is not kept`,
  previous: (what) => `previous ${what}`,
  next: (what) => `next ${what}`,
  count: (n) => n.toLocaleString('en'),
  queries: 'queries',
  keys: 'keys',
  strongestInSight: 'Strongest in sight',
  queryLooksAt: (token) => `Query “${token}” looks at`,
  allSegments: 'all',
  pairs: 'segments',
  showHead: (head) => `head ${head}`,
  swatchHelp: (head) => `head ${head}: click shows or hides it, double-click shows it alone`,
  options: 'options',
  undo: 'undo',
  granularity: 'rows and columns',
  granularities: { token: 'tokens', word: 'words', sentence: 'sentences', segment: 'segments' },
  merged: { word: 'merged into words', sentence: 'merged into sentences', segment: 'merged into segments' },
  hide: 'leave out keys',
  hideChoices: { none: 'none', first: 'first token', special: 'special tokens' },
  hiddenChips: { none: '', first: 'first token hidden', special: 'special tokens hidden' },
  hiddenTokens: (count) => `${count} ${count === 1 ? 'token' : 'tokens'} hidden`,
  hideOffer: (tokens, share) => `hide ${tokens} (${Math.round(share * 100)} %)`,
  hideHelp: 'takes so much of the weight that little else is seen: a click leaves it out',
  renormalize: 'renormalise',
  renormalized: 'renormalised',
  reset: 'reset zoom',
  cancel: 'cancel',
  zoomed: 'zoomed',
  locked: 'locked · Esc',
  readingShare: (share) => (share > 0 ? `reading weights ${Math.floor(share * 100)} %` : 'reading weights …'),
  sampled: 'sampled: some weights of each pixel',
  sampledHelp: 'A first look. A large weight may be missing until all weights have been read.',
  weights: 'weights',
  numbersOf: (quantity) => `numbers (${quantity})`,
  strongestOf: (shown, total, what) =>
    `the ${shown.toLocaleString('en')} strongest of ${total.toLocaleString('en')} ${what}`,
  tooManyToRank: (total, what) =>
    `${total.toLocaleString('en')} ${what} are too many for a table: choose a query`,
  linesDrawn: (drawn, total, what) =>
    `${drawn.toLocaleString('en')} of ${total.toLocaleString('en')} ${what}`,
  leftOut: 'left out',
  cannotSee: 'a later position: this query cannot see it',
  rank: (rank, count) => `${ordinal(rank)} of ${count.toLocaleString('en')} in its row`,
  place: (layer, head) => `layer ${layer}, head ${head}`,
  placeOf: (layer, what) => `layer ${layer}, ${what}`,
  heatmapHelp:
    'Arrow keys move over the cells, Enter locks a cell, Escape lets it go, plus and minus zoom, 0 shows the whole matrix. With Shift the wheel zooms keys alone, with Alt queries. Shift and drag zooms to a box, Control and C copies the numbers.',
  headViewHelp:
    'Up and down move over the tokens, left and right between queries and keys, Enter locks a token, Escape lets it go.',
  overview: 'Overview',
  queryAxis: (shown) => `${shownLabels(shown, 'query', 'queries')} ↓`,
  keyAxis: (shown) => `${shownLabels(shown, 'key', 'keys')} →`,
  tokenAt: (label, position) => `${label}·${position.toLocaleString('en')}`,
  pair: (query, key) => `${query.trim()} → ${key.trim()}`,
  fact: (name, value) => `${name} ${value}`,
  told: (place, what) => (place ? `${place}: ${what}` : what),
  list: (parts) => parts.join(', '),
  empty: 'No attention yet',
  emptyHint: 'Pass a trace, or attention and tokens.',
  loading: 'Reading the file …',
  errorTitle: 'This attention cannot be drawn',
  errorFound: 'found',
  errorExpected: 'expected',
  hint: 'hover, click to lock',
};
