import {
  contrast,
  diverging,
  hexToRgb,
  night,
  paper,
  rgbToHex,
  tableColor,
  toUnit,
  type ColorTable,
  type Range,
  type Scale,
} from '../../render/colors/index.js';

/** Colours of values on light and on dark pages. */
export interface ColorTables {
  readonly light: ColorTable;
  readonly dark: ColorTable;
}

/** The colours of a range where nobody asks for others: 0 is as the background; in two hues where the range starts below 0. */
export function colorTables(range: Range): ColorTables {
  return range[0] < 0 ? diverging : { light: paper, dark: night };
}

const hexAt = (table: ColorTable, unit: number): string => rgbToHex(tableColor(table, unit));

/** The colour at a place of the tables, 0 to 1, for CSS: it follows the theme. */
export const colorAt = ({ light, dark }: ColorTables, unit: number): string =>
  `light-dark(${hexAt(light, unit)}, ${hexAt(dark, unit)})`;

const inks = ['#16191f', '#ffffff'] as const;

/**
 * The colour of a value in a range, and that of text upon it, whichever of black and white is told apart better: for CSS, following
 * the theme. A range as `valueRange` gives it; `scale` as in the legend beside it.
 */
export function valueColors(
  value: number,
  range: Range,
  scale: Scale = 'linear',
  tables = colorTables(range),
): { background: string; color: string } {
  const { background, ink } = valueInks(value, range, scale, tables);
  return { background: `light-dark(${background.join(', ')})`, color: `light-dark(${ink.join(', ')})` };
}

type Pair = readonly [light: string, dark: string];

/** The same, as colours on light pages and on dark. */
export function valueInks(
  value: number,
  range: Range,
  scale: Scale = 'linear',
  { light, dark } = colorTables(range),
): { background: Pair; ink: Pair } {
  const unit = toUnit(value, scale, range);
  const ink = (table: ColorTable): string => {
    const [black, white] = inks.map((color) => contrast(tableColor(table, unit), hexToRgb(color)));
    return inks[black! > white! ? 0 : 1];
  };
  return { background: [hexAt(light, unit), hexAt(dark, unit)], ink: [ink(light), ink(dark)] };
}
