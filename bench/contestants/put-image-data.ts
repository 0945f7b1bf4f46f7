import { paper } from '../../src/lib/render/colors/index.js';
import type { Viewport } from '../../src/lib/scene/viewport.js';
import { canvasIn, sizePx, zoomPath, type Contestant } from './contestant.js';

/** Beyond this a canvas of a pixel a cell takes over 256 MB, or is not made at all. */
const largestCanvas = 8192;

/**
 * A canvas of a pixel a cell, filled once by putImageData and drawn to the visible one at every step; beyond 8,192 tokens, the
 * nearest cell to each pixel looked up at every step.
 */
export function putImageDataHeatmap(): Contestant {
  let context: CanvasRenderingContext2D;
  let tokens: number;
  let weights: readonly Uint8Array[];
  let cells: HTMLCanvasElement | undefined;
  let layer = 0;
  let image: ImageData;

  function draw({ query, key, queries, keys }: Viewport): void {
    if (cells) {
      context.drawImage(cells, key, query, keys, queries, 0, 0, sizePx, sizePx);
      return;
    }
    const pixels = new Uint32Array(image.data.buffer);
    for (let y = 0; y < sizePx; y++) {
      const row = Math.floor(query + ((y + 0.5) / sizePx) * queries) * tokens;
      for (let x = 0; x < sizePx; x++) {
        const col = Math.floor(key + ((x + 0.5) / sizePx) * keys);
        pixels[y * sizePx + x] = table[weights[layer]![row + col]!]!;
      }
    }
    context.putImageData(image, 0, 0);
  }
  function show(next: number): void {
    layer = next;
    if (tokens <= largestCanvas) {
      cells = document.createElement('canvas');
      cells.width = cells.height = tokens;
      cells.getContext('2d')!.putImageData(colorCells(weights[layer]!, tokens), 0, 0);
    } else cells = undefined;
    draw({ query: 0, key: 0, queries: tokens, keys: tokens });
  }

  return {
    prepare({ host, attention }) {
      context = canvasIn(host).getContext('2d', { alpha: false })!;
      context.imageSmoothingEnabled = false;
      image = context.createImageData(sizePx, sizePx);
      tokens = 64;
      weights = [new Uint8Array(64 * 64)];
      show(0);
      tokens = attention.tokens;
      weights = attention.weights.map((heads) => heads[0]!);
    },
    first: () => show(0),
    steps: () => zoomPath(tokens).map((viewport) => () => draw(viewport)),
    layer: show,
  };
}

/** Colours as a canvas keeps them: red in the lowest byte, opaque. */
const table = Uint32Array.from({ length: 256 }, (_, i) => {
  const [red, green, blue] = paper.subarray(3 * i, 3 * i + 3) as unknown as [number, number, number];
  return (255 << 24) | (blue << 16) | (green << 8) | red;
});

/** A pixel a weight. */
export function colorCells(weights: Uint8Array, tokens: number): ImageData {
  const image = new ImageData(tokens, tokens);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = table[weights[i]!]!;
  return image;
}
