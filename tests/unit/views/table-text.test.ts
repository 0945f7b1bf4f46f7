import { expect, test } from 'vitest';
import { tableText } from '../../../src/lib/views/kit/table-text.js';

test('a field each, whatever a token holds; numbers to six digits', () => {
  const rows = [
    ['', 'a\tb', 'say "so"', '⏎\n'],
    ['plain', 1 / 3, -0.0000012345678, NaN],
  ];
  expect(tableText(rows)).toBe('\t"a\tb"\t"say ""so"""\t"⏎\n"\nplain\t0.333333\t-0.00000123457\tNaN');
});
