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

/**
 * Draws a bar a part across a strip, of the canvas's size in device pixels. A part's bar is as long as the root of its weight, the
 * longest reaches over the strip: a weight of a hundredth of the largest is still to be seen.
 */
export function drawDensity(
  canvas: HTMLCanvasElement,
  density: Density,
  colors: readonly string[],
  horizontal: boolean,
): void {
  const context = canvas.getContext('2d')!;
  context.clearRect(0, 0, canvas.width, canvas.height);
  const largest = density.weight.reduce((a, b) => Math.max(a, b), 0);
  const [across, along] = horizontal ? [canvas.height, canvas.width] : [canvas.width, canvas.height];
  const partPx = along / density.weight.length;
  density.weight.forEach((weight, part) => {
    const length = Math.round(Math.sqrt(weight / largest) * across);
    if (!(length > 0)) return;
    context.fillStyle = colors[density.color[part]!]!;
    const start = Math.round(part * partPx);
    const thick = Math.max(1, Math.round((part + 1) * partPx) - start);
    if (horizontal) context.fillRect(start, 0, thick, length);
    else context.fillRect(0, start, length, thick);
  });
}
