import { describe, expect, test } from 'vitest';
import {
  backgroundColors,
  cividis,
  diverging,
  hatchColors,
  headColors,
  hexToRgb,
  layerColors,
  magma,
  night,
  packColors,
  paper,
  rgbToHex,
  tableColor,
  viridis,
  type ColorTable,
} from '../../../src/lib/render/colors/index.js';

/** CIE L* (0..100) of sRGB: another measure of lightness than the OKLab the tables are made in. */
function lightness(rgb: readonly number[]): number {
  const y = luminance(rgb);
  return y > 216 / 24389 ? 116 * Math.cbrt(y) - 16 : (24389 / 27) * y;
}

function luminance(rgb: readonly number[]): number {
  const [r, g, b] = rgb.map((c) =>
    c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: readonly number[], b: readonly number[]): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high! + 0.05) / (low! + 0.05);
}

const entry = (table: ColorTable, i: number) => [...table.subarray(i * 3, i * 3 + 3)];
const lightnesses = (table: ColorTable, from = 0, to = 256) =>
  Array.from({ length: to - from }, (_, i) => lightness(entry(table, from + i)));

describe('sequential tables', () => {
  const darkening: [string, ColorTable][] = [['paper', paper]];
  const lightening: [string, ColorTable][] = Object.entries({ night, viridis, magma, cividis });

  test.each([...darkening, ...lightening])(
    '%s has 256 entries whose lightness runs one way',
    (name, table) => {
      expect(table).toHaveLength(768);
      const values = lightnesses(table);
      const steps = values
        .slice(1)
        .map((value, i) => (name === 'paper' ? values[i]! - value : value - values[i]!));
      // 8-bit rounding moves L* by up to about 0.2.
      expect(Math.min(...steps)).toBeGreaterThan(-0.25);
      expect(Math.abs(values.at(-1)! - values[0]!)).toBeGreaterThan(50);
    },
  );

  test.each([...darkening, ...lightening])('%s has no step that looks like a band', (_, table) => {
    const values = lightnesses(table);
    expect(Math.max(...values.slice(1).map((value, i) => Math.abs(value - values[i]!)))).toBeLessThan(1.2);
  });

  test('zero of paper and night is the background', () => {
    expect(entry(paper, 0)).toEqual([255, 255, 255]);
    expect(entry(night, 0)).toEqual([16, 21, 28]);
    expect(backgroundColors).toEqual({ light: '#ffffff', dark: '#10151c' });
  });

  // Entries of matplotlib 3.11's tables, between the stops that ours are made from.
  test.each([
    ['viridis', viridis, { 8: [71, 13, 96], 60: [61, 78, 138], 127: [33, 144, 141], 200: [112, 207, 87] }],
    ['magma', magma, { 8: [3, 3, 18], 60: [74, 16, 121], 127: [181, 54, 122], 200: [253, 152, 105] }],
    ['cividis', cividis, { 8: [0, 40, 91], 60: [63, 76, 108], 127: [124, 123, 120], 200: [196, 180, 104] }],
  ] as const)('%s is the map of that name', (_, table, entries) => {
    for (const [i, expected] of Object.entries(entries)) {
      const found = entry(table, Number(i));
      expect(Math.max(...found.map((c, j) => Math.abs(c - expected[j]!)))).toBeLessThanOrEqual(4);
    }
  });

  test.each(['light', 'dark'] as const)('the %s hatch is in no table', (theme) => {
    for (const hex of Object.values(hatchColors[theme])) {
      for (const table of [paper, night, viridis, magma, cividis]) {
        const all = Array.from({ length: 256 }, (_, i) => entry(table, i).join());
        expect(all).not.toContain(hexToRgb(hex).join());
      }
    }
  });
});

test.each(['light', 'dark'] as const)(
  'diverging %s: lightness is lowest contrast in the middle, equal at the ends',
  (theme) => {
    const sign = theme === 'light' ? 1 : -1;
    const values = lightnesses(diverging[theme]).map((value) => value * sign);
    const rise = values.slice(0, 128);
    const fall = values.slice(128);
    expect(rise.every((value, i) => i === 0 || value >= rise[i - 1]! - 0.25)).toBe(true);
    expect(fall.every((value, i) => i === 0 || value <= fall[i - 1]! + 0.25)).toBe(true);
    // Zero is the background itself.
    expect(rgbToHex(tableColor(diverging[theme], 0.5))).toBe(backgroundColors[theme]);
    expect(entry(diverging[theme], 0)[0]).toBeGreaterThan(entry(diverging[theme], 0)[2]!);
    expect(entry(diverging[theme], 255)[2]).toBeGreaterThan(entry(diverging[theme], 255)[0]!);
  },
);

test('tableColor looks up the nearest entry and clamps', () => {
  expect(tableColor(viridis, 0.5)).toEqual(entry(viridis, 128));
  expect(tableColor(viridis, -1)).toEqual(entry(viridis, 0));
  expect(tableColor(viridis, 2)).toEqual(entry(viridis, 255));
});

describe.each(['light', 'dark'] as const)('categorical colours, %s', (theme) => {
  const background = hexToRgb(backgroundColors[theme]);

  test('stand out from the background by 3:1 or more', () => {
    for (const hex of [...headColors(64, theme), ...layerColors(48, theme)]) {
      expect(contrast(hexToRgb(hex), background)).toBeGreaterThanOrEqual(3);
    }
  });

  test('neighbours of the first 16 heads differ clearly, and no two are the same', () => {
    const colors = headColors(16, theme).map(hexToRgb);
    const distance = (a: readonly number[], b: readonly number[]) =>
      Math.hypot(...a.map((c, i) => c - b[i]!));
    for (let i = 1; i < colors.length; i++) expect(distance(colors[i]!, colors[i - 1]!)).toBeGreaterThan(80);
    expect(new Set(headColors(16, theme)).size).toBe(16);
  });

  test('a head keeps its colour whatever the number of heads', () => {
    expect(headColors(12, theme).slice(0, 4)).toEqual(headColors(4, theme));
  });

  test('are of one lightness', () => {
    const values = headColors(32, theme).map((hex) => lightness(hexToRgb(hex)));
    expect(Math.max(...values) - Math.min(...values)).toBeLessThan(7);
  });

  test('layers run from blue to gold', () => {
    const [first, last] = [layerColors(5, theme)[0]!, layerColors(5, theme)[4]!].map(hexToRgb);
    expect(first![2]).toBeGreaterThan(first![0]);
    expect(last![0]).toBeGreaterThan(last![2]);
    expect(layerColors(1, theme)).toHaveLength(1);
  });
});

test('packColors gives bytes, and a colour that is none is refused', () => {
  expect(packColors(['#010203', '#ff8000'])).toEqual(new Uint8Array([1, 2, 3, 255, 128, 0]));
  expect(() => packColors(['red'])).toThrow('"red" is not a colour: expected #rrggbb.');
});
