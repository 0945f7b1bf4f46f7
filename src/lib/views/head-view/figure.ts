import type { Figure, FigureOptions } from '../../export/index.js';
import { headFigure } from '../../export/head-figure.js';
import { wholeHead } from '../../export/whole-head.js';
import { until } from '../kit/until.js';
import { joinLines, noLines } from './head-lines.js';
import type { HeadViewState } from './head-view-state.svelte.js';
import { lookOf } from './token-looks.js';

/** The figure of a head view: what is in sight, or all tokens. */
export async function figureOfHeads(heads: HeadViewState, options: FigureOptions): Promise<Figure> {
  const { view, sight } = heads;
  await until(() => !heads.waiting, options.signal);
  const { stream, trace, selection, labels, hiddenKeys } = view.mustShow(heads.error);
  const { layer, heads: chosen } = selection;
  const shown = { trace, stream, labels, layer, heads: chosen, options: { ...view.options } };
  if (options.whole) return wholeHead({ ...shown, hiddenKeys }, options);
  const scene = heads.sceneIn('light');
  // Side by side, tokens that leave room stand in the middle.
  const startPx = heads.horizontal && !sight.apart ? Math.max(0, (sight.widthPx - sight.lengthPx) / 2) : 0;
  return headFigure({
    ...shown,
    scene: { ...scene, lines: joinLines([scene.lines, scene.more]), more: noLines },
    threshold: heads.threshold,
    rows: { query: sight.query.inSight, key: sight.key.inSight },
    seen: {
      scrolledPx: { query: sight.query.px - startPx, key: sight.key.px - startPx },
      width: sight.widthPx,
      height: sight.heightPx,
    },
    lookOf: (side, position) => lookOf(heads, side, position),
  });
}
