/** What figures, and the menu that saves them, say. */
export interface FigureLabels {
  saveFigure: string;
  /** What a figure shows. */
  figureParts: Record<'sight' | 'whole', string>;
  figurePart: string;
  backgrounds: Record<'light' | 'dark' | 'transparent', string>;
  background: string;
  /** The names of the kinds of file. */
  saveAs: Record<'svg' | 'png', string>;
  saveAsHelp: Record<'svg' | 'png', string>;
  /** Of a figure of text with pictures among its tokens. */
  picturesLeftOut: string;
  copyFigure: string;
  copyFigureHelp: string;
  savingFigure: string;
  figureSaved: string;
  figureCopied: string;
  /** Of an Explorer with nothing in it to make a figure of. */
  noFigure: string;
  /** What a figure shows, part by part, in one line below it. */
  figureCaption: (parts: readonly string[]) => string;
  headNamed: (head: number) => string;
  headsNamed: (heads: readonly number[], all: boolean) => string;
  layersByHeads: (layers: number, heads: number) => string;
  orderedBy: (measure: string) => string;
  /** The token that a text is shaded by. */
  shadedBy: (token: string) => string;
  /** A run of a sequence, as positions. */
  runOf: (what: string, first: number, last: number, count: number) => string;
  /** Cells of a large matrix stand for the largest of several. */
  cellIsLargestOf: (rows: number, cols: number) => string;
  /** Which numbers have lines. */
  linesFrom: (least: string) => string;
  linesTop: (count: number) => string;
  linesShare: (share: string) => string;
}

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

export const figureLabels: FigureLabels = {
  saveFigure: 'save figure',
  figurePart: 'figure of',
  figureParts: { sight: 'what is in sight', whole: 'the whole' },
  background: 'background',
  backgrounds: { light: 'light', dark: 'dark', transparent: 'transparent' },
  saveAs: { svg: 'SVG', png: 'PNG' },
  saveAsHelp: {
    svg: 'save as SVG: text and lines stay sharp at any size',
    png: 'save as PNG: 180 mm wide at 300 dpi',
  },
  picturesLeftOut: 'pictures are not part of a figure',
  copyFigure: 'copy picture',
  copyFigureHelp: 'copy as a picture',
  savingFigure: 'making the figure …',
  figureSaved: 'figure saved',
  figureCopied: 'figure copied',
  noFigure: 'There is no view in this Explorer to make a figure of.',
  figureCaption: (parts) => parts.join(' · '),
  headNamed: (head) => `head ${head}`,
  headsNamed: (heads, all) =>
    all && heads.length > 1
      ? `all ${heads.length} heads`
      : `${heads.length === 1 ? 'head' : 'heads'} ${runs(heads)}`,
  layersByHeads: (layers, heads) => `${layers} layers × ${heads} heads`,
  shadedBy: (token) => `shaded by “${token}”`,
  orderedBy: (measure) => `ordered by ${measure}`,
  runOf: (what, first, last, count) =>
    `${what} ${first.toLocaleString('en')}–${last.toLocaleString('en')} of ${count.toLocaleString('en')}`,
  cellIsLargestOf: (rows, cols) => `each cell the largest of ${rows} × ${cols}`,
  linesFrom: (least) => `lines from ${least}`,
  linesTop: (count) => `lines to the ${count} strongest keys of each query`,
  linesShare: (share) => `lines to the strongest keys, ${share} of each query’s weight`,
};
