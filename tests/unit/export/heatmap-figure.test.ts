import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { figureOf, toSVG } from '../../../src/lib/export/index.js';
import { createTrace, quantities } from '../../../src/lib/trace/index.js';
import { all, attribute, number, readSVG, texts } from './read-svg.js';

const small = createTrace({
  attention: [
    [
      [
        [0, 1],
        [0.25, 0.75],
      ],
    ],
  ],
  tokens: ['the', 'cat'],
  model: 'a model',
});

/** The cells of a figure, row by row: where they lie, and their colours. */
function cellsOf(svg: SVGSVGElement) {
  return all(svg, 'g[shape-rendering=crispEdges] > rect').map((rect) => ({
    x: number(rect, 'x'),
    y: number(rect, 'y'),
    width: number(rect, 'width'),
    height: number(rect, 'height'),
    fill: attribute(rect, 'fill'),
  }));
}

describe('cells', () => {
  test('a cell has the colour of its weight, at whole pixels', async () => {
    const cells = cellsOf(readSVG(toSVG(await figureOf('Heatmap', small))));
    // The ends of the table paper; places 64 and 191 lie between #d5e4f5, #b7d2ee and #4073b8, #2d56a4 in lightness.
    expect(cells.map(({ fill }) => fill)).toEqual(
      ['#ffffff', '#192465', '#accbeb', '#2f59a6'].map((color) => expect.stringMatching(nearby(color))),
    );
    const [first, second, third] = cells;
    expect([first!.y, third!.y - first!.y, second!.x - first!.x]).toEqual([first!.y, 44, 44]);
    for (const { x, y, width, height } of cells) {
      expect([x, y].every(Number.isInteger)).toBe(true);
      // Large cells are a pixel apart.
      expect([width, height]).toEqual([43, 43]);
    }
  });

  test('what a causal query cannot see is hatched, and has no colour', async () => {
    const causal = createTrace({
      attention: [
        [
          [
            [1, 0, 0],
            [0.5, 0.5, 0],
            [0.2, 0.3, 0.5],
          ],
        ],
      ],
      causal: true,
    });
    const svg = readSVG(toSVG(await figureOf('Heatmap', causal)));
    expect(cellsOf(svg)).toHaveLength(6);
    const pattern = all(svg, 'pattern').map(({ id }) => `path[fill="url(#${id})"]`);
    const [hatch] = all(svg, pattern[0]!);
    const [, one, two] = cellsOf(svg);
    // From the second key of the first query on, and from the third of the second.
    expect(attribute(hatch!, 'd')).toBe(
      `M${one!.x + 44} ${one!.y - 44}h88v44h-88z`.replace(`M${one!.x + 44}`, `M${two!.x}`) +
        `M${two!.x + 44} ${two!.y}h44v44h-44z`,
    );
  });

  test('signed values have two hues, and the colour bar 0 in its middle', async () => {
    const signed = createTrace({
      attention: [
        [
          [
            [0, -2],
            [1, 0.5],
          ],
        ],
      ],
      quantity: quantities.scores,
    });
    const svg = readSVG(toSVG(await figureOf('Heatmap', signed)));
    const [zero, low, high] = cellsOf(svg).map(({ fill }) => fill);
    expect([low, zero]).toEqual(['#d9660d', '#ffffff']);
    expect(high).toMatch(/^#[7-9]...../);
    expect(texts(svg)).toEqual(expect.arrayContaining(['score', '−2.00', '0', '2.00']));
    const stops = all(svg, 'linearGradient stop').map((stop) => attribute(stop, 'stop-color'));
    expect([stops[0], stops[16], stops[32]]).toEqual(['#d9660d', '#ffffff', '#2861cb']);
  });

  test('the colour bar has the values that its ends stand for', async () => {
    const given = readSVG(toSVG(await figureOf('Heatmap', small, { range: [0.1, 0.5] })));
    expect(texts(given)).toEqual(expect.arrayContaining(['weights', '0.10', '0.30', '0.50']));
    const log = readSVG(toSVG(await figureOf('Heatmap', small, { scale: 'log' })));
    // Three decades: half of them is 10^-1.5.
    expect(texts(log)).toEqual(expect.arrayContaining(['weights, log', '≤ 0.001', '0.032', '1.00']));
  });

  test('keys that the lens leaves out are hatched, and the caption says so', async () => {
    const svg = readSVG(toSVG(await figureOf('Heatmap', small, { hide: 'first', renormalize: true })));
    expect(all(svg, 'pattern').length).toBe(1);
    const caption = 'a model · layer 0, head 0 · weights · first token hidden, renormalised';
    expect(svg.querySelector('title')!.textContent).toBe(caption);
    expect(texts(svg).join(' ')).toContain(caption);
  });
});

describe('many cells', () => {
  const matrix = (rows: number, cols: number) => {
    const data = Float32Array.from({ length: rows * cols }, (_, i) => (i * 37) % 101);
    return createTrace({
      encoder: { tokens: Array.from({ length: cols }, String) },
      decoder: { tokens: Array.from({ length: rows }, String) },
      cross: { attention: { dims: [1, 1, rows, cols], data }, quantity: quantities.contributions },
    });
  };

  test('10,000 are drawn one by one', async () => {
    const svg = readSVG(toSVG(await figureOf('Heatmap', matrix(100, 100))));
    expect(cellsOf(svg)).toHaveLength(10_000);
    expect(all(svg, 'image').length).toBe(0);
  });

  test('10,001 are one picture, which holds every value', async () => {
    const svg = readSVG(toSVG(await figureOf('Heatmap', matrix(73, 137))));
    expect(cellsOf(svg)).toEqual([]);
    const [image] = all(svg, 'image');
    expect(attribute(image!, 'style')).toContain('image-rendering:pixelated');
    const { width, height, palette, places } = readPng(attribute(image!, 'href'));
    expect([width, height]).toEqual([137, 73]);
    for (const cell of [0, 1, 136, 137, 5000, 10_000])
      expect(places[cell]).toBe(Math.round((((cell * 37) % 101) / 100) * 255));
    expect([...palette.subarray(0, 3)]).toEqual([255, 255, 255]);
    expect([...palette.subarray(255 * 3)]).toEqual([0x19, 0x24, 0x65]);
  });

  test('of a matrix with more cells than the figure has pixels, a cell is the largest of several, and the caption says of how many', async () => {
    const figure = await figureOf('Heatmap', matrix(40, 3000), { width: 500 });
    expect(figure.caption).toMatch(/each cell the largest of 1 × 8$/);
    expect(figure.caption).toMatch(/^cross · /);
    const finer = await figureOf('Heatmap', matrix(40, 3000), { width: 500, pixelRatio: 4 });
    expect(finer.caption).toMatch(/each cell the largest of 1 × 2$/);
  });

  test('the dark figure has other colours of the same places', async () => {
    const figure = await figureOf('Heatmap', matrix(73, 137));
    const [light, dark] = (['light', 'dark'] as const).map((background) => {
      const [image] = all(readSVG(toSVG(figure, { background })), 'image');
      return readPng(attribute(image!, 'href'));
    });
    expect(dark!.places).toEqual(light!.places);
    expect([...dark!.palette.subarray(0, 3)]).toEqual([0x10, 0x15, 0x1c]);
  });
});

/** A regular expression of colours a few steps from one in each channel. */
function nearby(color: string): RegExp {
  const channels = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16);
    const near = Array.from({ length: 9 }, (_, i) => Math.min(255, Math.max(0, value + i - 4)));
    return `(?:${near.map((n) => n.toString(16).padStart(2, '0')).join('|')})`;
  });
  return new RegExp(`^#${channels.join('')}$`);
}

/** A PNG with a palette, read by Node's own inflate. */
function readPng(uri: string) {
  const bytes = Buffer.from(uri.slice('data:image/png;base64,'.length), 'base64');
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    chunks.set(bytes.toString('latin1', at + 4, at + 8), bytes.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const [width, height] = [chunks.get('IHDR')!.readUInt32BE(0), chunks.get('IHDR')!.readUInt32BE(4)];
  const lines = inflateSync(chunks.get('IDAT')!);
  const places = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    expect(lines[row * (width + 1)]).toBe(0);
    places.set(lines.subarray(row * (width + 1) + 1, (row + 1) * (width + 1)), row * width);
  }
  return { width, height, palette: chunks.get('PLTE')!, places };
}
