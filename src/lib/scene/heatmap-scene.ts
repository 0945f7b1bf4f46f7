import type { Matrix, Token } from '../trace/index.js';
import { keyAxis, queryAxis, type AxisLabel, type LabelsShown } from './axis-texts.js';
import type { HeatmapLayout } from './heatmap-layout.js';
import { cutMiddle, titleWidthPx } from './label-width.js';
import type { Point, Rect } from './rect.js';
import { cellRect, type MatrixSize, type Viewport } from './viewport.js';

/** One line of text. */
export interface SceneText {
  text: string;
  /** The text before it was cut. */
  full: string;
  /** The point where the text starts, ends or is centred, as `anchor` says, in the middle of its height; it is rotated about this point. */
  x: number;
  y: number;
  anchor: 'start' | 'middle' | 'end';
  /** In degrees, clockwise. */
  angle: number;
  /** Its largest length. */
  roomPx: number;
  kind: 'token' | 'position' | 'title';
  /** For a label: the position of its query or key. */
  position: number | null;
}

/** The cells that fill the plot, and the colours of their values. */
export interface SceneCells {
  matrix: Matrix;
  scale: 'linear' | 'sqrt' | 'log';
  /** The values at the two ends of the colour table. */
  range: readonly [low: number, high: number];
  /** 256 colours, three bytes each: red, green, blue. */
  table: Uint8Array;
  /** Cells whose key is more than this beyond their row cannot hold a value; null if every cell can. */
  causalOffset: number | null;
  /** Keys that are left out. */
  hiddenKeys: ReadonlySet<number>;
}

/** What lies where in a heatmap, in CSS pixels from the corner of its box; it is drawn, hit-tested and exported. */
export interface HeatmapScene {
  size: MatrixSize;
  /** Where the cells of the viewport lie. */
  plot: Rect;
  viewport: Viewport;
  queryLabels: readonly SceneText[];
  keyLabels: readonly SceneText[];
  titles: readonly SceneText[];
  /** Null until the matrix can be read. */
  cells: SceneCells | null;
}

export interface HeatmapWords {
  queryTitle: (shown: LabelsShown) => string;
  keyTitle: (shown: LabelsShown) => string;
  /** How a position is written. */
  position: (position: number) => string;
}

const keyAngle = -52;

export function heatmapScene(
  layout: HeatmapLayout,
  viewport: Viewport,
  { queryTokens, keyTokens }: { queryTokens: readonly Token[]; keyTokens: readonly Token[] },
  words: HeatmapWords,
  cells: SceneCells | null,
): HeatmapScene {
  const { plot } = layout;
  const size = { rows: queryTokens.length, cols: keyTokens.length };
  const { query, queries, key, keys } = viewport;
  const down = queryAxis({ start: query, count: queries, total: size.rows, lengthPx: plot.height });
  const across = keyAxis({ start: key, count: keys, total: size.cols, lengthPx: plot.width });
  const labelOf = (tokens: readonly Token[], { position, kind }: AxisLabel, roomPx: number) => {
    const token = tokens[position]!;
    const full = kind === 'position' ? words.position(token.position) : token.label;
    return { full, text: cutMiddle(full, roomPx), kind, position, roomPx };
  };
  const edge = { x: plot.x - 8, y: plot.y - 8 };
  return {
    size,
    plot,
    viewport,
    cells,
    queryLabels: down.labels.map((label) => ({
      ...labelOf(queryTokens, label, layout.queryLabelPx),
      ...{ x: edge.x, y: plot.y + label.atPx, anchor: 'end', angle: 0 },
    })),
    keyLabels: across.labels.map((label) => {
      const upright = label.kind === 'position';
      return {
        ...labelOf(keyTokens, label, layout.keyLabelPx),
        x: plot.x + label.atPx - (upright ? 0 : 4),
        y: upright ? plot.y - 12 : edge.y,
        anchor: upright ? 'middle' : 'start',
        angle: upright ? 0 : keyAngle,
      };
    }),
    titles: [
      title(words.keyTitle, across.shown, edge.x, plot.y - 28),
      title(words.queryTitle, down.shown, edge.x, plot.y - 13),
    ],
  };
}

/** The title of an axis, which also says which labels are shown, if there is room. */
function title(words: HeatmapWords['keyTitle'], shown: LabelsShown, x: number, y: number): SceneText {
  const full = words(shown);
  const text = titleWidthPx(full) <= x ? full : words(1);
  return { text, full, x, y, anchor: 'end', angle: 0, roomPx: x, kind: 'title', position: null };
}

/** The cell at a point; null outside the plot. */
export function cellAt(scene: HeatmapScene, { x, y }: Point): { query: number; key: number } | null {
  const { plot, viewport } = scene;
  const across = (x - plot.x) / plot.width;
  const down = (y - plot.y) / plot.height;
  if (!(across >= 0 && across < 1 && down >= 0 && down < 1)) return null;
  return {
    query: Math.floor(viewport.query + down * viewport.queries),
    key: Math.floor(viewport.key + across * viewport.keys),
  };
}

/** A frame around what is looked at. */
export interface Frame {
  kind: 'row' | 'column' | 'cell';
  rect: Rect;
}

/** The frames around a row, a column and the cell where they meet; they may lie outside the plot. */
export function frames(scene: HeatmapScene, at: { query: number | null; key: number | null }): Frame[] {
  const { viewport, plot } = scene;
  const found: Frame[] = [];
  if (at.query !== null)
    found.push({ kind: 'row', rect: cellRect(viewport, plot, at.query, viewport.key, 1, viewport.keys) });
  if (at.key !== null)
    found.push({
      kind: 'column',
      rect: cellRect(viewport, plot, viewport.query, at.key, viewport.queries, 1),
    });
  if (at.query !== null && at.key !== null)
    found.push({ kind: 'cell', rect: cellRect(viewport, plot, at.query, at.key) });
  return found;
}

/** The rectangles of columns in sight, such as those of hidden keys; columns less than a pixel apart are joined. */
export function columns({ viewport, plot }: HeatmapScene, keys: Iterable<number>): Rect[] {
  const seen = [...keys].filter((key) => key > viewport.key - 1 && key < viewport.key + viewport.keys);
  const runs: Rect[] = [];
  for (const key of seen.sort((a, b) => a - b)) {
    const rect = cellRect(viewport, plot, viewport.query, key, viewport.queries, 1);
    const last = runs.at(-1);
    if (last && rect.x - (last.x + last.width) < 1) last.width = rect.x + rect.width - last.x;
    else runs.push(rect);
  }
  return runs;
}
