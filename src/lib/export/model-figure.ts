import { layerColors, type Scale } from '../render/colors/index.js';
import type { Rect } from '../scene/rect.js';
import { isSigned, type Block } from '../trace/index.js';
import { chromeColors } from '../views/kit/palette.js';
import { colorTables } from '../views/kit/value-colors.js';
import type { GridHead, GridRow } from '../views/model-view/arrange.js';
import { formatMeasure } from '../views/kit/format-measure.js';
import { captionPx, gapPx, type GridLayout } from '../views/model-view/grid-layout.js';
import type { ModelViewOptions } from '../views/model-view/options.js';
import { captionOf, quantityName, type Shown } from './caption.js';
import {
  makeFigure,
  type Figure,
  type FigureOptions,
  type Mark,
  type Tables,
  type TextMark,
} from './figure.js';
import { figureScale } from './heatmap-figure.js';
import { deflatedRows } from './png.js';
import { mostCells } from './read-cells.js';

/** What a thumbnail is made of: what is read of a head, and what of that is drawn. */
interface Format {
  kind: 'lines' | 'matrix';
  width: number;
  height: number;
  channels: 1 | 2;
  request: Parameters<ReturnType<Shown['stream']['matrix']>['block']>[0] & {
    rowLevel: number;
    colLevel: number;
  };
  make(block: Block): Uint8Array;
}

/** A model view to make a figure of. */
export interface ModelShown extends Shown {
  options: ModelViewOptions;
  rows: readonly GridRow[];
  layout: GridLayout;
  format: Format;
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
  const { rows, layout, stream, labels, options, seen, range, scale } = shown;
  const cols = Math.max(...rows.map(({ heads }) => heads.length), 0);
  const heads: Mark[] = [];
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
      if (inSight(cell)) heads.push(...(await headMarks(shown, head, layer === undefined, cell, signal)));
    }
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
  const clipped = (marks: Mark[], x: number, y: number): Mark =>
    seen
      ? { kind: 'group', clip: { x, y, width: seen.width - x, height: seen.height - y }, marks }
      : { kind: 'group', marks };
  const left = Math.max(at.x, 0) + labelPx;
  const signed = isSigned(stream.quantity);
  const tables = tablesOf(range);
  const name = labels.list([quantityName(stream, labels), labels.scales[scale]]);
  return makeFigure([clipped(heads, left, headerPx), clipped(across, 0, headerPx), clipped(above, left, 0)], {
    scales:
      options.thumbnail === 'matrix' || signed ? [figureScale(name, stream, { range, scale }, tables)] : [],
    caption: captionOf(
      shown,
      labels.layersByHeads(new Set(rows.flatMap(({ heads }) => heads.map((one) => one.layer))).size, cols),
      options,
      shown.notes,
    ),
  });
}

const tablesOf = (range: ModelShown['range']): Tables => {
  const { light, dark } = colorTables(range);
  return [light, dark];
};

const label = (text: string, x: number, y: number): TextMark => ({
  kind: 'text',
  text,
  ...{ x, y },
  anchor: 'middle',
  sizePx: 11.5,
  ink: chromeColors.muted,
});

/** A tile, its thumbnail, and where heads are ordered, the head and its measure below it. */
async function headMarks(
  shown: ModelShown,
  head: GridHead,
  mixed: boolean,
  cell: Rect,
  signal?: AbortSignal,
): Promise<Mark[]> {
  const { layout, labels } = shown;
  const tile = {
    x: cell.x + gapPx / 2,
    y: cell.y + gapPx / 2,
    width: cell.width - gapPx,
    height: cell.height - gapPx,
  };
  const { x, y, width, height } = layout.thumbnail;
  const marks: Mark[] = [{ kind: 'box', rect: tile, fill: chromeColors.tile, radiusPx: 5 }];
  if (shown.isChosen(head)) {
    const rect = { x: tile.x - 1, y: tile.y - 1, width: tile.width + 2, height: tile.height + 2 };
    marks.push({ kind: 'box', rect, line: chromeColors.accent, linePx: 2, radiusPx: 6 });
  }
  marks.push(...(await thumbnail(shown, head, { x: cell.x + x, y: cell.y + y, width, height }, signal)));
  if (head.value === undefined) return marks;
  const middle = tile.y + tile.height - captionPx + 7.5;
  const name = mixed ? labels.shortPlace(head.layer, head.head) : String(head.head);
  const text = { kind: 'text', y: middle, sizePx: 11 } as const;
  marks.push(
    { ...text, text: name, x: tile.x + 5, anchor: 'start', ink: chromeColors.muted },
    {
      ...text,
      text: formatMeasure(head.value),
      x: tile.x + tile.width - 5,
      anchor: 'end',
      ink: chromeColors.ink,
    },
  );
  return marks;
}

/** What is drawn of a head: a picture of its lines, or its cells. A head that cannot be read has a mark in place of it. */
async function thumbnail(
  { stream, format, range }: ModelShown,
  { layer, head }: GridHead,
  rect: Rect,
  signal?: AbortSignal,
): Promise<Mark[]> {
  let block: Block;
  try {
    block = await stream.matrix(layer, head).block(format.request, { signal });
  } catch {
    signal?.throwIfAborted();
    const middle = { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 };
    return [{ ...label('!', middle.x, middle.y), ink: chromeColors.danger, bold: true }];
  }
  const made = format.make(block);
  const { width: cols, height: rows, channels } = format;
  if (format.kind === 'matrix') {
    const { rowLevel, colLevel } = format.request;
    const seen = (row: number): number => Math.min((row + 1) * 2 ** rowLevel, stream.queryTokens.length);
    const possible = Uint32Array.from({ length: rows }, (_, row) =>
      stream.causal ? Math.min(cols, Math.ceil(seen(row) / 2 ** colLevel)) : cols,
    );
    return [
      {
        kind: 'cells',
        rect,
        x: { startPx: rect.x, cellPx: rect.width / cols, count: cols, gapPx: 0 },
        y: { startPx: rect.y, cellPx: rect.height / rows, count: rows, gapPx: 0 },
        places: made,
        possible,
        tables: tablesOf(range),
        // Many heads have many cells together.
        picture: rows * cols > mostCells / 100 ? await deflatedRows(made, cols) : undefined,
      },
    ];
  }
  const inkOf = (channel: number) =>
    channels === 1
      ? ([
          layerColors(stream.layers.at(-1)! + 1, 'light')[layer]!,
          layerColors(stream.layers.at(-1)! + 1, 'dark')[layer]!,
        ] as const)
      : channel === 0
        ? chromeColors['positive-line']
        : chromeColors['negative-line'];
  return Promise.all(
    Array.from({ length: channels }, async (_, channel): Promise<Mark> => ({
      kind: 'cover',
      ...{ rect, cols, rows },
      picture: await deflatedRows(
        made.filter((_, i) => i % channels === channel),
        cols,
      ),
      ink: inkOf(channel),
    })),
  );
}
