export { createLinesLayer, type Lines, type LinesLayer, type LinesProps } from './layer.js';
