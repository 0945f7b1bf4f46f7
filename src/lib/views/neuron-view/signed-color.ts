import { contrast, diverging, rgbToHex, tableColor, type Theme } from '../../render/colors/index.js';

/** The place of a number in the table of signed colours, 0 to 1: ½ for 0, the ends from ±range on. */
function signedUnit(value: number, range: number): number {
  return 0.5 + 0.5 * Math.min(1, Math.max(-1, value / range));
}

const inks = { dark: '#16191f', light: '#ffffff' } as const;

/** A colour for CSS that follows the theme. */
function lightDark(pick: (theme: Theme) => string): string {
  return `light-dark(${pick('light')}, ${pick('dark')})`;
}

/** The colour of a number as CSS, and that of text upon it, whichever of black and white is told apart better. */
export function signedCss(value: number, range: number): { background: string; color: string } {
  const colorIn = (theme: Theme) => tableColor(diverging[theme], signedUnit(value, range));
  return {
    background: lightDark((theme) => rgbToHex(colorIn(theme))),
    color: lightDark((theme) =>
      contrast(colorIn(theme), [22, 25, 31]) > contrast(colorIn(theme), [255, 255, 255])
        ? inks.dark
        : inks.light,
    ),
  };
}

/** The whole table from the most negative to the most positive as a CSS gradient. */
export function signedGradient(): string {
  const stops = Array.from({ length: 17 }, (_, i) => signedCss(i / 8 - 1, 1).background);
  return `linear-gradient(to right, ${stops.join(', ')})`;
}
