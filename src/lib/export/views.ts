/** What views make figures with: loaded by them when the first is asked for. */
export { headFigure } from './head-figure.js';
export { heatmapFigure } from './heatmap-figure.js';
export { toPNG } from './to-png.js';
export { toSVG } from './svg.js';
export { wholeHead } from './whole-head.js';
export { wholeHeatmap } from './whole-heatmap.js';
