import { isSigned } from '../trace/index.js';
import { causalOffset, largestSeen } from '../scene/heatmap-cells.js';
import { layOutHeatmap } from '../scene/heatmap-layout.js';
import { heatmapScene } from '../scene/heatmap-scene.js';
import { clampViewport, wholeMatrix } from '../scene/viewport.js';
import type { Range, ColorTable } from '../render/colors/index.js';
import { tableOf, type ColorName } from '../views/heatmap/color-tables.js';
import { matrixOf, matrixPlace } from '../views/heatmap/matrix-of.js';
import { normalizeMatrix } from '../views/heatmap/normalize-matrix.js';
import type { HeatmapOptions } from '../views/heatmap/options.js';
import type { Shown } from './caption.js';
import type { Figure, FigureOptions } from './figure.js';
import { heatmapFigure } from './heatmap-figure.js';

/** A heatmap that need not be on a screen. */
export interface HeatmapInput extends Shown {
  /** The keys that the lens of the options leaves out. */
  hiddenKeys: ReadonlySet<number>;
  layer: number;
  head: number;
  options: HeatmapOptions;
  colors: ColorName | ColorTable;
}

/** The figure of a matrix, the whole of it unless the options have a viewport, laid out anew. */
export async function wholeHeatmap(
  { hiddenKeys, layer, head, options, colors, ...shown }: HeatmapInput,
  figureOptions: FigureOptions,
): Promise<Figure> {
  const { stream, labels } = shown;
  const { queryTokens, keyTokens } = stream;
  const { normalize, scale } = options;
  const given = matrixOf(stream, layer, head, options.combine);
  const matrix = normalize === 'none' ? given : normalizeMatrix(given, normalize);
  const size = { rows: queryTokens.length, cols: keyTokens.length };
  const viewport = options.viewport ? clampViewport(options.viewport, size) : wholeMatrix(size);
  const words = { queryTitle: labels.queryAxis, keyTitle: labels.keyAxis, position: labels.count };
  const { width = 720 } = figureOptions;
  // Long and narrow matrices are as high as they need; square ones about as high as wide.
  const layout = layOutHeatmap(
    { width, height: Math.round(width * 1.1) },
    { queryTokens, keyTokens, ...words },
    false,
  );
  const signed = isSigned(stream.quantity);
  const range = await rangeOf();
  const tables = [tableOf(colors, signed, false), tableOf(colors, signed, true)] as const;
  const cells = { matrix, scale, range, table: tables[0], causalOffset: causalOffset(stream), hiddenKeys };
  return heatmapFigure(
    {
      ...shown,
      options,
      scene: heatmapScene(layout, viewport, stream, words, cells),
      tables,
      place: matrixPlace(labels, stream, layer, head, options.combine),
    },
    figureOptions,
  );

  async function rangeOf(): Promise<Range> {
    const around = (most: number): Range => [signed ? -most : 0, most];
    if (typeof options.range === 'object')
      return signed ? around(Math.max(...options.range.map(Math.abs))) : options.range;
    return around((await largestSeen(matrix, viewport, figureOptions.signal)).weight);
  }
}
