import { createSurface, stageInfo, type RenderError, type Surface } from '../../../src/lib/render/index.js';
import type { BlockRequest, Matrix, WeightArray, WeightType } from '../../../src/lib/trace/types.js';

/** What the type of weights calls its 1: weights are compared as the numbers they stand for. */
const types: Record<
  WeightType,
  { array: (length: number) => WeightArray; encode: (weight: number) => number }
> = {
  uint8: { array: (length) => new Uint8Array(length), encode: (weight) => Math.round(weight * 255) },
  float16: { array: (length) => new Uint16Array(length), encode: toHalf },
  float32: { array: (length) => new Float32Array(length), encode: (weight) => weight },
};

/** Bits of a half-precision number, for values in 0..1 (truncated, so exact for multiples of 1/1024). */
function toHalf(value: number): number {
  if (value === 0) return 0;
  const exponent = Math.max(-14, Math.floor(Math.log2(value)));
  const mantissa = value / 2 ** exponent;
  return mantissa < 1
    ? Math.floor(value * 2 ** 24)
    : ((exponent + 15) << 10) | Math.floor((mantissa - 1) * 1024);
}

/** A dense matrix that computes maxima of blocks by looking at every weight: slow, and plainly right. */
export function denseMatrix(
  rows: number,
  cols: number,
  type: WeightType,
  weight: (row: number, col: number) => number,
) {
  const { array, encode } = types[type];
  const data = array(rows * cols);
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) data[row * cols + col] = encode(weight(row, col));
  }
  const requests: BlockRequest[] = [];
  const matrix: Matrix = {
    rows,
    cols,
    type,
    block(request) {
      requests.push(request);
      const { row, col, rowLevel = 0, colLevel = 0 } = request;
      const [tall, wide] = [2 ** rowLevel, 2 ** colLevel];
      const height = Math.min(request.rows, Math.ceil(rows / tall) - row);
      const width = Math.min(request.cols, Math.ceil(cols / wide) - col);
      const at = { row, col, rows: height, cols: width, rowLevel, colLevel };
      if (rowLevel + colLevel === 0) return { ...at, type, data, offset: row * cols + col, stride: cols };
      const maxima = array(height * width);
      for (let r = row * tall; r < Math.min(rows, (row + height) * tall); r++) {
        for (let c = col * wide; c < Math.min(cols, (col + width) * wide); c++) {
          // Bits of non-negative halves are ordered as their values are.
          const to = (Math.floor(r / tall) - row) * width + Math.floor(c / wide) - col;
          maxima[to] = Math.max(maxima[to]!, data[r * cols + c]!);
        }
      }
      return { ...at, type, data: maxima, offset: 0, stride: width };
    },
  };
  return Object.assign(matrix, { requests });
}

export interface TestSurface {
  surface: Surface;
  canvas: HTMLCanvasElement;
  errors: RenderError[];
  restored: number;
  draws: number;
  /** Red, green, blue, opacity at a device pixel. */
  pixel(x: number, y: number): [number, number, number, number];
  /** All pixels, four bytes each. */
  pixels(): Uint8ClampedArray;
}

const made: TestSurface[] = [];

export function makeSurface(widthPx: number, heightPx: number, pixelRatio = 1): TestSurface {
  const canvas = document.createElement('canvas');
  document.body.append(canvas);
  const test: TestSurface = {
    canvas,
    errors: [],
    restored: 0,
    draws: 0,
    surface: createSurface(canvas, {
      onError: (error) => test.errors.push(error),
      onRestore: () => test.restored++,
      onDraw: () => test.draws++,
    }),
    pixel: (x, y) => [...readPixels(canvas, x, y, 1, 1)] as [number, number, number, number],
    pixels: () => readPixels(canvas, 0, 0, canvas.width, canvas.height),
  };
  test.surface.resize(widthPx, heightPx, pixelRatio);
  made.push(test);
  return test;
}

function readPixels(canvas: HTMLCanvasElement, x: number, y: number, width: number, height: number) {
  const copy = new OffscreenCanvas(width, height).getContext('2d')!;
  copy.drawImage(canvas, -x, -y);
  return copy.getImageData(0, 0, width, height).data;
}

/** Destroys what a test made. */
export function cleanUp(): void {
  for (const { surface, canvas } of made.splice(0)) {
    surface.destroy();
    canvas.remove();
  }
}

/** Waits until a condition holds; the test's time limit is what ends it otherwise. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Waits until no context is held, so that a test starts from nothing. */
export const stageGone = (): Promise<void> => until(() => stageInfo().contexts === 0);
