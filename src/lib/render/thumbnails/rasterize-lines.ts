import { curvePoint } from '../../scene/curve.js';
import type { PictureLine } from '../../scene/thumbnail-format.js';
import type { HeadCells } from './head-cells.js';

export interface LinePicture {
  /** Size in device pixels. */
  width: number;
  height: number;
  /** Thickness of a line of magnitude 1 in device pixels; that of a line of 0 is half as much. */
  linePx: number;
  /** The weight of magnitude 1. @default 1 */
  most?: number;
  /** 2 keeps positive and negative weights apart, in that order. @default 1 */
  channels?: 1 | 2;
  /** Draws no more lines than this for each row of cells: those of its largest weights. */
  linesPerRow: number;
}

/** A weight so small changes no pixel. */
const faintest = 1 / 512;

/** The lines of a head that can be seen, queries at the left and keys at the right. */
export function pictureLines(
  { weights, rows, cols, queries, keys, ...cell }: HeadCells,
  { height, linePx, linesPerRow, most = 1, channels = 1 }: LinePicture,
): PictureLine[] {
  const middle = (index: number, size: number, count: number): number =>
    ((index * size + Math.min((index + 1) * size, count)) / 2 / count) * height;
  const lines: PictureLine[] = [];
  for (let row = 0; row < rows; row++)
    for (const col of largest(weights.subarray(row * cols, (row + 1) * cols), linesPerRow)) {
      const value = weights[row * cols + col]!;
      const weight = Math.min(1, Math.abs(value) / most);
      if (weight < faintest) continue;
      lines.push({
        fromY: middle(row, cell.height, queries),
        toY: middle(col, cell.width, keys),
        weight,
        thickness: linePx * (0.5 + 0.5 * weight),
        channel: channels === 2 && value < 0 ? 1 : 0,
      });
    }
  return lines;
}

/**
 * Draws the lines of a head, queries at the left and keys at the right, and returns how much of each pixel they cover, 0..255,
 * `[height, width, channels]`. On the processor: a thumbnail is a few thousand pixels, and stays in the atlas once it is drawn.
 */
export function rasterizeLines(cells: HeadCells, picture: LinePicture): Uint8Array {
  const { width, height, channels = 1 } = picture;
  // How much of the ground shows through.
  const ground = new Float32Array(width * height * channels).fill(1);
  const shape = curveShape(width);
  for (const { fromY, toY, weight, thickness, channel } of pictureLines(cells, picture)) {
    const rise = toY - fromY;
    for (let x = 0; x < width; x++) {
      const y = fromY + rise * shape.along[x]!;
      // A steep line is taller where a column of pixels cuts it.
      const steepness = rise * shape.slope[x]!;
      const half = (thickness / 2) * Math.sqrt(1 + steepness * steepness);
      const top = Math.max(0, y - half);
      const bottom = Math.min(height, y + half);
      for (let pixel = Math.floor(top); pixel < bottom; pixel++) {
        const covered = Math.min(bottom, pixel + 1) - Math.max(top, pixel);
        const at = (pixel * width + x) * channels + channel;
        ground[at] = ground[at]! * (1 - weight * covered);
      }
    }
  }
  const covered = new Uint8Array(ground.length);
  for (let i = 0; i < ground.length; i++) covered[i] = Math.round(255 * (1 - ground[i]!));
  return covered;
}

/** For the middle of each column of pixels: how far down the curve is, 0..1, and how steep, in heights a pixel. */
interface CurveShape {
  along: Float64Array;
  slope: Float64Array;
}

/** All heads of a grid have the same. */
let lastShape: CurveShape | undefined;

function curveShape(width: number): CurveShape {
  if (lastShape?.along.length === width) return lastShape;
  const down = (x: number): number => {
    let [low, high] = [0, 1];
    for (let i = 0; i < 20; i++) {
      const t = (low + high) / 2;
      if (curvePoint(t, 0, 0, width, 1).x < x) low = t;
      else high = t;
    }
    return curvePoint(low, 0, 0, width, 1).y;
  };
  const columns = Array.from({ length: width }, (_, x) => x);
  return (lastShape = {
    along: Float64Array.from(columns, (x) => down(x + 0.5)),
    slope: Float64Array.from(columns, (x) => down(x + 1) - down(x)),
  });
}

/** The columns of the `most` largest weights of a row, the largest first, where it has more. */
function largest(weights: Float32Array, most: number): number[] {
  if (weights.length <= most) return Array.from(weights.keys());
  const size = (column: number): number => Math.abs(weights[column]!);
  const found: number[] = [];
  for (let column = 0; column < weights.length; column++) {
    if (found.length === most && size(column) <= size(found[most - 1]!)) continue;
    let place = found.length;
    while (place > 0 && size(found[place - 1]!) < size(column)) place--;
    found.splice(place, 0, column);
    if (found.length > most) found.pop();
  }
  return found;
}
