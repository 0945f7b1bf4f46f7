import {
  cividis,
  diverging,
  magma,
  night,
  paper,
  viridis,
  type ColorTable,
} from '../../render/colors/index.js';
import { anyThat } from '../kit/option-rules.js';

const tables = { paper, night, viridis, magma, cividis };

/** Names of the colour tables; `auto` is paper on light themes and night on dark ones, and of signed values a diverging one. */
export type ColorName = 'auto' | keyof typeof tables;

const names: readonly unknown[] = ['auto', ...Object.keys(tables)];

/** What the prop `colors` may be. */
export const colorsRule = anyThat<ColorName | ColorTable>(
  'auto',
  `'auto', 'paper', 'night', 'viridis', 'magma', 'cividis' or a Uint8Array of 256 × red, green, blue`,
  (value) => names.includes(value) || (value instanceof Uint8Array && value.length === 256 * 3),
);

/** The table that a view is drawn with. */
export function tableOf(colors: ColorName | ColorTable, isSigned: boolean, dark: boolean): ColorTable {
  if (typeof colors === 'object') return colors;
  if (colors !== 'auto') return tables[colors];
  if (isSigned) return diverging[dark ? 'dark' : 'light'];
  return dark ? night : paper;
}
