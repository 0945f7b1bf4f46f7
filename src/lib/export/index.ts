/**
 * Figures: what a view shows as plain data, and that as SVG or PNG. Every view's component exports `figure(options)`; `figureOf`
 * makes one without a view, in Node too:
 *
 *     const { toSVG } = await import('attentrace/export');
 *     const svg = toSVG(await view.figure({ whole: true }), { widthMm: 85 });
 */
export {
  figureOf,
  type FigureOfOptions,
  type GroupFigureOptions,
  type HeadFigureOptions,
  type HeatmapFigureOptions,
} from './figure-of.js';
export { toHTML, type HTMLOptions, type PageView } from './to-html.js';
export { toPNG, type PNGOptions } from './to-png.js';
export { toSVG, type SVGOptions } from './svg.js';
export type * from './figure.js';
