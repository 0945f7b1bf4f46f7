import { describe, expect, test } from 'vitest';
import { fromUnit, toUnit, type Range, type Scale } from '../../../src/lib/render/colors/index.js';

describe('toUnit', () => {
  // Worked by hand from the definitions.
  test.each<[weight: number, Scale, Range, unit: number]>([
    [0.25, 'linear', [0, 1], 0.25],
    [0.3, 'linear', [0.2, 0.6], 0.25],
    [0.25, 'sqrt', [0, 1], 0.5],
    [0.3, 'sqrt', [0.2, 0.6], 0.5],
    [0.01, 'log', [0, 1], 1 / 3],
    [0.001, 'log', [0, 1], 0],
    [0.1, 'log', [0.01, 1], 0.5],
    [0, 'log', [0, 1], 0],
    [-1, 'log', [0, 1], 0],
    [-1, 'sqrt', [0, 1], 0],
    [2, 'linear', [0, 1], 1],
    [0.5, 'linear', [0.5, 0.5], 0],
    [0.6, 'linear', [0.5, 0.5], 1],
    [0, 'log', [0, 0], 0],
    [-0.5, 'linear', [-1, 1], 0.25],
    // Signed: ½ for 0, magnitudes to either side.
    [0, 'linear', [-2, 2], 0.5],
    [-2, 'linear', [-2, 2], 0],
    [9, 'sqrt', [-2, 2], 1],
    [0.5, 'sqrt', [-2, 2], 0.75],
    [-0.5, 'sqrt', [-2, 2], 0.25],
    [0.1, 'log', [-10, 10], 0.5 + 0.5 / 3],
    [-0.001, 'log', [-10, 10], 0.5],
    [Number.NaN, 'linear', [0, 1], 0],
  ])('%f, %s, %j → %f', (weight, scale, range, unit) =>
    expect(toUnit(weight, scale, range)).toBeCloseTo(unit, 12),
  );
});

test.each<[Scale, Range]>([
  ['linear', [0, 0.64]],
  ['linear', [-2, 2]],
  ['sqrt', [-2, 2]],
  ['sqrt', [0.1, 0.7]],
  ['log', [0, 0.5]],
  ['log', [0.02, 0.5]],
])('fromUnit undoes toUnit: %s %j', (scale, range) => {
  for (const unit of [0, 0.1, 0.5, 0.9, 1])
    expect(toUnit(fromUnit(unit, scale, range), scale, range)).toBeCloseTo(unit, 12);
});
