import { layerColors, type Scale } from '../render/colors/index.js';
import { widened, type Rect } from '../scene/rect.js';
import type { ThumbnailFormat } from '../scene/thumbnail-format.js';
import { isSigned, type Block } from '../trace/index.js';
import { chromeColors } from '../views/kit/palette.js';
import type { GridHead, GridRow } from '../views/model-view/arrange.js';
import { formatMeasure } from '../views/kit/format-measure.js';
import { captionPx, gapPx, type GridLayout } from '../views/model-view/grid-layout.js';
import type { ModelViewOptions } from '../views/model-view/options.js';
import { captionOf, quantityName, type Shown } from './caption.js';
import { makeFigure, type Figure, type FigureOptions, type Ink, type Mark, type TextMark } from './figure.js';
import { figureScale } from './heatmap-figure.js';
import { inksOf, tablesOf, textMark } from './marks.js';
import { deflatedRows } from './png.js';
import { mostCells, possibleCells } from './read-cells.js';

/** A model view to make a figure of. */
export interface ModelShown extends Shown {
  options: ModelViewOptions;
  rows: readonly GridRow[];
  layout: GridLayout;
  format: ThumbnailFormat;
  range: readonly [number, number];
  scale: Scale;
  /** What stands over each column, and beside each row. */
  columnLabel: (col: number) => string;
  isChosen: (head: GridHead) => boolean;
  /** How far the grid is scrolled, where it begins, and the box that is seen; without it all of the grid is shown. */
  seen?: { top: number; left: number; startPx: number; width: number; height: number };
  notes: readonly string[];
}

/** The figure of a model view: a tile a head with its thumbnail, labels at the margins. */
export async function modelFigure(shown: ModelShown, { signal }: FigureOptions): Promise<Figure> {
  const { rows, layout, stream, labels, options, seen, range, scale, format } = shown;
  const cols = Math.max(...rows.map(({ heads }) => heads.length), 0);
  const tiles: Tile[] = [];
  const at = { x: (seen?.startPx ?? 0) - (seen?.left ?? 0), y: -(seen?.top ?? 0) };
  const { cellWidth, cellHeight, labelPx, headerPx } = layout;
  const inSight = ({ x, y, width, height }: Rect): boolean =>
    !seen ||
    (x + width > labelPx + seen.startPx && y + height > headerPx && x < seen.width && y < seen.height);
  const cellOf = (row: number, col: number): Rect => ({
    x: at.x + labelPx + col * cellWidth,
    y: at.y + headerPx + row * cellHeight,
    width: cellWidth,
    height: cellHeight,
  });
  for (const [row, { layer, heads: each }] of rows.entries())
    for (const [col, head] of each.entries()) {
      signal?.throwIfAborted();
      const cell = cellOf(row, col);
      if (inSight(cell))
        tiles.push({ head, cell, named: layer === undefined, block: await read(shown, head, signal) });
    }
  // Few lines stay lines: more are a picture a head, as the screen has them.
  const lines = tiles.reduce((sum, { block }) => sum + (block ? (format.lines?.(block).length ?? 0) : 0), 0);
  const heads: Mark[] = [];
  for (const tile of tiles) heads.push(...(await headMarks(shown, tile, lines <= mostCells)));
  const across = rows.flatMap(({ layer }, row): Mark[] => {
    const { y } = cellOf(row, 0);
    if (layer === undefined || !inSight({ ...cellOf(row, 0), x: labelPx + (seen?.startPx ?? 0) })) return [];
    const x = Math.max(at.x, 0) + labelPx / 2;
    const middle = y + cellHeight / 2;
    if (row > 0) return [label(String(layer), x, middle)];
    return [label(labels.layer, x, middle - 9), label(String(layer), x, middle + 6.5)];
  });
  const above = Array.from({ length: cols }, (_, col): Mark[] => {
    const cell = { ...cellOf(0, col), y: headerPx };
    const text = shown.columnLabel(col);
    return text && inSight(cell) ? [label(text, cell.x + cellWidth / 2, 12)] : [];
  }).flat();
  const clipped = (marks: Mark[], x: number, y: number): Mark => {
    const clip = seen && { x, y, width: seen.width - x, height: seen.height - y };
    return { kind: 'group', clip, marks };
  };
  const left = Math.max(at.x, 0) + labelPx;
  const hasScale = options.thumbnail === 'matrix' || isSigned(stream.quantity);
  const name = labels.list([quantityName(stream, labels), labels.scales[scale]]);
  return makeFigure([clipped(heads, left, headerPx), clipped(across, 0, headerPx), clipped(above, left, 0)], {
    scales: hasScale ? [figureScale(name, stream, { range, scale })] : [],
    caption: captionOf(
      shown,
      labels.layersByHeads(new Set(rows.flatMap(({ heads }) => heads.map((one) => one.layer))).size, cols),
      options,
      shown.notes,
    ),
  });
}

const label = (text: string, x: number, y: number): TextMark => textMark(text, { x, y, anchor: 'middle' });

/** A head where it lies, and what was read of it: nothing where it cannot be read. */
interface Tile {
  head: GridHead;
  cell: Rect;
  /** Whether its layer is written beside its head. */
  named: boolean;
  block: Block | undefined;
}

async function read(
  { stream, format }: ModelShown,
  { layer, head }: GridHead,
  signal?: AbortSignal,
): Promise<Block | undefined> {
  try {
    return await stream.matrix(layer, head).block(format.request, { signal });
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}

/** A tile, its thumbnail, and where heads are ordered, the head and its measure below it. */
async function headMarks(shown: ModelShown, tile: Tile, asPaths: boolean): Promise<Mark[]> {
  const { layout, labels } = shown;
  const { head, cell, named } = tile;
  const box = widened(cell, -gapPx / 2);
  const { x, y, width, height } = layout.thumbnail;
  const marks: Mark[] = [{ kind: 'box', rect: box, fill: chromeColors.tile, radiusPx: 5 }];
  if (shown.isChosen(head))
    marks.push({ kind: 'box', rect: widened(box, 1), line: chromeColors.accent, linePx: 2, radiusPx: 6 });
  const rect = { x: cell.x + x, y: cell.y + y, width, height };
  marks.push(...(await thumbnail(shown, tile, rect, asPaths)));
  if (head.value === undefined) return marks;
  const name = named ? labels.shortPlace(head.layer, head.head) : String(head.head);
  const left = { x: box.x + 5, y: box.y + box.height - captionPx + 7.5, sizePx: 11 };
  const right = { ...left, x: box.x + box.width - 5, anchor: 'end', ink: chromeColors.ink } as const;
  marks.push(textMark(name, left), textMark(formatMeasure(head.value), right));
  return marks;
}

/** What is drawn of a head: its lines, a picture of them, or its cells. A head that cannot be read has a mark in place of it. */
function thumbnail(
  shown: ModelShown,
  { head, block }: Tile,
  rect: Rect,
  asPaths: boolean,
): Mark[] | Promise<Mark[]> {
  if (!block) {
    const middle = { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 };
    return [{ ...label('!', middle.x, middle.y), ink: chromeColors.danger, bold: true }];
  }
  if (shown.format.kind === 'matrix') return cellMarks(shown, block, rect);
  return asPaths ? [lineMarks(shown, head, block, rect)] : lineCovers(shown, head, block, rect);
}

async function cellMarks({ stream, format, range }: ModelShown, block: Block, rect: Rect): Promise<Mark[]> {
  const { width: cols, height: rows } = format;
  const { rowLevel, colLevel } = format.request;
  const places = format.make(block);
  const [down, across] = [
    { first: 0, count: rows, level: rowLevel },
    { first: 0, count: cols, level: colLevel },
  ];
  return [
    {
      kind: 'cells',
      rect,
      x: { startPx: rect.x, cellPx: rect.width / cols, count: cols, gapPx: 0 },
      y: { startPx: rect.y, cellPx: rect.height / rows, count: rows, gapPx: 0 },
      places,
      possible: possibleCells(down, across, stream.queryTokens.length, stream.causal ? 0 : null),
      tables: tablesOf(range),
      // Many heads have many cells together.
      picture: rows * cols > mostCells / 100 ? await deflatedRows(places, cols) : undefined,
    },
  ];
}

/** The colour of lines: that of the layer, or of signed numbers that of their sign. */
function inkOf({ stream, format }: ModelShown, { layer }: GridHead, channel: number): Ink {
  if (format.channels === 2) return chromeColors[channel === 0 ? 'positive-line' : 'negative-line'];
  return inksOf((theme) => layerColors(stream.layers.at(-1)! + 1, theme))[layer]!;
}

function lineMarks(shown: ModelShown, head: GridHead, block: Block, rect: Rect): Mark {
  const scale = rect.height / shown.format.height;
  const at = (x: number, y: number) => ({ x, y: rect.y + y * scale });
  const lines = shown.format.lines!(block).toSorted((a, b) => a.channel - b.channel);
  const marks = lines.map(({ fromY, toY, weight, thickness, channel }): Mark => ({
    kind: 'line',
    from: at(rect.x, fromY),
    to: at(rect.x + rect.width, toY),
    horizontal: false,
    ink: inkOf(shown, head, channel),
    opacity: weight,
    widthPx: thickness * scale,
  }));
  return { kind: 'group', clip: rect, marks };
}

function lineCovers(shown: ModelShown, head: GridHead, block: Block, rect: Rect): Promise<Mark[]> {
  const { width: cols, height: rows, channels } = shown.format;
  const made = shown.format.make(block);
  return Promise.all(
    Array.from({ length: channels }, async (_, channel): Promise<Mark> => ({
      kind: 'cover',
      ...{ rect, cols, rows },
      picture: await deflatedRows(
        made.filter((_, i) => i % channels === channel),
        cols,
      ),
      ink: inkOf(shown, head, channel),
    })),
  );
}
