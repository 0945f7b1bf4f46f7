import { describe, expect, test } from 'vitest';
import { figureOf, toPNG, toSVG } from '../../../src/lib/export/index.js';
import { createTrace } from '../../../src/lib/trace/index.js';
import { all, attribute, number, readSVG, texts } from './read-svg.js';

const trace = createTrace({
  attention: [
    [
      [
        [1, 0],
        [0.25, 0.75],
      ],
    ],
  ],
  tokens: ['the', 'cat'],
});
const figure = await figureOf('Heatmap', trace);

describe('toSVG', () => {
  test('the background is light, dark, or none', () => {
    const first = (background: 'light' | 'dark' | 'transparent') => {
      const svg = readSVG(toSVG(figure, { background }));
      const { width, height } = { width: number(svg, 'width'), height: number(svg, 'height') };
      return all(svg, 'rect').find(
        (rect) => number(rect, 'width') === width && number(rect, 'height') === height,
      );
    };
    expect(attribute(first('light')!, 'fill')).toBe('#ffffff');
    expect(attribute(first('dark')!, 'fill')).toBe('#10151c');
    expect(first('transparent')).toBeUndefined();
  });

  test('a width in millimetres is that of the whole, and keeps its shape', () => {
    const svg = readSVG(toSVG(figure, { widthMm: 90 }));
    const [, , width, height] = attribute(svg, 'viewBox').split(' ').map(Number);
    expect(attribute(svg, 'width')).toBe('90mm');
    expect(Number.parseFloat(attribute(svg, 'height'))).toBeCloseTo((90 * height!) / width!, 1);
  });

  test('fonts are stated', () => {
    expect(attribute(readSVG(toSVG(figure)), 'font-family')).toMatch(/Helvetica, Arial/);
    expect(attribute(readSVG(toSVG(figure, { fontFamily: '"My <Font>"' })), 'font-family')).toBe(
      '"My <Font>"',
    );
  });

  test('legend and caption can be left out, or said otherwise', () => {
    const plain = readSVG(toSVG(figure, { legend: false, caption: false }));
    expect(texts(plain)).toEqual(['the', 'cat', 'the', 'cat', 'keys →', 'queries ↓']);
    expect(texts(readSVG(toSVG(figure, { caption: 'Figure 2' }))).at(-1)).toBe('Figure 2');
  });

  test('a long caption takes more lines, none wider than the figure', () => {
    const long = { ...figure, caption: 'word '.repeat(60).trim() };
    const lines = texts(readSVG(toSVG(long))).filter((text) => text.startsWith('word'));
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.join(' ')).toBe(long.caption);
  });

  test('everything lies within', () => {
    const svg = readSVG(toSVG(figure));
    const [x, y, width, height] = attribute(svg, 'viewBox').split(' ').map(Number) as [
      number,
      number,
      number,
      number,
    ];
    for (const text of all(svg, 'text[x]')) {
      expect(number(text, 'x')).toBeGreaterThanOrEqual(x);
      expect(number(text, 'x')).toBeLessThanOrEqual(x + width);
      expect(number(text, 'y')).toBeGreaterThan(y);
      expect(number(text, 'y')).toBeLessThan(y + height);
    }
  });

  test('two figures of one page share no ids; the same figure is the same text', async () => {
    const other = await figureOf('Heatmap', trace, { range: [0, 0.5] });
    const ids = (text: string) => all(readSVG(text), '[id]').map(({ id }) => id);
    expect(ids(toSVG(figure)).filter((id) => ids(toSVG(other)).includes(id))).toEqual([]);
    expect(ids(toSVG(figure)).length).toBeGreaterThan(0);
    expect(toSVG(figure)).toBe(toSVG(figure));
  });

  test('what is no width or background is refused', () => {
    expect(() => toSVG(figure, { widthMm: -1 })).toThrow(/widthMm is -1/);
    expect(() => toSVG(figure, { background: 'pink' as 'light' })).toThrow(/background is pink/);
  });
});

describe('figureOf', () => {
  test('what the trace or the view does not have is refused by name', async () => {
    await expect(figureOf('Heatmap', trace, { layer: 7 })).rejects.toMatchObject({ code: 'unknown-layer' });
    await expect(figureOf('Heatmap', trace, { head: 7 })).rejects.toMatchObject({ code: 'unknown-head' });
    const wrong = { scale: 'cubic' as 'log' };
    await expect(figureOf('Heatmap', trace, wrong)).rejects.toMatchObject({
      code: 'unknown-option',
      place: 'scale',
    });
    await expect(figureOf('Pie' as 'Heatmap', trace)).rejects.toMatchObject({
      code: 'unknown-option',
      place: 'view',
    });
  });

  test('a figure is given up when its signal says so', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(figureOf('Heatmap', trace, { signal })).rejects.toThrow('enough');
    await expect(figureOf('HeadView', trace, { signal })).rejects.toThrow('enough');
  });

  test('a part of a matrix is named', async () => {
    const { caption } = await figureOf('Heatmap', big(), {
      viewport: { query: 2, key: 0, queries: 6, keys: 10 },
    });
    expect(caption).toBe('layer 0, head 0 · weights · queries 2–7 of 10');
  });
});

function big() {
  const eye = Array.from({ length: 10 }, (_, i) => Array.from({ length: 10 }, (_, j) => Number(i === j)));
  return createTrace({ attention: [[eye]] });
}

test('toPNG says that it needs a browser', async () => {
  await expect(toPNG(figure)).rejects.toThrow(/draws in a browser/);
});
