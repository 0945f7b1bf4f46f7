import { headColumns } from '../scene/head-layout.js';
import type { HeadScene } from '../scene/head-scene.js';
import { pacer } from '../trace/pacer.js';
import { drawnHeads, largestDrawn, opacityOf, type DrawnHead } from '../views/head-view/drawn-heads.js';
import { ruleOf, type EdgeRule } from '../views/head-view/edge-rule.js';
import {
  collectLines,
  has,
  joinLines,
  noLines,
  runOf,
  type HeadLines,
} from '../views/head-view/head-lines.js';
import { lineColors } from '../views/head-view/head-palette.js';
import type { HeadViewOptions } from '../views/head-view/options.js';
import { fittedThreshold, lineRange } from '../views/kit/value-range.js';
import type { Shown } from './caption.js';
import type { Figure, FigureOptions } from './figure.js';
import { headFigure } from './head-figure.js';

/** A head view that need not be on a screen. */
export interface HeadInput extends Shown {
  /** The keys that the lens of the options leaves out. */
  hiddenKeys: ReadonlySet<number>;
  layer: number;
  heads: readonly number[];
  options: HeadViewOptions;
}

/** Weights read before the page gets its turn. */
const weightsPerStep = 2 ** 18;

/** The figure of all tokens of a layer, laid out anew, with all their lines. */
export async function wholeHead(
  { hiddenKeys, ...shown }: HeadInput,
  { width = 720, signal }: FigureOptions,
): Promise<Figure> {
  const { stream, layer, heads, options } = shown;
  const { queryTokens, keyTokens } = stream;
  const drawn = drawnHeads(stream, layer, heads, options.combine);
  const { size: most } = await largestDrawn(drawn, signal);
  const threshold = options.threshold === 'fit' ? fittedThreshold(stream.quantity, most) : options.threshold;
  const runs = {
    query: runOf(stream, 'query', options.querySegment),
    key: runOf(stream, 'key', options.keySegment),
  };
  const scene: HeadScene = {
    columns: headColumns(width, queryTokens, keyTokens, heads.length),
    horizontal: options.layout === 'horizontal',
    tokens: { query: queryTokens, key: keyTokens },
    lines: await readLines(drawn, ruleOf(options, threshold), runs, signal),
    more: noLines,
    look: {
      colors: lineColors(stream, 'light'),
      range: lineRange(stream.quantity, most),
      opacityScale: opacityOf(options.combine, heads.length),
      focus: { query: null, key: null },
    },
  };
  return headFigure({
    ...shown,
    scene,
    threshold,
    rows: { query: { start: 0, end: queryTokens.length }, key: { start: 0, end: keyTokens.length } },
    lookOf: (side, position) => ({
      faint: !has(runs[side], position),
      leftOut: side === 'key' && hiddenKeys.has(position),
    }),
  });
}

type Runs = Readonly<Record<'query' | 'key', { start: number; end: number }>>;

/** All lines of some heads: rows are read some at a time. */
async function readLines(
  drawn: readonly DrawnHead[],
  rule: EdgeRule,
  { query, key }: Runs,
  signal?: AbortSignal,
): Promise<HeadLines> {
  const parts: HeadLines[] = [];
  const pause = pacer(signal);
  for (const { matrix, color } of drawn) {
    const step = Math.max(1, Math.floor(weightsPerStep / matrix.cols));
    for (let row = query.start; row < query.end; row += step) {
      await pause();
      const rows = Math.min(step, query.end - row);
      const block = await matrix.block({ row, col: 0, rows, cols: matrix.cols }, { signal });
      parts.push(collectLines([{ block, color }], rule, query, key));
    }
  }
  return joinLines(parts);
}
