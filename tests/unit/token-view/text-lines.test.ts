import { describe, expect, test } from 'vitest';
import { TextLines, textWindow } from '../../../src/lib/views/token-view/text-lines.js';

// 100 lines of 10 tokens, but line 40 is blank: it starts with the token of line 41.
const starts = Array.from({ length: 100 }, (_, line) => (line === 40 ? 410 : line * 10));
const lines = new TextLines(starts, 1000, true);
// Of 1,000 tokens the lines of the first 200 are known: 20 of 10 tokens, and the one that follows has begun.
const partly = new TextLines(starts.slice(0, 21), 1000, false);

describe('the part of a long text that is in the page', () => {
  test.each([0, 2])('holds every line in sight, wherever it is scrolled to, and %i sixths more', (around) => {
    for (let scrollPx = 0; scrollPx <= 100 * 29 - 300; scrollPx += 7) {
      const { line, start, end } = textWindow(lines, scrollPx, 300, around);
      expect(start).toBe(starts[line]);
      expect(line * 29, `at ${scrollPx}`).toBeLessThanOrEqual(scrollPx);
      expect(end === 1000 || starts.indexOf(end) * 29 >= scrollPx + 300, `at ${scrollPx}`).toBe(true);
      expect(end - start).toBeLessThan(around === 0 ? 200 : 500);
    }
  });

  test('where lines are not measured yet, holds about what will be there', () => {
    for (const scrollPx of [0, 300, 60 * 29, 90 * 29, 2600]) {
      const { start, end } = textWindow(partly, scrollPx, 300, 2);
      expect(start).toBeLessThanOrEqual((scrollPx / 29) * 10);
      expect(end).toBeGreaterThanOrEqual(Math.min(1000, (scrollPx / 29) * 10 + 100));
      expect(end - start).toBeLessThan(500);
    }
  });
});

test('the line of a token, and how many there are', () => {
  expect([0, 9, 10, 405, 410, 999].map((position) => lines.lineOf(position))).toEqual([0, 0, 1, 39, 41, 99]);
  expect([lines.count, lines.share]).toEqual([100, 1]);
  expect([0, 199, 200, 205, 995].map((position) => partly.lineOf(position))).toEqual([0, 19, 20, 20, 99]);
  expect([partly.count, partly.share]).toEqual([100, 0.2]);
});

test('a text that grows longer while it is measured keeps what was said of it', () => {
  const growing = starts.slice(0, 21);
  const before = new TextLines(growing, 1000, false);
  growing.push(500);
  expect(before.startOf(21)).toBe(210);
});

test('lines of one token, and of more lines than tokens', () => {
  expect(new TextLines([0], 1, true).lineOf(0)).toBe(0);
  const blank = new TextLines([0, 1, 1, 1, 2], 100, false);
  expect(blank.startOf(blank.count)).toBe(100);
  expect(blank.lineOf(99)).toBe(blank.count - 1);
});
