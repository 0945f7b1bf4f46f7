import { expect, onTestFinished, test } from 'vitest';
import { toTokens } from '../../../src/lib/trace/index.js';
import { measureLines } from '../../../src/lib/views/token-view/measure-lines.js';
import { toProse } from '../../../src/lib/views/token-view/prose.js';

/** A text of 900 words in a column of 300 pixels, with an empty token, and newlines in a row. */
const words = Array.from({ length: 900 }, (_, i) => ` word${i}`);
words[450] = '';
words[700] = '\n\n';
const prose = toProse(toTokens(words));

function flowInSheet(): HTMLElement {
  const sheet = document.createElement('div');
  sheet.style.cssText =
    'position: relative; width: 300px; font: 15px/29px sans-serif; white-space: pre-wrap; overflow-wrap: anywhere';
  const flow = document.createElement('div');
  sheet.append(flow);
  document.body.append(sheet);
  onTestFinished(() => sheet.remove());
  return flow;
}

test.each(['', 'transform: scale(0.5)', 'zoom: 1.5'])(
  'every line begins where the browser begins it %s',
  (scaled) => {
    const flow = flowInSheet();
    const found = [...measureLines(flow, prose)].at(-1)!;
    flow.parentElement!.style.cssText += `; ${scaled}`;
    const lines = [...measureLines(flow, prose)].at(-1)!;
    expect(lines.complete).toBe(true);
    const boxes = words.map((_, position) => {
      const { before, parts } = prose.at(position);
      const box = document.createElement('span');
      box.append(...parts.map(({ text }) => text));
      flow.append(before, box);
      return box;
    });
    // Read where nothing is scaled.
    flow.parentElement!.style.transform = flow.parentElement!.style.zoom = '';
    expect(found.count).toBe(lines.count);
    const { top } = flow.getBoundingClientRect();
    const expected = boxes.map((box) => Math.floor((box.getClientRects()[0]!.y - top) / 29));
    expect(lines.count).toBe(expected.at(-1)! + 1);
    expect(words.map((_, position) => lines.lineOf(position))).toEqual(expected);
  },
);

test('of a text that is not laid out, all is one line', () => {
  const flow = flowInSheet();
  flow.parentElement!.style.display = 'none';
  const lines = [...measureLines(flow, prose)].at(-1)!;
  expect([lines.complete, lines.count]).toEqual([true, 1]);
});
