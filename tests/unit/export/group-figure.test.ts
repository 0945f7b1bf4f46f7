import { describe, expect, test } from 'vitest';
import { groupShares, groupsFromSegments, groupsFromSentences } from '../../../src/lib/analysis/index.js';
import { figureOf, toSVG } from '../../../src/lib/export/index.js';
import { diverging, rgbToHex, tableColor } from '../../../src/lib/render/colors/index.js';
import { createTrace } from '../../../src/lib/trace/index.js';
import { formatWeight } from '../../../src/lib/views/kit/numbers.js';
import { ragTrace } from '../../../src/stories/rag-trace.js';
import { all, attribute, number, readSVG, texts } from './read-svg.js';

const trace = ragTrace();
const planted = trace.stream().keySegments[1]!;
const chosen = { queryGroup: 'It was the longest span in the world until 1964.', keyGroup: planted.name };

describe('groups', () => {
  test('names, shares and lifts of all groups are written, and the caption says what is looked at', async () => {
    const figure = await figureOf('GroupView', trace, chosen);
    const svg = readSVG(toSVG(figure));
    const written = texts(svg).join(' ');
    for (const { name } of trace.stream().keySegments.slice(0, -1)) expect(written).toContain(name);
    const shares = await sharesOf();
    expect(shares.queryGroups).toHaveLength(4);
    for (const { name } of shares.queryGroups) expect(written).toContain(name);
    const query = shares.queryGroups.findIndex(({ name }) => name === chosen.queryGroup);
    for (let key = 0; key < 5; key++)
      expect(texts(svg)).toContain(formatWeight(shares.cell(query, key).share));
    expect(figure.caption).toContain('mean of 48 heads · weights');
    expect(figure.caption).toMatch(/It was the longest span .* → 2 · Encyclopaedia: the bridge$/);
  });

  test('a bar is as long as its share, in the colour of its group', async () => {
    const figure = await figureOf('GroupView', trace, { chosenHeads: [{ layer: 2, head: 5 }] });
    const svg = readSVG(toSVG(figure));
    const swatches = all(svg, 'rect[rx="3"][width="10"]').map((rect) => attribute(rect, 'fill'));
    expect(swatches).toHaveLength(5);
    const bars = all(svg, 'rect[fill="#e8e9eb"]');
    expect(bars).toHaveLength(4);
    const shares = await sharesOf();
    const head = shares.heads.findIndex((one) => one.layer === 2 && one.head === 5);
    for (const [query, bar] of bars.entries()) {
      const [left, width] = [number(bar, 'x'), number(bar, 'width')];
      const parts: Element[] = [];
      for (
        let next = bar.nextElementSibling;
        next?.getAttribute('height') === '14';
        next = next.nextElementSibling
      )
        parts.push(next);
      let from = 0;
      for (let key = 0; key < 5; key++) {
        const { share } = shares.cell(query, key, [head]);
        if (share === 0) continue;
        const part = parts.find((one) => attribute(one, 'fill') === swatches[key])!;
        expect(number(part, 'x')).toBeCloseTo(left + from * width, 1);
        // But a gap of a pixel.
        expect(number(part, 'width')).toBeCloseTo(Math.max(0.5, share * width - 1), 1);
        from += share;
      }
    }
    expect(figure.caption).toContain('head 2.5');
  });

  test('the strongest head has the strongest colour', async () => {
    const svg = readSVG(toSVG(await figureOf('GroupView', trace, chosen)));
    const cells = all(svg, 'rect[stroke="#e4e7ec"]').map((rect) => attribute(rect, 'fill'));
    expect(cells).toHaveLength(48);
    const shares = await sharesOf();
    const query = shares.queryGroups.findIndex(({ name }) => name === chosen.queryGroup);
    const values = shares.headValues(query, 1).map(({ value }) => value);
    expect(cells[values.indexOf(Math.max(...values))]).toBe('#192465');
  });

  test('weights of heads are in the grid in two hues, and bars are as long as weighted shares', async () => {
    const values = Array.from({ length: 6 }, (_, layer) =>
      Array.from({ length: 8 }, (_, head) => (layer === 2 && head === 5 ? 3 : layer + head === 0 ? -3 : 0)),
    );
    const headWeights = { label: 'AT2', values };
    const figure = await figureOf('GroupView', trace, {
      ...{ ...chosen, headWeights, headGrid: 'weight', weighted: true },
    });
    const svg = readSVG(toSVG(figure));
    const cells = all(svg, 'rect[stroke="#e4e7ec"]').map((rect) => attribute(rect, 'fill'));
    expect(cells).toHaveLength(48);
    const ends = [0, 0.5, 1].map((unit) => rgbToHex(tableColor(diverging.light, unit)));
    expect([cells[0], cells[1], cells[2 * 8 + 5]]).toEqual(ends);
    expect(figure.caption).toContain('weighted by AT2');
    expect(texts(svg).join(' ')).toContain('AT2 of each head');
    const shares = await sharesOf();
    const query = shares.queryGroups.findIndex(({ name }) => name === chosen.queryGroup);
    const [retrieves, first] = [2 * 8 + 5, 0].map((head) => shares.cell(query, 1, [head]).share);
    expect(texts(svg)).toContain(formatWeight((retrieves! - first!) / 2));
  });

  test('the text that is most looked at is shaded most', async () => {
    const svg = readSVG(toSVG(await figureOf('GroupView', trace, chosen)));
    const shades = all(svg, 'rect[fill="#6fa3dc"]');
    expect(shades.length).toBeGreaterThan(20);
    const strongest = shades.find((rect) => !rect.hasAttribute('fill-opacity'))!;
    const line = (() => {
      for (let next = strongest.nextElementSibling; next; next = next.nextElementSibling)
        if (next.tagName === 'text') return next.textContent;
    })();
    expect(line).toContain('longest');
  });

  test('no text is wider than its room, and words stay whole', async () => {
    const svg = readSVG(toSVG(await figureOf('GroupView', trace, { width: 320 })));
    const widths = all(svg, 'text[textLength]').map((text) => number(text, 'textLength'));
    expect(widths.length).toBeGreaterThan(20);
    expect(Math.max(...widths)).toBeLessThan(320 - 150);
    expect(texts(svg).join(' ')).toContain('City history');
  });

  test('what is wrong is refused by name', async () => {
    await expect(figureOf('GroupView', trace, { queryGroup: 3 as never })).rejects.toMatchObject({
      code: 'unknown-option',
      place: 'queryGroup',
    });
    const keyGroups = [{ name: 'far', positions: [4000] }];
    await expect(figureOf('GroupView', trace, { keyGroups })).rejects.toMatchObject({
      code: 'group-outside',
    });
    const small = createTrace({ attention: [[[[1]]]], tokens: ['</text>'] });
    const svg = readSVG(toSVG(await figureOf('GroupView', small)));
    expect(texts(svg).join(' ')).toContain('</text>');
  });
});

function sharesOf() {
  const stream = trace.stream();
  const { queryTokens, querySegments, keyTokens, keySegments } = stream;
  return groupShares(stream, {
    queryGroups: groupsFromSentences(queryTokens, { within: querySegments.at(-1), segments: querySegments }),
    keyGroups: groupsFromSegments(keyTokens, keySegments.slice(0, -1)),
  });
}
