// @ts-check
// Builds the page's code of the Python package, one file with Pixi, styles and the worker inside, and puts it in its place:
// npm run build:python. Then `python -m build python` makes the wheel.
import { svelte, vitePreprocess } from '@sveltejs/vite-plugin-svelte';
import { join } from 'node:path';
import { build } from 'vite';
import { root } from './run.js';

await build({
  root,
  configFile: false,
  logLevel: 'warn',
  publicDir: false,
  plugins: [
    svelte({
      configFile: false,
      preprocess: vitePreprocess(),
      emitCss: false,
      compilerOptions: { runes: true, css: 'injected', discloseVersion: false },
    }),
    workerInside(),
  ],
  build: {
    outDir: join(root, 'python', 'src', 'attentrace', 'static'),
    emptyOutDir: false,
    minify: true,
    target: 'es2022',
    lib: {
      entry: join(root, 'src', 'lib', 'embed', 'notebook', 'index.ts'),
      formats: ['es'],
      fileName: () => 'attentrace.js',
    },
    rolldownOptions: { output: { codeSplitting: false } },
  },
});

/** Gives start-worker.ts the worker's code, which it starts from a blob. @returns {import('vite').Plugin} */
function workerInside() {
  return {
    name: 'worker-inside',
    async load(id) {
      if (!id.endsWith('/pyramid/start-worker.ts')) return undefined;
      const result = await build({
        root,
        configFile: false,
        logLevel: 'warn',
        publicDir: false,
        build: {
          write: false,
          target: 'es2022',
          rolldownOptions: {
            input: id.replace('start-worker.ts', 'worker.ts'),
            output: { format: 'iife' },
          },
        },
      });
      const [{ code }] = /** @type {import('vite').Rolldown.RolldownOutput} */ (result).output;
      return `
        const code = ${JSON.stringify(code)};
        let address;
        export const startWorker = () =>
          new Worker((address ??= URL.createObjectURL(new Blob([code], { type: 'text/javascript' }))));
      `;
    },
  };
}
