/** All of attentrace in one file, Pixi and styles included, and its elements: for a page that has no bundler, or no network. */
import './embed/elements.js';

export * from './index.js';
export * from './analysis/index.js';
export * from './io/index.js';
