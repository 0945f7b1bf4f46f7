// @ts-check
// Builds the page's code of the Python package, one file with Pixi, styles and the worker inside, and puts it in its place:
// npm run build:python. Then `python -m build python` makes the wheel.
import { join } from 'node:path';
import { build } from 'vite';
import { compiled } from './compiled.js';
import { root } from './run.js';

await build({
  ...compiled(),
  build: {
    outDir: join(root, 'python', 'src', 'attentrace', 'static'),
    emptyOutDir: false,
    minify: true,
    target: 'es2022',
    reportCompressedSize: false,
    lib: {
      entry: { attentrace: join(root, 'src', 'lib', 'embed', 'notebook', 'index.ts') },
      formats: ['es'],
    },
    rolldownOptions: {
      checks: { pluginTimings: false },
      output: { entryFileNames: '[name].js', codeSplitting: false, comments: false },
    },
  },
});
