import type { HeadWeights } from './focus-weights.js';

/** Weight along a sequence in equal parts: the sum of each part over all heads, and the colour with most of it. */
export interface Density {
  weight: Float32Array;
  color: Uint16Array;
}

export function densityOf(heads: readonly HeadWeights[], tokens: number, parts: number): Density {
  const density = { weight: new Float32Array(parts), color: new Uint16Array(parts) };
  const most = new Float32Array(parts);
  for (const { weights, color } of heads) {
    const ofHead = new Float32Array(parts);
    for (let i = 0; i < tokens; i++) {
      const part = Math.floor((i * parts) / tokens);
      ofHead[part] = ofHead[part]! + weights[i]!;
    }
    for (let part = 0; part < parts; part++) {
      density.weight[part] = density.weight[part]! + ofHead[part]!;
      if (ofHead[part]! > most[part]!) [most[part], density.color[part]] = [ofHead[part]!, color];
    }
  }
  return density;
}

/** No bar is shorter than this part of the strip. */
const shortest = 0.3;

/**
 * Draws a bar a part across a strip, of the canvas's size in device pixels, from the edge that faces the lines. Bars are as long
 * as the root of their weight, the largest reaches over the strip: what is worth a line is to be seen among the whole.
 */
export function drawDensity(
  canvas: HTMLCanvasElement,
  density: Density,
  colors: readonly string[],
  faces: 'left' | 'right' | 'top' | 'bottom',
): void {
  const context = canvas.getContext('2d')!;
  const { width, height } = canvas;
  const horizontal = faces === 'top' || faces === 'bottom';
  const [across, along] = horizontal ? [height, width] : [width, height];
  const largest = density.weight.reduce((a, b) => Math.max(a, b), 0);
  const partPx = along / density.weight.length;
  context.clearRect(0, 0, width, height);
  density.weight.forEach((weight, part) => {
    if (!(weight > 0)) return;
    const length = Math.round(across * (shortest + (1 - shortest) * Math.sqrt(weight / largest)));
    const from = faces === 'right' || faces === 'bottom' ? across - length : 0;
    const start = Math.round(part * partPx);
    const thick = Math.round((part + 1) * partPx) - start;
    context.fillStyle = colors[density.color[part]!]!;
    if (horizontal) context.fillRect(start, from, thick, length);
    else context.fillRect(from, start, length, thick);
  });
}
