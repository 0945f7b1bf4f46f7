import { toSVG, type Figure, type Mark, type TextMark } from '../../../src/lib/export/index.js';
import type { Rect } from '../../../src/lib/scene/rect.js';
import { takePicture, type Rgb } from '../views/pixels.js';

/**
 * What a figure's SVG looks like, drawn by the browser: the colour at a place of the figure.
 *
 * @param fine of how many pixels each way a colour is the mean: edges are smoothed coarsely
 */
export async function drawFigure(
  figure: Figure,
  background: 'light' | 'dark' = 'light',
  fine = 1,
): Promise<Colors> {
  const { x, y, width, height } = figure.bounds;
  const options = { background, legend: false, caption: false, fontFamily: 'Inter, sans-serif' };
  const svg = toSVG(figure, options).replace(
    /width="[^"]+" height="[^"]+"/,
    `width="${width * fine}" height="${height * fine}"`,
  );
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  await image.decode();
  const context = new OffscreenCanvas(width * fine, height * fine).getContext('2d')!;
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width * fine, height * fine);
  return (px, py) => {
    const sum: Rgb = [0, 0, 0];
    for (let dy = 0; dy < fine; dy++)
      for (let dx = 0; dx < fine; dx++) {
        const at = (((py - y) * fine + dy) * width * fine + (px - x) * fine + dx) * 4;
        for (let channel = 0; channel < 3; channel++) sum[channel]! += data[at + channel]! / fine ** 2;
      }
    return sum;
  };
}

/** The colours on the screen: by place of a figure whose corner of coordinates is that of an element. */
export async function drawnScreen(element: Element) {
  const box = element.getBoundingClientRect();
  const picture = await takePicture(box);
  return (px: number, py: number): Rgb =>
    picture.at({ x: Math.round(box.x) + px, y: Math.round(box.y) + py });
}

type Colors = (x: number, y: number) => Rgb;

const difference = (a: Rgb, b: Rgb): number => Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

/** Which share of a part's pixels differ by more than a few levels, of how many, and the first. */
export function compare(a: Colors, b: Colors, { x, y, width, height }: Rect, but: readonly Rect[] = []) {
  let [pixels, differ] = [0, 0];
  let first = '';
  for (let py = y; py < y + height; py++)
    for (let px = x; px < x + width; px++) {
      if (but.some((rect) => isIn(rect, px, py))) continue;
      pixels++;
      if (difference(a(px, py), b(px, py)) <= 3) continue;
      differ++;
      first ||= `${px}, ${py}: ${a(px, py).join()} and ${b(px, py).join()}`;
    }
  return { share: differ / pixels, pixels, first };
}

/**
 * The largest difference between the means of squares of pixels. On the screen a curve is bent in a few straight pieces, which its ends,
 * where lines meet, show.
 */
export function roughDifference(a: Colors, b: Colors, { x, y, width, height }: Rect, side = 20): number {
  let most = 0;
  for (let top = y; top + side <= y + height; top += side)
    for (let left = x; left + side <= x + width; left += side) {
      const mean = (of: Colors) => {
        const sum: Rgb = [0, 0, 0];
        for (let dy = 0; dy < side; dy++)
          for (let dx = 0; dx < side; dx++) of(left + dx, top + dy).forEach((value, i) => (sum[i]! += value));
        return sum.map((value) => value / side ** 2) as Rgb;
      };
      most = Math.max(most, difference(mean(a), mean(b)));
    }
  return most;
}

const isIn = ({ x, y, width, height }: Rect, px: number, py: number): boolean =>
  px >= x && px < x + width && py >= y && py < y + height;

/** The marks of a kind, those in groups too. */
export function marksOf<K extends Mark['kind']>(
  marks: readonly Mark[],
  kind: K,
): Extract<Mark, { kind: K }>[] {
  return marks.flatMap((mark) =>
    mark.kind === 'group'
      ? marksOf(mark.marks, kind)
      : mark.kind === kind
        ? [mark as Extract<Mark, { kind: K }>]
        : [],
  );
}

/** The boxes of a figure where they lie in it, whatever groups they are in. */
export function placedBoxes(
  marks: readonly Mark[],
  dx = 0,
  dy = 0,
): (Extract<Mark, { kind: 'box' }> & { seen: Rect })[] {
  return marks.flatMap((mark) => {
    if (mark.kind === 'group') return placedBoxes(mark.marks, dx + (mark.at?.x ?? 0), dy + (mark.at?.y ?? 0));
    if (mark.kind !== 'box') return [];
    const { x, y, ...size } = mark.rect;
    return [{ ...mark, seen: { x: x + dx, y: y + dy, ...size } }];
  });
}

/** The colour that most pixels of a rectangle have. */
export function commonColor(of: Colors, { x, y, width, height }: Rect): Rgb {
  const counts = new Map<string, number>();
  for (let py = Math.round(y); py < Math.round(y + height); py++)
    for (let px = Math.round(x); px < Math.round(x + width); px++) {
      const color = of(px, py).join();
      counts.set(color, (counts.get(color) ?? 0) + 1);
    }
  const [most] = [...counts].sort((a, b) => b[1] - a[1]);
  return most![0].split(',').map(Number) as Rgb;
}

/** What is written in an element, and where its middle is from the corner of another; turned texts by what they turn about. */
export function textsIn(element: Element, selector: string, corner: Element) {
  const { x, y } = corner.getBoundingClientRect();
  return [...element.querySelectorAll(selector)].map((text) => {
    const box = text.getBoundingClientRect();
    return {
      text: text.textContent.trim(),
      x: box.x - x,
      right: box.right - x,
      y: box.y + box.height / 2 - y,
    };
  });
}

/** The texts of a figure in their order. */
export const said = (figure: Figure): TextMark[] => marksOf(figure.marks, 'text');
