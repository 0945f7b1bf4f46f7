/** All of attentrace in one file, Pixi and styles included, and its elements: for a page that has no bundler, or no network. */
import { defineElements } from './embed/define-elements.js';

export * from './index.js';
export * from './analysis/index.js';
export * from './io/index.js';
export type * from './embed/elements.js';

defineElements();
