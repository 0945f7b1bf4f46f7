/** The views in a notebook and on pages that Python writes: built by `npm run build:python` into the Python package. */
export { figureFor } from './figure-for.js';
export { showLive } from './show-live.js';
export { showPage } from './show-page.js';
