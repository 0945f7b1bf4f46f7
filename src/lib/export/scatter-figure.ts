import { layerColors } from '../render/colors/index.js';
import { chosenLast, type HeadDot, type ScatterScene } from '../scene/scatter-scene.js';
import { written } from '../scene/written.js';
import { chromeColors } from '../views/kit/palette.js';
import { captionOf, type Shown } from './caption.js';
import { makeFigure, type Figure, type FigureKey, type Mark } from './figure.js';
import { inksOf, textMark } from './marks.js';

/** A scatter of heads to make a figure of. */
export interface ScatterShown extends Shown {
  scene: ScatterScene;
  /** What the axes stand for. */
  names: readonly [x: string, y: string];
  /** The heads chosen, which stand out where there are any. */
  chosen: readonly HeadDot[];
}

const dotPx = 10;
/** More layers are named by the first, the middle and the last. */
const namedLayers = 8;

/** The figure of a scatter of heads: axes, and a dot a head in the colour of its layer. */
export function scatterFigure(shown: ScatterShown): Figure {
  const { scene, stream, labels, chosen } = shown;
  const { layers } = stream;
  // One layer alone has the first colour of two.
  const inks = inksOf((theme) => layerColors(Math.max(2, layers.length), theme));
  const dots = chosenLast(scene.dots, chosen).map((dot): Mark => {
    const picked = chosen.includes(dot);
    return {
      kind: 'box',
      rect: { x: dot.x - dotPx / 2, y: dot.y - dotPx / 2, width: dotPx, height: dotPx },
      radiusPx: dotPx / 2,
      fill: inks[layers.indexOf(dot.layer)]!,
      opacity: chosen.length > 0 && !picked ? 0.3 : 1,
      ...(picked ? { line: chromeColors.ink, linePx: 1.5 } : {}),
    };
  });
  const named =
    layers.length <= namedLayers
      ? layers.keys()
      : [0, Math.floor((layers.length - 1) / 2), layers.length - 1];
  return makeFigure([...axisMarks(shown), ...dots], {
    keys: [...named].map((i): FigureKey => ({ name: `${labels.layer} ${layers[i]!}`, ink: inks[i]! })),
    caption: captionOf(shown, labels.headCount(scene.dots.length), {}),
  });
}

function axisMarks({ scene: { plot, ticks }, names }: ScatterShown): Mark[] {
  const rule = (x: number, y: number, width: number, height: number): Mark => ({
    ...{ kind: 'box', rect: { x, y, width, height }, fill: chromeColors.line },
  });
  const title = { anchor: 'middle', sizePx: 12.5, ink: chromeColors.ink } as const;
  return [
    ...ticks.x.flatMap(({ at, value }) => [
      rule(at - 0.5, plot.y, 1, plot.height),
      textMark(written(value), { x: at, y: plot.y + plot.height + 11, anchor: 'middle' }),
    ]),
    ...ticks.y.flatMap(({ at, value }) => [
      rule(plot.x, at - 0.5, plot.width, 1),
      textMark(written(value), { x: plot.x - 6, y: at, anchor: 'end' }),
    ]),
    textMark(`${names[0]} →`, { x: plot.x + plot.width / 2, y: plot.y + plot.height + 29, ...title }),
    textMark(`${names[1]} →`, { x: plot.x - 39, y: plot.y + plot.height / 2, ...title, angle: -90 }),
  ];
}
