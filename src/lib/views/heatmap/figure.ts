import type { Figure, FigureOptions } from '../../export/index.js';
import { heatmapFigure } from '../../export/heatmap-figure.js';
import { wholeHeatmap } from '../../export/whole-heatmap.js';
import { until } from '../kit/until.js';
import type { CellFocus } from './cell-focus.svelte.js';
import type { HeatmapState } from './heatmap-state.svelte.js';
import { placeOf } from './readout.js';

/** The figure of a heatmap: what is in sight, or the whole matrix. */
export async function figureOfHeatmap(
  map: HeatmapState,
  focus: CellFocus,
  options: FigureOptions,
): Promise<Figure> {
  const { view } = map;
  await until(() => !map.fitting, options.signal);
  const { stream, trace, selection, labels, hiddenKeys } = view.mustShow(map.error);
  const shown = { trace, stream, labels };
  if (options.whole) {
    const whole = { ...view.options, viewport: undefined };
    const { layer } = selection;
    const { colors } = map.look();
    return wholeHeatmap({ ...shown, hiddenKeys, layer, head: view.head!, options: whole, colors }, options);
  }
  return heatmapFigure(
    {
      ...shown,
      scene: map.scene,
      tables: [map.colors(false), map.colors(true)],
      place: placeOf(view),
      options: { ...view.options },
      framed: focus.pair,
    },
    options,
  );
}
