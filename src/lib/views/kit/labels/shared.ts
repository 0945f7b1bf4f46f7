import type { StreamKind } from '../../../trace/index.js';
import { counted, number } from './words.js';

/** Strings by names that are not all known. */
type Named = Partial<Record<string, string>>;

const streams: Record<StreamKind, string> & Named = {
  self: 'self',
  encoder: 'encoder',
  decoder: 'decoder',
  cross: 'cross',
};

const ordinal = (n: number): string => {
  const suffix = ['th', 'st', 'nd', 'rd'][(n % 100 > 10 && n % 100 < 14) || n % 10 > 3 ? 0 : n % 10];
  return `${number(n)}${suffix}`;
};

const shownLabels = (shown: number | 'positions', one: string, all: string): string => {
  if (shown === 'positions') return `${one} positions`;
  return shown === 1 ? all : `every ${ordinal(shown)} ${one}`;
};

const beyondSight = (lines: number | undefined, share: string): string =>
  `${lines === undefined ? '' : `${counted(lines, 'line')}, `}${share} of the weight`;

/** The strings of more views than one, of the heatmap, the head view and the explorer, in English. */
export const sharedLabels = {
  headView: 'Heads',
  heatmap: 'Heatmap',
  explorer: 'Explorer',
  maximize: (view: string) => `maximise ${view}`,
  restore: (view: string) => `restore ${view}`,
  layer: 'layer',
  /** For views too narrow for the word. */
  layerShort: 'L',
  head: 'head',
  headShort: 'H',
  heads: 'heads',
  stream: 'stream',
  /** By name; a derived stream that is not here is called by its name. */
  streams,
  evidence: { descriptive: 'descriptive', contribution: 'contribution', causal: 'causal' },
  /** What may be concluded of each. */
  concluded: {
    descriptive: 'Attention alone: it says where a model looks, not what that does.',
    contribution: 'Values count too: it says what a token gives, not what would happen without it.',
    causal: 'The model was run again with something changed: it says what that did, in this text.',
  },
  /** What is to be known of a quantity, by its name, in place of its own `caveat`: for other languages. */
  caveats: {} as Named,
  mean: 'mean',
  max: 'max',
  scale: 'scale',
  scales: { linear: 'linear', sqrt: '√ scale', log: 'log' },
  range: 'range of colours',
  ranges: { fit: 'fitted', pointer: 'by pointer' },
  /** From one number to another. */
  span: (low: string, high: string) => `${low} – ${high}`,
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
  combinedHeads: (how: 'sum' | 'mean' | 'max', count: number) =>
    `${how} of ${count} ${count === 1 ? 'head' : 'heads'}`,
  layout: 'tokens',
  layouts: { vertical: 'below each other', horizontal: 'side by side' },
  scrolling: 'scrolling',
  scrollChoices: { together: 'together', apart: 'queries and keys apart' },
  scrolledApart: 'scrolled apart',
  /** What a token reaches out of sight; how many lines is not known of every token. */
  beyondSight,
  beyond: (end: 'before' | 'after', lines: number | undefined, share: string) =>
    `${end} what is in sight: ${beyondSight(lines, share)}`,
  goToStrongest: (token: string) => `go to the strongest there: ${token}`,
  overviewOf: (side: string) => `overview of ${side}`,
  tokensInSight: (first: number, last: number, count: number) =>
    `positions ${number(first)} to ${number(last)} of ${number(count)} tokens`,
  linesInSight: (lines: number) => `${counted(lines, 'line')} in sight`,
  keepsSome: 'some keys only',
  keepsSomeHelp: 'the source keeps only the largest weights of each query',
  notKept: (share: string) => `${share} of this query’s weight is not kept`,
  previous: (what: string) => `previous ${what}`,
  next: (what: string) => `next ${what}`,
  /** A position, or a number of tokens. */
  count: number,
  queries: 'queries',
  keys: 'keys',
  strongestInSight: 'Strongest in sight',
  queryLooksAt: (token: string) => `Query “${token}” looks at`,
  allSegments: 'all',
  pairs: 'segments',
  showHead: (head: number) => `head ${head}`,
  swatchHelp: (head: number) => `head ${head}: click shows or hides it, double-click shows it alone`,
  options: 'options',
  undo: 'undo',
  granularity: 'rows and columns',
  granularities: { token: 'tokens', word: 'words', sentence: 'sentences', segment: 'segments' },
  merged: { word: 'merged into words', sentence: 'merged into sentences', segment: 'merged into segments' },
  hide: 'leave out keys',
  hideChoices: { none: 'none', first: 'first token', special: 'special tokens' },
  hiddenChips: { none: '', first: 'first token hidden', special: 'special tokens hidden' },
  hiddenTokens: (count: number) => `${count} ${count === 1 ? 'token' : 'tokens'} hidden`,
  /** On a click that hides tokens: which, as in `hideChoices`, and their share of the weight, from 0 to 1. */
  hideOffer: (tokens: string, share: number) => `hide ${tokens} (${Math.round(share * 100)} %)`,
  hideHelp: 'takes so much of the weight that little else is seen: a click leaves it out',
  renormalize: 'renormalise',
  renormalized: 'renormalised',
  reset: 'reset zoom',
  cancel: 'cancel',
  zoomed: 'zoomed',
  locked: 'locked · Esc',
  /** How far weights that are looked at have been read, from 0 to 1; 0 where it is not known. */
  readingShare: (share: number) =>
    share > 0 ? `reading weights ${Math.floor(share * 100)} %` : 'reading weights …',
  sampled: 'sampled: some weights of each pixel',
  sampledHelp: 'A first look. A large weight may be missing until all weights have been read.',
  weights: 'weights',
  /** Numbers that are no weights, by the name of their quantity. */
  numbersOf: (quantity: string) => `numbers (${quantity})`,
  /** Of a table of the largest weights, where the browser cannot draw. */
  strongestOf: (shown: number, total: number, what: string) =>
    `the ${number(shown)} strongest of ${number(total)} ${what}`,
  tooManyToRank: (total: number, what: string) =>
    `${number(total)} ${what} are too many for a table: choose a query`,
  linesDrawn: (drawn: number, total: number, what: string) => `${number(drawn)} of ${number(total)} ${what}`,
  /** Of a key that the lens leaves out. */
  leftOut: 'left out',
  cannotSee: 'a later position: this query cannot see it',
  rank: (rank: number, count: number) => `${ordinal(rank)} of ${number(count)} in its row`,
  place: (layer: number, head: string) => `layer ${layer}, head ${head}`,
  placeOf: (layer: number, what: string) => `layer ${layer}, ${what}`,
  heatmapHelp:
    'Arrow keys move over the cells, Enter locks a cell, Escape lets it go, plus and minus zoom, 0 shows the whole matrix. With Shift the wheel zooms keys alone, with Alt queries. Shift and drag zooms to a box, Control and C copies the numbers.',
  headViewHelp:
    'Up and down move over the tokens, left and right between queries and keys, Enter locks a token, Escape lets it go.',
  overview: 'Overview',
  /** Titles of a heatmap's axes: whether each label is written, every n-th, or positions in their place. */
  queryAxis: (shown: number | 'positions') => `${shownLabels(shown, 'query', 'queries')} ↓`,
  keyAxis: (shown: number | 'positions') => `${shownLabels(shown, 'key', 'keys')} →`,
  /** A token where others look the same. */
  tokenAt: (label: string, position: number) => `${label}·${number(position)}`,
  /** A query and the key it looks at. */
  pair: (query: string, key: string) => `${query.trim()} → ${key.trim()}`,
  /** What a number belongs to, and the number, as a screen reader says them. */
  fact: (name: string, value: string) => `${name} ${value}`,
  /** Where, and what is told of it. */
  told: (place: string, what: string) => (place ? `${place}: ${what}` : what),
  list: (parts: readonly string[]) => parts.join(', '),
  empty: 'No attention yet',
  emptyHint: 'Pass a trace, or attention and tokens.',
  /** While a file is being read. */
  loading: 'Reading the file …',
  errorTitle: 'This attention cannot be drawn',
  errorFound: 'found',
  errorExpected: 'expected',
  hint: 'hover, click to lock',
};

export type SharedLabels = typeof sharedLabels;
