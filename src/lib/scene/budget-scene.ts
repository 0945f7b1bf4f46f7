import type { KeptHead } from '../analysis/index.js';
import type { Token } from '../trace/index.js';
import { layOutHeatmap, type Size } from './heatmap-layout.js';
import { heatmapScene, type HeatmapScene, type HeatmapWords, type SceneText } from './heatmap-scene.js';
import { intersection, type Rect } from './rect.js';
import { cellRect, clampViewport, wholeMatrix, type Viewport } from './viewport.js';

/** Adjacent keys that a head keeps. */
interface KeptRun {
  rect: Rect;
  /** Whether they belong to the needle. */
  needle: boolean;
}

/** What lies where in a picture of heads × keys, in CSS pixels from the corner of its box. */
export interface BudgetScene {
  /** The axes: a row a head, a column a key. */
  axes: HeatmapScene;
  kept: readonly KeptRun[];
  /** Columns of numbers beside the labelled rows, and their titles. */
  numbers: readonly (readonly SceneText[])[];
  numberTitles: readonly SceneText[];
  /** How high the box needs to be. */
  naturalPx: number;
}

export interface BudgetPicture {
  kept: readonly KeptHead[];
  /** One row each, labelled by its number. */
  heads: readonly Token[];
  keyTokens: readonly Token[];
  /** The keys of the needle. */
  needle: readonly number[];
  viewport: Viewport | undefined;
  words: HeatmapWords;
  /** The columns of numbers: the title of each, and its number for each head. */
  columns: readonly { readonly title: string; readonly numbers: readonly string[] }[];
}

const rowGapPx = 2;
/** Cells of at least this size have a gap between them. */
const gapFromPx = 6;
const columnPx = 58;
const narrowColumnPx = 46;
const narrowPx = 480;

export function budgetScene(box: Size, picture: BudgetPicture): BudgetScene {
  const { heads, keyTokens, words, columns } = picture;
  const numberPx = box.width < narrowPx ? narrowColumnPx : columnPx;
  const room = { width: Math.max(1, box.width - numberPx * columns.length), height: box.height };
  const texts = { queryTokens: heads, keyTokens, queryTitle: words.queryTitle, keyTitle: words.keyTitle };
  const layout = layOutHeatmap(room, texts, false);
  const size = { rows: heads.length, cols: keyTokens.length };
  const viewport = clampViewport(picture.viewport ?? wholeMatrix(size), size);
  const axes = heatmapScene(layout, viewport, texts, words, null);
  const { naturalPx } = layout;
  return { axes, naturalPx, kept: keptRuns(axes, picture), ...numbersOf(axes, columns, numberPx) };
}

/** Adjacent kept keys are one rectangle where cells are too narrow for a gap. */
function keptRuns({ viewport, plot }: HeatmapScene, { kept, needle: positions }: BudgetPicture): KeptRun[] {
  const needle = new Set(positions);
  const apart = plot.width / viewport.keys >= gapFromPx;
  const rowGap = plot.height / viewport.queries >= gapFromPx ? rowGapPx : 0;
  const [from, to] = [Math.floor(viewport.key), Math.ceil(viewport.key + viewport.keys)];
  const runs: KeptRun[] = [];
  const [first, end] = [Math.floor(viewport.query), Math.ceil(viewport.query + viewport.queries)];
  for (let row = first; row < end; row++) {
    const { keys } = kept[row]!;
    for (let key = from; key < to; key++) {
      if (!keys[key]) continue;
      const start = key;
      const isNeedle = needle.has(key);
      while (!apart && key + 1 < to && keys[key + 1] && needle.has(key + 1) === isNeedle) key++;
      const { x, y, width, height } = cellRect(viewport, plot, row, start, 1, key + 1 - start);
      const rect = { x, y, width: width - (apart ? 1 : 0), height: height - rowGap };
      runs.push({ rect: intersection(rect, plot), needle: isNeedle });
    }
  }
  return runs;
}

function numbersOf(
  { plot, queryLabels }: HeatmapScene,
  columns: BudgetPicture['columns'],
  columnPx: number,
): Pick<BudgetScene, 'numbers' | 'numberTitles'> {
  const text = (of: string, x: number, y: number, rest: Pick<SceneText, 'kind' | 'position'>): SceneText => ({
    ...{ text: of, full: of, x, y, anchor: 'end', angle: 0, roomPx: columnPx - 4 },
    ...rest,
  });
  const endOf = (column: number): number => plot.x + plot.width + columnPx * (column + 1);
  return {
    numbers: columns.map(({ numbers }, i) =>
      queryLabels.map(({ position, y }) =>
        text(numbers[position!]!, endOf(i), y, { kind: 'token', position }),
      ),
    ),
    numberTitles: columns.map(({ title }, i) =>
      text(title, endOf(i), plot.y - 13, { kind: 'title', position: null }),
    ),
  };
}
