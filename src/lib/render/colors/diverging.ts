import { hexToRgb, rgbToOklab } from './oklab.js';
import { tableFromStops, type ColorTable } from './table.js';
import { backgroundColors, type Theme } from './theme.js';

/**
 * For signed numbers: orange below, blue above, and at 0, entry 128, the background itself, as in `paper` and `night`. Lightness
 * runs evenly from there to either end.
 */
export const diverging: Readonly<Record<Theme, ColorTable>> = {
  light: fromMiddle(['#d9660d', '#e5975a'], backgroundColors.light, ['#7fa3e1', '#2861cb']),
  dark: fromMiddle(['#ff9a4d', '#9f653b'], backgroundColors.dark, ['#4c6cae', '#74a2ff']),
};

function fromMiddle(below: readonly string[], middle: string, above: readonly string[]): ColorTable {
  const lightness = (hex: string): number => rgbToOklab(hexToRgb(hex))[0];
  const zero = 128 / 255;
  /** How far a colour is from the middle, 1 at the end of its side. */
  const distance = (hex: string, end: string): number =>
    (lightness(hex) - lightness(middle)) / (lightness(end) - lightness(middle));
  return tableFromStops(
    [...below, middle, ...above],
    [
      ...below.map((hex) => zero * (1 - distance(hex, below[0]!))),
      zero,
      ...above.map((hex) => zero + (1 - zero) * distance(hex, above.at(-1)!)),
    ],
  );
}
