import { JSDOM } from 'jsdom';
import { expect, test } from 'vitest';
import { toHTML } from '../../../src/lib/export/index.js';
import { loadTrace } from '../../../src/lib/io/index.js';
import { blockWeights, createTrace } from '../../../src/lib/trace/index.js';

const code = `export const marks = '</script><!-- \u2028';`;
const tokens = ['</script><script>alert(1)</script>', '<!--', '\u2028'];
const head = (n: number) => [
  [n, 1 - n, 0],
  [0, n, 1 - n],
  [1 - n, 0, n],
];
const trace = createTrace({
  attention: [
    [head(0.25), head(0.5)],
    [head(0.75), head(1)],
  ],
  tokens,
  model: '<b>',
});

const partOf = (html: string, id: string): string =>
  new JSDOM(html).window.document.getElementById(id)!.textContent;

test('data, tokens and code come through whole, and nothing of them is HTML', async () => {
  const html = await toHTML([{ view: 'HeadView', props: { layer: 1, labels: { layer: '</script>' } } }], {
    trace,
    code,
  });
  const { document } = new JSDOM(html).window;
  expect([...document.scripts].map(({ type }) => type)).toEqual([
    'application/json',
    'text/plain',
    'application/json',
    'module',
  ]);
  expect(document.title).toBe('<b>');
  expect(JSON.parse(partOf(html, 'code'))).toBe(code);
  expect(JSON.parse(partOf(html, 'views'))[0].props.labels.layer).toBe('</script>');
  const read = await loadTrace(Uint8Array.from(Buffer.from(partOf(html, 'trace'), 'base64')));
  expect(read.stream().queryTokens.map(({ raw }) => raw)).toEqual(tokens);
  const row = read.stream().matrix(1, 0).block({ row: 0, col: 0, rows: 1, cols: 3 });
  expect([...blockWeights(await row)]).toEqual([0.75, 0.25, 0]);
  expect(html).not.toMatch(/https?:|src=/);
});

test('only the layers and heads that are asked for are in it, by their numbers', async () => {
  const html = await toHTML([{ view: 'Heatmap' }], { trace, code, layers: [1], heads: [1] });
  const read = await loadTrace(Uint8Array.from(Buffer.from(partOf(html, 'trace'), 'base64')));
  expect([read.stream().layers, read.stream().heads]).toEqual([[1], [1]]);
  const first = await read.stream().matrix(1, 1).block({ row: 0, col: 0, rows: 1, cols: 1 });
  expect(blockWeights(first)[0]).toBe(1);
  await expect(toHTML([], { trace, code, layers: [9] })).rejects.toThrow(/holds layers 0, 1/);
});

test('what is too large, or no plain data, is refused', async () => {
  await expect(toHTML([], { trace, code, mostBytes: 100 })).rejects.toThrow(/over 0.0: name the layers/);
  const props = { onHoverChange: () => {} };
  await expect(toHTML([{ view: 'Heatmap', props }], { trace, code })).rejects.toThrow(
    /onHoverChange of Heatmap/,
  );
});
