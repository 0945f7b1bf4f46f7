import type { Token } from '../trace/index.js';
import { keyAxis, queryAxis, type LabelsShown } from './axis-texts.js';
import { labelWidthPx, titleWidthPx, widestLabelPx } from './label-width.js';
import type { Rect } from './rect.js';
import { written } from './written.js';

export interface Size {
  width: number;
  height: number;
}

/** The texts around the plot. */
export interface HeatmapTexts {
  queryTokens: readonly Token[];
  keyTokens: readonly Token[];
  /** The titles of the axes; longer if not every label has room. */
  queryTitle: (shown: LabelsShown) => string;
  keyTitle: (shown: LabelsShown) => string;
}

/** Where the parts of a heatmap lie in its box, in CSS pixels, independent of the viewport. */
export interface HeatmapLayout {
  plot: Rect;
  /** The room for a label of a query, and of a key. */
  queryLabelPx: number;
  keyLabelPx: number;
  /** Room for more than the plot, beside it or below; null if there is none. */
  aside: Rect | null;
  below: boolean;
  /** How high the box needs to be: a small matrix needs no high box. */
  naturalPx: number;
}

/** The largest size of a cell in a small matrix, and in a long and narrow one. */
const largestCellPx = 44;
const largestStripPx = 96;
/** How much longer than wide a cell may be. */
const mostAspect = 1.7;
/** If the plot would fill less than this share of its room in one direction, it takes all of that room, and its cells are not square. */
const leastFill = 0.4;

const labelGapPx = 8;
const keyLabelLean = 0.79;
const titleHeightPx = 38;
const bottomPx = 14;
const asideWidthPx = 260;
const asideHeightPx = 236;
/** From this width on there is room beside the plot. */
const wideFromPx = 720;
const belowHeightPx = 200;
/** The height of a view's body by default. */
const usualHeightPx = 524;

/** @param aside whether there is anything to show beside the plot where there is room */
export function layOutHeatmap(box: Size, texts: HeatmapTexts, aside = true): HeatmapLayout {
  const { plot } = layOutWith(box, texts, { queries: 1, keys: 1 }, aside);
  const rows = texts.queryTokens.length;
  const cols = texts.keyTokens.length;
  const queries = queryAxis({ start: 0, count: rows, total: rows, lengthPx: plot.height }).shown;
  const keys = keyAxis({ start: 0, count: cols, total: cols, lengthPx: plot.width }).shown;
  return layOutWith(box, texts, { queries, keys }, aside);
}

function layOutWith(
  box: Size,
  texts: HeatmapTexts,
  shown: { queries: LabelsShown; keys: LabelsShown },
  aside: boolean,
): HeatmapLayout {
  const wide = aside && box.width >= wideFromPx;
  const below = aside && !wide && box.height > box.width + belowHeightPx - 40;
  const gutter = gutterOf(texts, box.width, {
    short: [texts.queryTitle(1), texts.keyTitle(1)],
    full: [texts.queryTitle(shown.queries), texts.keyTitle(shown.keys)],
  });
  const rows = texts.queryTokens.length;
  const cols = texts.keyTokens.length;
  const sizeIn = (height: number): Size =>
    plotSize(
      {
        width: Math.max(box.width - gutter.left - gutter.right - (wide ? asideWidthPx : 0), 1),
        height: Math.max(height - gutter.top - bottomPx, 1),
      },
      rows,
      cols,
    );
  const size = sizeIn(below ? box.height - belowHeightPx : box.height);
  const groupPx = gutter.left + size.width + gutter.right + (wide ? asideWidthPx : 0);
  const left = Math.max(0, Math.floor((box.width - groupPx) / 2));
  const neededIn = (height: number): number => gutter.top + sizeIn(height).height + bottomPx;
  // Twice, as only a high box stretches strips.
  const natural = neededIn(neededIn(usualHeightPx));
  const beside = { x: left + groupPx - asideWidthPx, y: 0, width: asideWidthPx, height: box.height };
  const under = { x: 0, y: box.height - belowHeightPx, width: box.width, height: belowHeightPx };
  return {
    plot: { x: left + gutter.left, y: gutter.top, ...size },
    queryLabelPx: gutter.left - labelGapPx - 3,
    keyLabelPx: gutter.keyLabelPx + 8,
    aside: wide ? beside : below ? under : null,
    below,
    naturalPx: Math.ceil(wide ? Math.max(natural, asideHeightPx) : natural),
  };
}

/** The room around the plot for labels and titles, in CSS pixels. */
function gutterOf(
  { queryTokens, keyTokens }: HeatmapTexts,
  widthPx: number,
  titles: { short: string[]; full: string[] },
) {
  const widest = (of: readonly string[]): number => Math.max(...of.map(titleWidthPx));
  const keyLabelPx = widestLabelPx(keyTokens, 100);
  const queryLabelPx = Math.max(
    widestLabelPx(queryTokens, Math.min(120, widthPx * 0.28)),
    labelWidthPx(written(queryTokens.length)),
    widest(titles.short) - labelGapPx,
    // On a narrow page the plot needs the room more.
    Math.min(widest(titles.full) - labelGapPx, widthPx * 0.14),
  );
  return {
    left: Math.ceil(queryLabelPx) + 22,
    top: Math.max(Math.ceil(keyLabelPx * keyLabelLean) + 22, titleHeightPx + 8),
    /** The last labels at the top extend beyond the plot's edge. */
    right: Math.ceil(Math.max(keyLabelPx * 0.5, 16)),
    keyLabelPx,
  };
}

/**
 * The size of the plot, as large as its room allows, with about square cells; if there are far more keys than queries, or the reverse, it
 * is stretched to fill its room.
 */
function plotSize(room: Size, rows: number, cols: number): Size {
  const fit = {
    width: Math.min(room.width / cols, largestCellPx),
    height: Math.min(room.height / rows, largestCellPx),
  };
  const side = Math.min(fit.width, fit.height) * mostAspect;
  const cell = { width: Math.min(fit.width, side), height: Math.min(fit.height, side) };
  if (cell.width < largestCellPx && cell.height * rows < room.height * leastFill)
    cell.height = Math.min(room.height / rows, largestStripPx);
  if (cell.height < largestCellPx && cell.width * cols < room.width * leastFill)
    cell.width = Math.min(room.width / cols, largestStripPx);
  // In whole pixels, as canvases are.
  return { width: Math.floor(cell.width * cols), height: Math.floor(cell.height * rows) };
}
