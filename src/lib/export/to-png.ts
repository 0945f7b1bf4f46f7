import type { Figure } from './figure.js';
import { withDpi } from './png.js';
import { checkBackground, toSVG, type SVGOptions } from './svg.js';

/** How a figure becomes a PNG. */
export interface PNGOptions extends SVGOptions {
  /**
   * How wide it is printed, in millimetres.
   * @default 180
   */
  widthMm?: number;
  /**
   * Pixels an inch.
   * @default 300
   */
  dpi?: number;
}

/** Browsers have no larger canvas. */
const longestPx = 16_384;

/**
 * A figure as a PNG that prints at its width: the SVG, drawn by the browser.
 *
 * @param figure a figure, or the text of an SVG that `toSVG` wrote: its background is then as it was written
 * @throws Error outside a browser; RangeError for a size that no picture has
 */
export async function toPNG(figure: Figure | string, options: PNGOptions = {}): Promise<Blob> {
  const { widthMm = 180, dpi = 300, background = 'light' } = options;
  checkBackground(background);
  if (typeof document === 'undefined')
    throw new Error(
      'toPNG draws in a browser, and there is none here: write the SVG, and convert it with a tool of your own.',
    );
  const svg = typeof figure === 'string' ? figure : toSVG(figure, { ...options, widthMm: undefined });
  const { width, height } = sizeOf(svg);
  const pixels = { width: Math.round((widthMm / 25.4) * dpi), height: 0 };
  pixels.height = Math.round((pixels.width * height) / width);
  if (!(pixels.width >= 1 && pixels.height >= 1 && Math.max(pixels.width, pixels.height) <= longestPx))
    throw new RangeError(
      `${widthMm} mm at ${dpi} dpi is ${pixels.width} × ${pixels.height} pixels; a picture has 1 to ${longestPx} on a side.`,
    );
  const canvas = await draw(svg, pixels);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('The browser could not make a picture of this size: choose a lower dpi.');
  return new Blob([withDpi(new Uint8Array(await blob.arrayBuffer()), dpi)], { type: 'image/png' });
}

const opening = /^<svg [^>]*?width="[^"]+" height="[^"]+" viewBox="\S+ \S+ (\S+) (\S+)"/;

function sizeOf(svg: string): { width: number; height: number } {
  const found = opening.exec(svg);
  if (!found) throw new RangeError('toPNG takes a figure, or an SVG that toSVG wrote.');
  return { width: Number(found[1]), height: Number(found[2]) };
}

async function draw(
  svg: string,
  { width, height }: { width: number; height: number },
): Promise<HTMLCanvasElement> {
  // At the size of the picture, so that nothing is drawn small and then enlarged; to its very edges, though a height is whole pixels.
  const sized = svg.replace(
    /width="[^"]+" height="[^"]+"/,
    `width="${width}" height="${height}" preserveAspectRatio="none"`,
  );
  const image = new Image(width, height);
  const url = URL.createObjectURL(new Blob([sized], { type: 'image/svg+xml' }));
  try {
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width, height });
    canvas.getContext('2d')!.drawImage(image, 0, 0, width, height);
    return canvas;
  } finally {
    URL.revokeObjectURL(url);
  }
}
