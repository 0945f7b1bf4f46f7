// @ts-check
// Builds what bundlers that know no Svelte take, into dist/compiled: every entry of package.json, its components compiled, their styles and
// the worker's code inside. Entries share their code, so that a matrix of one is a matrix of the other. After svelte-package: npm run build.
import { svelte, vitePreprocess } from '@sveltejs/vite-plugin-svelte';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { root } from './run.js';

const { exports, peerDependencies, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const source = join(root, 'src', 'lib');

/** The entries of package.json by what each is called in dist/compiled, and where its source is. */
const entries = Object.fromEntries(
  Object.values(exports)
    .filter((target) => target.default?.startsWith('./dist/compiled/'))
    .map(({ default: file, svelte: from }) => [
      file.slice('./dist/compiled/'.length, -'.js'.length),
      join(source, from.slice('./dist/'.length).replace(/\.js$/, '.ts')),
    ]),
);
const { svelte: _compiledIn, ...external } = { ...peerDependencies, ...dependencies };
const isExternal = (/** @type {string} */ id) =>
  Object.keys(external).some((name) => id === name || id.startsWith(`${name}/`));

await build({
  ...common(),
  build: {
    outDir: join(root, 'dist', 'compiled'),
    emptyOutDir: true,
    minify: false,
    target: 'es2022',
    lib: { entry: entries, formats: ['es'] },
    rolldownOptions: {
      external: isExternal,
      // It keeps 'use client', and warns that others might not: a test of the package looks.
      checks: { moduleLevelDirective: false, pluginTimings: false },
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: 'chunks/[name]-[hash].js',
      },
    },
  },
});

/** What both builds have in common. @returns {import('vite').InlineConfig} */
function common() {
  return {
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
