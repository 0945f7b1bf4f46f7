import { number } from './words.js';

/** Numbers with runs of three or more as first–last: 0–3, 5. */
function runs(numbers: readonly number[]): string {
  const written: string[] = [];
  for (let i = 0; i < numbers.length;) {
    let end = i;
    while (numbers[end + 1] === numbers[end]! + 1) end++;
    if (end - i >= 2) written.push(`${numbers[i]}–${numbers[end]}`);
    else written.push(...numbers.slice(i, end + 1).map(String));
    i = end + 1;
  }
  return written.join(', ');
}

/** What figures, and the menu that saves them, say in English. */
export const figureLabels = {
  saveFigure: 'save figure',
  figurePart: 'figure of',
  /** What a figure shows. */
  figureParts: { sight: 'what is in sight', whole: 'the whole' },
  background: 'background',
  backgrounds: { light: 'light', dark: 'dark', transparent: 'transparent' },
  /** The names of the kinds of file. */
  saveAs: { svg: 'SVG', png: 'PNG' },
  saveAsHelp: {
    svg: 'save as SVG: text and lines stay sharp at any size',
    png: 'save as PNG: 180 mm wide at 300 dpi',
  },
  /** Of a figure of text with pictures among its tokens. */
  picturesLeftOut: 'pictures are not part of a figure',
  copyFigure: 'copy picture',
  copyFigureHelp: 'copy as a picture',
  savingFigure: 'making the figure …',
  figureSaved: 'figure saved',
  figureCopied: 'figure copied',
  /** Of an Explorer with nothing in it to make a figure of. */
  noFigure: 'There is no view in this Explorer to make a figure of.',
  /** What a figure shows, part by part, in one line below it. */
  figureCaption: (parts: readonly string[]) => parts.join(' · '),
  headNamed: (head: number) => `head ${head}`,
  headsNamed: (heads: readonly number[], all: boolean) =>
    all && heads.length > 1
      ? `all ${heads.length} heads`
      : `${heads.length === 1 ? 'head' : 'heads'} ${runs(heads)}`,
  layersByHeads: (layers: number, heads: number) => `${layers} layers × ${heads} heads`,
  /** The token that a text is shaded by. */
  shadedBy: (token: string) => `shaded by “${token}”`,
  orderedBy: (measure: string) => `ordered by ${measure}`,
  /** A run of a sequence, as positions. */
  runOf: (what: string, first: number, last: number, count: number) =>
    `${what} ${number(first)}–${number(last)} of ${number(count)}`,
  /** Cells of a large matrix stand for the largest of several. */
  cellIsLargestOf: (rows: number, cols: number) => `each cell the largest of ${rows} × ${cols}`,
  /** Which numbers have lines. */
  linesFrom: (least: string) => `lines from ${least}`,
  linesTop: (count: number) => `lines to the ${count} strongest keys of each query`,
  linesShare: (share: string) => `lines to the strongest keys, ${share} of each query’s weight`,
};

export type FigureLabels = typeof figureLabels;
