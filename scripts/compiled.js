// @ts-check
// How components and the worker are compiled into plain JavaScript: for dist/compiled, and for the Python package.
import { svelte, vitePreprocess } from '@sveltejs/vite-plugin-svelte';
import { build } from 'vite';
import { root } from './run.js';

/** What all such builds have in common. @returns {import('vite').InlineConfig} */
export function compiled() {
  return {
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [
      svelte({
        configFile: false,
        preprocess: vitePreprocess(),
        emitCss: false,
        compilerOptions: { runes: true, css: 'injected', discloseVersion: false },
      }),
      workerInside(),
      neverLoaded(),
    ],
  };
}

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

/**
 * Pixi's accessibility, events and filters, which it leaves alone when its init is given skipExtensionImports: in the file that has Pixi
 * inside, nothing stands for them. @returns {import('vite').Plugin}
 */
function neverLoaded() {
  return {
    name: 'never-loaded',
    load: (id) => (/\/(browser|webworker)All\.mjs$/.test(id) ? 'export {};' : undefined),
  };
}
