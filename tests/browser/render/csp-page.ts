/** Runs inside a frame whose policy forbids eval; tells its parent what it found. */
import { createHeatmapLayer, createLinesLayer } from '../../../src/lib/render/index.js';
import { denseMatrix, makeSurface } from './helpers.js';

function evalAllowed(): boolean {
  try {
    return new Function('return true')() as boolean;
  } catch {
    return false;
  }
}

const view = makeSurface(20, 20);
createHeatmapLayer(view.surface).setProps({
  matrix: denseMatrix(1, 1, 'uint8', () => 0),
  viewport: { query: 0, key: 0, queries: 1, keys: 1 },
  rect: { x: 0, y: 0, width: 10, height: 20 },
  table: new Uint8Array(768).fill(77),
});
const lines = createLinesLayer(view.surface);
lines.setProps({ lines: { count: 1, query: [0], key: [0], head: [0], weight: [1] } });
lines.setProps({
  rect: { x: 10, y: 0, width: 10, height: 20 },
  tokenPx: 20,
  widthPx: [9, 9],
  colors: new Uint8Array([1, 2, 3]),
});
await view.surface.ready;
view.surface.drawNow();
parent.postMessage({
  evalAllowed: evalAllowed(),
  errors: view.errors.map(({ message }) => message),
  heatmap: view.pixel(5, 5),
  lines: view.pixel(15, 10),
});
