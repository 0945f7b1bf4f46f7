// What is pointed at in each view, and what must come out: to the page, in the tooltip, the status line and to screen readers.
import type { Locator } from 'vitest/browser';
import type { Hover, Selection } from '../../../src/lib/index.js';
import { boxOf, type Point } from '../views/page.js';
import { tokens } from './trace.js';

export type View =
  | 'HeadView'
  | 'Heatmap'
  | 'ModelView'
  | 'NeuronView'
  | 'TokenView'
  | 'BudgetView'
  | 'CompareView'
  | 'EvidenceView'
  | 'GroupView'
  | 'HeadScatter';
export type Place = 'alone' | 'explorer' | 'layout' | 'scaled';
type LensName = 'token' | 'word';

/** Query 4 (“down”), and with a cell key 2 (“s”, or “sat”). */
export const [layer, head, query, key] = [1, 1, 4, 2];
/** Among words it is the one before. */
const seen = { token: query, word: query - 1 };
const count = { token: tokens.length, word: tokens.length - 1 };
/** What the labels of these tests call the head. */
const placeName = `L${layer}H${head}`;

export const middle = (element: Element): Point => {
  const { x, y, width, height } = element.getClientRects()[0]!;
  return { x: x + width / 2, y: y + height / 2 };
};
export const option = (region: Locator, list: string, position: number): Element =>
  region
    .getByRole('listbox', { name: list, exact: true })
    .element()
    .querySelector(`[aria-posinset="${position + 1}"]`)!;

export interface Case {
  name: string;
  place: (region: Locator, lens: LensName) => Point;
  hover: Partial<Hover>;
  selection: Partial<Selection>;
  /** What is told of it, and where it is said to be. */
  tells: RegExp;
  where: string;
  /** Where it is put, and the lenses it has. */
  places: readonly Place[];
  lenses: readonly LensName[];
}

const ofPair = { tells: /^down ⇒ \S+ \d/, where: placeName };
const ofHead = {
  hover: { layer, head, query: null, key: null },
  selection: { layer, heads: [head] },
  where: placeName,
};
const everywhere = {
  places: ['alone', 'explorer', 'layout', 'scaled'],
  lenses: ['token', 'word'],
} as const;
const outsideExplorer = { ...everywhere, places: ['alone', 'layout', 'scaled'] } as const;
/** A cell of a grid of heads. */
const headCell = (region: Locator): Point =>
  middle(region.getByRole('gridcell', { name: new RegExp(`^${placeName}`) }).element());
/** The middle of a cell of a plot of so many rows and columns. */
function cellIn(region: Locator, row: number, column: number, rows: number, columns: number): Point {
  const { x, y, width, height } = boxOf(region.getByRole('application'));
  return { x: x + ((column + 0.5) / columns) * width, y: y + ((row + 0.5) / rows) * height };
}

export const cases: Record<View, Case> = {
  HeadView: {
    ...{ name: 'Heads', ...ofPair, ...everywhere },
    place: (region, lens) => middle(option(region, 'queries', seen[lens])),
    hover: { query, key: null },
    selection: { query, key: null },
  },
  Heatmap: {
    ...{ name: 'Heatmap', ...ofPair, ...everywhere },
    place: (region, lens) => cellIn(region, seen[lens], key, count[lens], count[lens]),
    hover: { query, key },
    selection: { query, key },
  },
  ModelView: {
    ...{ name: 'Model', ...ofHead, ...everywhere, lenses: ['token'] },
    place: headCell,
    tells: /^L1H1/,
  },
  NeuronView: {
    ...{ name: 'Neurons', ...ofPair, ...outsideExplorer, lenses: ['token'] },
    place: (region) => middle(option(region, 'queries', query)),
    hover: { query, key: null },
    selection: { query, key: null },
  },
  TokenView: {
    ...{ name: 'Text', ...ofPair, ...everywhere },
    place: (region, lens) => middle(option(region, 'tokens', seen[lens])),
    hover: { query, key: null },
    selection: { query, key: null },
  },
  BudgetView: {
    ...{ name: 'KV budget', ...outsideExplorer, lenses: ['token'], where: placeName },
    place: (region) => cellIn(region, head, key, 2, count.token),
    hover: { layer, head, query: null, key },
    selection: { layer, key },
    tells: /^s (kept|evicted)/,
  },
  CompareView: {
    // With traces of its own it is linked to nothing.
    ...{ name: 'Compare', ...ofHead, ...everywhere, places: ['alone', 'scaled'] },
    place: headCell,
    tells: /^Jensen–Shannon 0\.\d/,
  },
  EvidenceView: {
    ...{ name: 'Evidence', ...outsideExplorer, lenses: ['token'] },
    place: (region) => middle(option(region, 'keys', key)),
    hover: { query, key },
    selection: { query, key },
    tells: /\d/,
    where: 'down ⇒ s',
  },
  GroupView: {
    ...{ name: 'Groups', ...ofHead, ...outsideExplorer },
    place: headCell,
    tells: /^The cat sat down\. ⇒ The cat sat down\. 1\.00/,
  },
  HeadScatter: {
    ...{ name: 'Scatter of heads', ...ofHead, ...outsideExplorer },
    place: (region) => middle(region.getByRole('option', { name: new RegExp(`^${placeName}`) }).element()),
    tells: /\d; .*\d/,
  },
};
