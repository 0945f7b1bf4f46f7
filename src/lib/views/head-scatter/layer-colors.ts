import { layerColors } from '../../render/colors/index.js';

/** The colour of each of so many layers, for CSS: it follows the theme. One layer alone has a list of two, for a gradient. */
export function colorsOfLayers(count: number): string[] {
  const shown = Math.max(2, count);
  const [light, dark] = [layerColors(shown, 'light'), layerColors(shown, 'dark')];
  const colors = light.map((color, i) => `light-dark(${color}, ${dark[i]})`);
  return count === 1 ? [colors[0]!, colors[0]!] : colors;
}
