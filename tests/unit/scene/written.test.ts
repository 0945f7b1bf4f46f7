import { expect, test } from 'vitest';
import { written } from '../../../src/lib/scene/written.js';

test.each([0, 7, 999, -999, 1000, -1000, 131_072, 0.5, 1.23456, 12_345.6, 1e21, Infinity, NaN])(
  'short whole numbers are written as all others are: %d',
  (value) => expect(written(value)).toBe(value.toLocaleString('en')),
);
