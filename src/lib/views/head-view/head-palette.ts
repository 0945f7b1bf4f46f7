import { diverging, headColors, rgbToHex, tableColor } from '../../render/colors/index.js';
import { isSigned, type Stream } from '../../trace/index.js';
import { combinedColor } from './drawn-heads.js';

/** Several heads as one have the colour of none. */
const combined = { light: '#3c4453', dark: '#c3cad6' };

/** The colours of all heads, by the model's numbers, and last that of several combined. */
export function drawnColors(stream: Stream, theme: 'light' | 'dark'): string[] {
  return [...headColors(combinedColor(stream), theme), combined[theme]];
}

/** The colours of lines by their index: of heads, or of signed numbers those of signs. */
export function lineColors(stream: Stream, theme: 'light' | 'dark'): string[] {
  return isSigned(stream.quantity) ? signColors(theme) : drawnColors(stream, theme);
}

/** The colours of heads, and those of signs, as variables of CSS that follow the colour scheme. */
export function colorVariables(stream: Stream): string {
  const [light, dark] = [drawnColors(stream, 'light'), drawnColors(stream, 'dark')];
  const nameOf = (i: number) => (i === combinedColor(stream) ? 'combined' : i);
  const heads = light.map((color, i) => `--at-head-${nameOf(i)}: light-dark(${color}, ${dark[i]})`);
  return [...heads, signVariables()].join(';');
}

/** Those of signs alone: `--at-head-negative`, `--at-head-positive`. */
export function signVariables(): string {
  const [light, dark] = [signColors('light'), signColors('dark')];
  return signs.map((name, i) => `--at-head-${name}: light-dark(${light[i]}, ${dark[i]})`).join(';');
}

/** The variable that holds a line's colour: that of a head, of several combined, or of a sign. */
export function colorVariable(stream: Stream, color: number): string {
  if (isSigned(stream.quantity)) return `--at-head-${signs[color]!}`;
  return `--at-head-${color === combinedColor(stream) ? 'combined' : color}`;
}

const signs = ['negative', 'positive'];

/** The colours of negative and of positive numbers: the ends of the diverging scale. */
export function signColors(theme: 'light' | 'dark'): string[] {
  return [0, 1].map((end) => rgbToHex(tableColor(diverging[theme], end)));
}
