import { headColors } from '../../render/colors/index.js';

/** The colour of each of so many groups, for CSS: it follows the theme. */
export function groupColors(count: number): string[] {
  const [light, dark] = [headColors(count, 'light'), headColors(count, 'dark')];
  return light.map((color, i) => `light-dark(${color}, ${dark[i]})`);
}
