/**
 * Colours and scales: pure functions and tables, without Pixi, for the browser and the server alike.
 */
export { diverging } from './diverging.js';
export { headColors, layerColors, packColors } from './heads.js';
export { contrast, hexToRgb, rgbToHex } from './oklab.js';
export { fromUnit, toUnit, type Range, type Scale } from './scale.js';
export { cividis, magma, night, paper, viridis } from './sequential.js';
export { tableColor, type ColorTable } from './table.js';
export { backgroundColors, hatchColors, type Theme } from './theme.js';
