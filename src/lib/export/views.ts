/** What views make figures with: loaded by them when the first is asked for. */
export { budgetFigure } from './budget-figure.js';
export { groupFigure } from './group-figure.js';
export { headFigure } from './head-figure.js';
export { heatmapFigure } from './heatmap-figure.js';
export { joinFigures } from './join-figures.js';
export { modelFigure } from './model-figure.js';
export { neuronFigure, type NeuronColumn, type TokenMark } from './neuron-figure.js';
export { scatterFigure } from './scatter-figure.js';
export { toPNG } from './to-png.js';
export { toSVG } from './svg.js';
export { tokenFigure, type ShownText, type TextPiece } from './token-figure.js';
export { wholeHead } from './whole-head.js';
export { wholeHeatmap } from './whole-heatmap.js';
