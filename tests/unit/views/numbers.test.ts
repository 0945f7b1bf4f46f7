import { expect, test } from 'vitest';
import { weightQuantity, type Quantity } from '../../../src/lib/trace/index.js';
import { formatValue } from '../../../src/lib/views/kit/numbers.js';

const score: Quantity = { name: 'score', range: [-Infinity, Infinity], evidence: 'descriptive' };

test.each([
  [0, '0'],
  [0.0004, '<0.001'],
  [0.0123, '0.012'],
  [0.0996, '0.10'],
  [0.35, '0.35'],
  [1, '1.00'],
])('the weight %d is written %s', (value, expected) => {
  expect(formatValue(value, weightQuantity)).toBe(expected);
});

test.each([
  [-0.35, '−0.35'],
  [-0.0004, '>−0.001'],
  [-0.0123, '−0.012'],
  [9.994, '9.99'],
  [9.996, '10'],
  [12.34, '12.3'],
  [-123.4, '−123'],
  [12345, '12,345'],
  [Infinity, '∞'],
  [-Infinity, '−∞'],
  [NaN, '–'],
])('the score %d is written %s', (value, expected) => {
  expect(formatValue(value, score)).toBe(expected);
});

test('a unit stands after the number', () => {
  expect(formatValue(-1.5, { ...score, unit: 'nats' })).toBe('−1.50 nats');
});
