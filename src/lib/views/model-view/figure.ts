import type { Figure, FigureOptions } from '../../export/index.js';
import { modelFigure } from '../../export/model-figure.js';
import { until } from '../kit/until.js';
import type { ViewState } from '../kit/view-state.svelte.js';
import { columnLabel } from './column-label.js';
import { gridLayout } from './grid-layout.js';
import type { GridState } from './grid-state.svelte.js';
import type { ModelViewState } from './model-view-state.svelte.js';
import type { ModelViewOptions } from './options.js';
import { thumbnailLook, thumbnailScale } from './thumbnail-look.js';

/** The figure of a model view: the heads in sight, or all that the view has. */
export async function figureOfModel(
  view: ViewState<ModelViewOptions>,
  model: ModelViewState,
  grid: GridState,
  options: FigureOptions,
): Promise<Figure> {
  const { chooseFormat } = await import('../../render/thumbnails/format.js');
  await until(() => model.progress === null, options.signal);
  const { stream, trace, labels } = view.mustShow(model.error);
  const { width = 720, whole = false, pixelRatio = 1 } = options;
  const layout = whole ? gridLayout({ width, height: width * 1.2 }, grid.shape) : grid.layout;
  const { thumbnail } = layout;
  const props = {
    ...thumbnailLook(stream, view.options.thumbnail, model.range, false),
    thumbnails: [],
    awaited: 0,
    widthPx: thumbnail.width,
    heightPx: thumbnail.height,
  };
  const measure = model.ordered ? model.measure : undefined;
  const tokens = Math.max(stream.queryTokens.length, stream.keyTokens.length);
  const contentPx = layout.labelPx + grid.cols * layout.cellWidth;
  return modelFigure(
    {
      ...{ stream, trace, labels, layout },
      options: { ...view.options },
      rows: model.rows,
      format: chooseFormat(props, pixelRatio)!,
      range: model.range,
      scale: thumbnailScale,
      columnLabel: (col) => columnLabel(view, model, col),
      isChosen: (head) => model.isChosen(head),
      seen: whole
        ? undefined
        : {
            ...grid.scroll,
            startPx: Math.max(0, (grid.width - contentPx) / 2),
            width: grid.width,
            height: grid.height,
          },
      notes: [
        measure ? labels.orderedBy(model.measureLabel) : '',
        view.options.thumbnail === 'lines' && tokens > 64 ? labels.strongestLines : '',
      ],
    },
    options,
  );
}
