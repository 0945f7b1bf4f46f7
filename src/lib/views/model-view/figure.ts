import type { Figure, FigureOptions } from '../../export/index.js';
import { modelFigure } from '../../export/model-figure.js';
import { until } from '../kit/until.js';
import { gridLayout } from './grid-layout.js';
import type { GridState } from './grid-state.svelte.js';
import { thumbnailLook, thumbnailScale } from './thumbnail-look.js';

/** The figure of a model view: the heads in sight, or all that the view has. */
export async function figureOfModel(grid: GridState, options: FigureOptions): Promise<Figure> {
  const { model } = grid;
  const { chooseFormat } = await import('../../render/thumbnails/format.js');
  await until(() => model.progress === null, options.signal);
  const { stream, trace, labels } = model.view.mustShow(model.error);
  const { width = 720, whole = false, pixelRatio = 1 } = options;
  const layout = whole ? gridLayout({ width, height: width * 1.2 }, grid.shape) : grid.layout;
  const { thumbnail } = layout;
  const props = {
    ...thumbnailLook(model, false),
    thumbnails: [],
    awaited: 0,
    widthPx: thumbnail.width,
    heightPx: thumbnail.height,
  };
  const measure = model.ordered ? model.measure : undefined;
  const contentPx = layout.labelPx + grid.cols * layout.cellWidth;
  return modelFigure(
    {
      ...{ stream, trace, labels, layout },
      options: { ...model.view.options },
      rows: model.rows,
      format: chooseFormat(props, pixelRatio)!,
      range: model.range,
      scale: thumbnailScale,
      columnLabel: (col) => model.columnLabel(col),
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
        model.thinned ? labels.strongestLines : '',
      ],
    },
    options,
  );
}
