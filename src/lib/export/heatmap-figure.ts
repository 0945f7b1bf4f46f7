import { fromUnit } from '../render/colors/index.js';
import { columns, frames, type HeatmapScene, type SceneText } from '../scene/heatmap-scene.js';
import { chromeColors } from '../views/kit/palette.js';
import { formatValue } from '../views/kit/numbers.js';
import type { HeatmapOptions } from '../views/heatmap/options.js';
import { captionOf, quantityName, runNote, type Shown } from './caption.js';
import {
  makeFigure,
  type Figure,
  type FigureOptions,
  type FigureScale,
  type Mark,
  type Tables,
  type TextMark,
} from './figure.js';
import { tablesOf, textMark } from './marks.js';
import { readCells, type ReadCells } from './read-cells.js';

/** A heatmap to make a figure of. */
export interface HeatmapShown extends Shown {
  scene: HeatmapScene;
  tables: Tables;
  /** `layer 3, head 1`. */
  place: string;
  options: HeatmapOptions;
  /** The query, key or cell that has a frame. */
  framed?: { query: number | null; key: number | null };
}

/** The figure of a heatmap: its cells as far as its plot has pixels for them, with the texts and frames round them. */
export async function heatmapFigure(
  shown: HeatmapShown,
  { pixelRatio = 1, signal }: FigureOptions = {},
): Promise<Figure> {
  const { scene, tables, labels, stream, framed } = shown;
  const { cells, plot } = scene;
  if (!cells) throw new Error(labels.reading);
  const read = await readCells(scene, cells, tables, pixelRatio, signal);
  const leftOut = columns(scene, cells.hiddenKeys);
  const active = framed ?? { query: null, key: null };
  const inFrame = frames(scene, active).map(({ kind, rect }): Mark => {
    return { kind: 'box', rect, line: chromeColors.accent, linePx: kind === 'cell' ? 2 : 1 };
  });
  const marks: Mark[] = [
    ...read.marks,
    ...(leftOut.length > 0
      ? [{ kind: 'hatch', of: 'left-out', rects: leftOut, origin: { x: plot.x, y: plot.y } } as const]
      : []),
    { kind: 'box', rect: plot, line: chromeColors.line },
    { kind: 'group', clip: plot, marks: inFrame },
    ...scene.queryLabels.map((text) => textOf(text, text.position === active.query)),
    ...scene.keyLabels.map((text) => textOf(text, text.position === active.key)),
    ...scene.titles.map((text) => textOf(text, false)),
  ];
  return makeFigure(marks, {
    scales: [figureScale(nameOf(shown), stream, cells, tables)],
    caption: captionOf(shown, shown.place, shown.options, notesOf(shown, read)),
  });
}

/** What colours stand for. */
function nameOf({ stream, options: { normalize, scale }, labels }: HeatmapShown): string {
  const name = normalize === 'none' ? quantityName(stream, labels) : labels.normalizations[normalize];
  return scale === 'linear' ? name : labels.list([name, labels.scales[scale]]);
}

export function textOf({ text, x, y, anchor, angle, kind }: SceneText, active: boolean): TextMark {
  const ink = active ? chromeColors.accent : kind === 'token' ? chromeColors.ink : chromeColors.muted;
  return textMark(text, { x, y, anchor, angle, sizePx: kind === 'title' ? 11.5 : 12.5, ink, bold: active });
}

/** The colour bar: the values that its ends and its middle stand for. */
export function figureScale(
  name: string,
  { quantity }: Shown['stream'],
  { range, scale = 'linear' }: Pick<FigureScale, 'range'> & Partial<Pick<FigureScale, 'scale'>>,
  tables = tablesOf(range),
): FigureScale {
  const plain = { ...quantity, unit: undefined };
  const [low, middle, high] = [0, 0.5, 1].map((unit) => formatValue(fromUnit(unit, scale, range), plain));
  return {
    ...{ name, range, scale, tables },
    // Below where a logarithm begins, all look alike.
    written: [scale === 'log' && range[0] >= 0 ? `≤ ${low}` : low!, middle!, high!],
  };
}

function notesOf({ scene, labels }: HeatmapShown, { cellRows, cellCols }: ReadCells): string[] {
  const { viewport, size } = scene;
  const run = (start: number, length: number) => ({
    start: Math.floor(start),
    end: Math.ceil(start + length),
  });
  return [
    runNote(labels.queries, run(viewport.query, viewport.queries), size.rows, labels),
    runNote(labels.keys, run(viewport.key, viewport.keys), size.cols, labels),
    cellRows * cellCols > 1 ? labels.cellIsLargestOf(cellRows, cellCols) : '',
  ];
}
