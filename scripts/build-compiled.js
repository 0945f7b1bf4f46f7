// @ts-check
// Builds what bundlers that know no Svelte take, into dist/compiled: every entry of package.json, its components compiled, their styles and
// the worker's code inside. Entries share their code, so that a matrix of one is a matrix of the other. After svelte-package: npm run build.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { compiled } from './compiled.js';
import { root } from './run.js';

const { exports, peerDependencies, dependencies } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);
const source = join(root, 'src', 'lib');

/** The entries of package.json by what each is called in dist/compiled, and where its source is. */
const entries = Object.fromEntries(
  Object.values(exports)
    .filter((target) => target.svelte)
    .map(({ default: file, svelte: from }) => [
      file.slice('./dist/compiled/'.length, -'.js'.length),
      join(source, from.slice('./dist/'.length).replace(/\.js$/, '.ts')),
    ]),
);
const { svelte: _compiledIn, ...external } = { ...peerDependencies, ...dependencies };
const isExternal = (/** @type {string} */ id) =>
  Object.keys(external).some((name) => id === name || id.startsWith(`${name}/`));

const outDir = join(root, 'dist', 'compiled');
const names = { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' };
// It keeps 'use client' of React's, and warns that others might not: a test of the package looks.
const checks = { moduleLevelDirective: false, pluginTimings: false };

await build({
  ...compiled(),
  build: {
    outDir,
    emptyOutDir: true,
    minify: false,
    target: 'es2022',
    lib: { entry: entries, formats: ['es'] },
    rolldownOptions: { external: isExternal, checks, output: names },
  },
});

// One file for pages that have no bundler: with Pixi inside, and nothing loaded later.
await build({
  ...compiled(),
  build: {
    outDir,
    emptyOutDir: false,
    minify: true,
    target: 'es2022',
    reportCompressedSize: false,
    lib: { entry: { standalone: join(source, 'standalone.ts') }, formats: ['es'] },
    rolldownOptions: { checks, output: { ...names, codeSplitting: false, comments: false, minify: true } },
  },
});
