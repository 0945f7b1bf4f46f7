import type { BudgetScene } from '../scene/budget-scene.js';
import { chromeColors } from '../views/kit/palette.js';
import { captionOf, type Shown } from './caption.js';
import { makeFigure, type Figure, type Ink, type Mark } from './figure.js';
import { textOf } from './heatmap-figure.js';

/** A picture of heads × keys to make a figure of. */
export interface BudgetShown extends Shown {
  scene: BudgetScene;
  /** `layer 3, H2O`. */
  place: string;
  notes: readonly string[];
  needle?: string;
}

/** The figure of a budget: which keys each head keeps, and the numbers beside them. */
export function budgetFigure({ scene, place, notes, needle, ...shown }: BudgetShown): Figure {
  const { axes, kept } = scene;
  const texts = [axes.queryLabels, axes.keyLabels, axes.titles, ...scene.numbers, scene.numberTitles];
  const { labels } = shown;
  const inkOf = (ofNeedle: boolean): Ink => (ofNeedle ? chromeColors.accent : chromeColors.muted);
  const marks: Mark[] = [
    { kind: 'box', rect: axes.plot, line: chromeColors.line },
    ...kept.map(({ rect, needle }): Mark => ({ kind: 'box', rect, fill: inkOf(needle) })),
    ...texts.flat().map((text) => textOf(text, false)),
  ];
  return makeFigure(marks, {
    keys: [
      { name: labels.kept, ink: inkOf(false) },
      ...(needle === undefined ? [] : [{ name: needle, ink: inkOf(true) }]),
    ],
    caption: captionOf(shown, place, {}, notes),
  });
}
