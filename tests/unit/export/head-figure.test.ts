import { describe, expect, test } from 'vitest';
import { figureOf, toSVG } from '../../../src/lib/export/index.js';
import { createTrace, quantities } from '../../../src/lib/trace/index.js';
import { all, attribute, number, readSVG, texts } from './read-svg.js';

const head = (rows: number[][]) => [[rows]];
const pair = createTrace({
  attention: head([
    [0.5, 0.5],
    [0, 1],
  ]),
  tokens: ['the', 'cat'],
});

const lines = (svg: SVGSVGElement) =>
  all(svg, 'path[stroke]').map((path) => ({
    d: attribute(path, 'd')
      .match(/-?[\d.]+/g)!
      .map(Number),
    stroke: attribute(path, 'stroke'),
    width: number(path, 'stroke-width'),
    opacity: number(path, 'stroke-opacity'),
  }));

describe('lines', () => {
  test('a line runs from its query to its key, level at both ends', async () => {
    const svg = readSVG(toSVG(await figureOf('HeadView', pair)));
    const clip = svg.querySelector('clipPath rect')!;
    const [left, right] = [number(clip, 'x'), number(clip, 'x') + number(clip, 'width')];
    const middle = (left + right) / 2;
    // Rows of 20 px below a padding of 10; no line for a weight of 0.
    expect(lines(svg).map(({ d }) => d)).toEqual([
      [left, 20, middle, 20, middle, 20, right, 20],
      [left, 20, middle, 20, middle, 40, right, 40],
      [left, 40, middle, 40, middle, 40, right, 40],
    ]);
  });

  test('width and opacity grow with weight', async () => {
    const [half, , whole] = lines(readSVG(toSVG(await figureOf('HeadView', pair))));
    // From 0.6 px to 2.4 px.
    expect([half!.width, half!.opacity]).toEqual([1.5, 0.5]);
    expect([whole!.width, whole!.opacity]).toEqual([2.4, 1]);
  });

  test('with tokens side by side, lines run downwards', async () => {
    const svg = readSVG(toSVG(await figureOf('HeadView', pair, { layout: 'horizontal' })));
    const clip = svg.querySelector('clipPath rect')!;
    const [top, bottom] = [number(clip, 'y'), number(clip, 'y') + number(clip, 'height')];
    const middle = (top + bottom) / 2;
    expect(lines(svg)[1]!.d).toEqual([20, top, 20, middle, 40, middle, 40, bottom]);
    expect(attribute(all(svg, 'text')[0]!, 'writing-mode')).toBe('vertical-rl');
  });

  test('signed numbers have the colours of signs, and a colour bar in place of heads', async () => {
    const signed = createTrace({
      attention: head([
        [-1, 0],
        [0.5, 1],
      ]),
      quantity: quantities.scores,
    });
    const svg = readSVG(toSVG(await figureOf('HeadView', signed)));
    expect(lines(svg).map(({ stroke }) => stroke)).toEqual(['#d9660d', '#2861cb', '#2861cb']);
    expect(texts(svg)).toEqual(expect.arrayContaining(['−1.00', '0', '1.00']));
    expect(texts(svg)).not.toContain('head 0');
  });

  test('over 100,000 lines are refused', async () => {
    const tokens = 320;
    const data = new Float32Array(tokens * tokens).fill(1 / tokens);
    const trace = createTrace({ attention: { dims: [1, 1, tokens, tokens], data } });
    await expect(figureOf('HeadView', trace)).rejects.toThrow(/102,400 lines are too many/);
  });
});

describe('texts', () => {
  test('tokens, heads and the caption, in order', async () => {
    const two = createTrace({
      attention: [
        [
          [
            [1, 0],
            [0, 1],
          ],
          [
            [0.5, 0.5],
            [1, 0],
          ],
        ],
      ],
      tokens: ['the', 'cat'],
    });
    const svg = readSVG(toSVG(await figureOf('HeadView', two, { edges: 'top', top: 1 })));
    expect(texts(svg)).toEqual([
      ...['the', 'cat', 'the', 'cat', 'head 0', 'head 1'],
      'layer 0, all 2 heads · weights · lines to the 1 strongest keys of each query',
    ]);
  });

  test('whatever a token holds is text', async () => {
    const tokens = ['<script>', `&"']]>`, 'a\u0001\ud800b'];
    const trace = createTrace({
      attention: head([
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ]),
      tokens,
    });
    const written = toSVG(await figureOf('HeadView', trace, { width: 2000 }));
    const svg = readSVG(written);
    expect(all(svg, 'script').length).toBe(0);
    expect(texts(svg).slice(0, 2)).toEqual(
      trace
        .stream()
        .queryTokens.slice(0, 2)
        .map(({ label }) => label),
    );
    // eslint-disable-next-line no-control-regex
    expect(written).not.toMatch(/[\u0001\ud800]/);
  });

  test('text from right to left stays on its side, and is read that way', async () => {
    const trace = createTrace({
      attention: head([
        [1, 0],
        [0, 1],
      ]),
      tokens: ['שלום.', 'cat'],
    });
    const [hebrew, latin, hebrewKey] = all(readSVG(toSVG(await figureOf('HeadView', trace))), 'text');
    const look = (text: Element) => [attribute(text, 'direction'), attribute(text, 'text-anchor')];
    // A query ends at the lines: the start of a text that is read from right to left.
    expect(look(hebrew!)).toEqual(['rtl', '']);
    expect(look(latin!)).toEqual(['', 'end']);
    expect(number(hebrew!, 'x')).toBe(number(latin!, 'x'));
    expect(look(hebrewKey!)).toEqual(['rtl', 'end']);
  });
});
