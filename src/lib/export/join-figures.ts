import { makeFigure, type Figure, type Mark } from './figure.js';
import { furnish } from './furnish.js';

/** Between figures, in CSS pixels. */
const gapPx = 16;

/** Several figures as one, so many beside each other, each with what stands below it. One alone stays as it is. */
export function joinFigures(figures: readonly Figure[], columns: number): Figure {
  if (figures.length === 1) return figures[0]!;
  const furnished = figures.map((figure) => furnish(figure, {}));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(0, ...furnished.filter((_, i) => i % columns === column).map(({ bounds }) => bounds.width)),
  );
  const marks: Mark[] = [];
  let top = 0;
  for (let row = 0; row < furnished.length; row += columns) {
    const beside = furnished.slice(row, row + columns);
    let left = 0;
    for (const [column, { bounds, marks: each }] of beside.entries()) {
      marks.push({ kind: 'group', at: { x: left - bounds.x, y: top - bounds.y }, marks: each });
      left += widths[column]! + gapPx;
    }
    top += Math.max(...beside.map(({ bounds }) => bounds.height)) + gapPx;
  }
  return makeFigure(marks, { caption: '' });
}
