import { headColors } from '../../render/colors/index.js';
import type { Stream } from '../../trace/index.js';
import { combinedColor } from './drawn-heads.js';

/** Several heads as one have the colour of none. */
const combined = { light: '#3c4453', dark: '#c3cad6' };

/** The colours of all heads, by the model's numbers, and last that of several combined. */
export function drawnColors(stream: Stream, theme: 'light' | 'dark'): string[] {
  return [...headColors(combinedColor(stream), theme), combined[theme]];
}

/** The same as variables of CSS that follow the colour scheme. */
export function colorVariables(stream: Stream): string {
  const [light, dark] = [drawnColors(stream, 'light'), drawnColors(stream, 'dark')];
  const nameOf = (i: number) => (i === combinedColor(stream) ? 'combined' : i);
  return light.map((color, i) => `--at-head-${nameOf(i)}: light-dark(${color}, ${dark[i]})`).join(';');
}
