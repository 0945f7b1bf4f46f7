// @ts-check
// What parts of the package weigh in an app, and whether that is within bundle-limits.json: npm run build && npm run size.
// Where more is meant: npm run size -- --accept. Svelte is counted where it is inside: in what is for pages that do not compile it.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { fail, root } from './run.js';

const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
if (!existsSync(join(root, 'dist'))) fail('There is no dist to weigh: run npm run build first.');

const views = readFileSync(join(root, 'dist/index.js'), 'utf8').matchAll(/default as (\w+)/g);
const cases = {
  ...Object.fromEntries([...views].map(([, view]) => [view, `export { ${view} } from 'attentrace';`])),
  'all of attentrace': `export * from 'attentrace';`,
  'createTrace, from attentrace': `export { createTrace } from 'attentrace';`,
  'HeadView, from attentrace/react': `export { HeadView } from 'attentrace/react';`,
  ...Object.fromEntries(
    Object.keys(exports)
      .filter((path) => !['.', './package.json'].includes(path))
      .map((path) => path.replace('.', 'attentrace'))
      .map((name) => [name, `export * from '${name}';`]),
  ),
};
/** What is for pages that compile no Svelte is weighed as they take it. */
const withSvelteInside = ['./react', './vue', './elements', './standalone'];
// Pixi's accessibility, events and filters, which it leaves alone when its init is given skipExtensionImports.
const neverLoaded = /\/(browser|webworker)All\.mjs$/;

/** By case, in kB: what is loaded at once, and with what comes later. @typedef {{ first: number, all: number }} Limit */
const limitsFile = fileURLToPath(new URL('bundle-limits.json', import.meta.url));
/** @type {Record<string, Limit>} */
const limits = JSON.parse(readFileSync(limitsFile, 'utf8'));
/** @type {Record<string, Limit>} */
const accepted = {};
/** @type {string[]} */
const problems = Object.keys(limits)
  .filter((name) => !(name in cases))
  .map((name) => `${name} is no more`);
for (const [name, code] of Object.entries(cases)) {
  const { first, later, drawing } = await weigh(code);
  const all = first + later;
  const ofIt = drawing > 0 ? `, ${kilobytes(drawing)} of it to draw` : '';
  const rest = later > 0 ? ` + ${kilobytes(later)} later${ofIt}` : '';
  console.log(`${name.padEnd(36)} ${kilobytes(first)}${rest}`);
  // A little above, so that not every change of a line is one of the limits.
  accepted[name] = { first: Math.ceil(first / 970), all: Math.ceil(all / 970) };
  const limit = limits[name];
  if (!limit) problems.push(`${name} has no limit`);
  else if (first > limit.first * 1000) problems.push(`${name} loads over ${limit.first} kB at once`);
  else if (all > limit.all * 1000) problems.push(`${name} loads over ${limit.all} kB in all`);
}
if (process.argv.includes('--accept')) writeFileSync(limitsFile, `${JSON.stringify(accepted, null, 2)}\n`);
else if (problems.length > 0)
  fail(`${problems.join('; ')}. Make it less, or accept it: npm run size -- --accept`);

/**
 * Bytes, minified and gzipped: of what an import loads at once, of what it loads by `import()` later, and of that, of what the first
 * picture takes: Pixi and the layers.
 * @param {string} code
 */
async function weigh(code) {
  const entry = 'virtual:entry.js';
  const result = await build({
    root,
    configFile: false,
    logLevel: 'error',
    plugins: [
      svelte({ configFile: false }),
      {
        name: 'entry',
        // Before Vite's own, which would find the package by its name, and all of it as Svelte has it.
        enforce: 'pre',
        resolveId(source) {
          if (source === entry) return entry;
          const path = source.replace(/^attentrace(?=\/|$)/, '.');
          const target = exports[path];
          return target && join(root, withSvelteInside.includes(path) ? target.default : target.svelte);
        },
        load: (id) => (id === entry ? code : undefined),
      },
    ],
    build: {
      write: false,
      reportCompressedSize: false,
      rolldownOptions: {
        input: entry,
        external: [/^(svelte|react|react-dom|vue)(\/|$)/, neverLoaded],
        // As an app has it: what later parts share with the entry stays in it.
        preserveEntrySignatures: 'allow-extension',
      },
    },
  });
  const { output } = /** @type {import('vite').Rolldown.RolldownOutput} */ (result);
  const chunks = output.filter((file) => file.type === 'chunk');
  const atOnce = withImports(chunks, ({ isEntry }) => isEntry);
  const drawn = withImports(chunks, ({ facadeModuleId }) =>
    /\/render\/(?!colors\/)/.test(facadeModuleId ?? ''),
  );
  const size = { first: 0, later: 0, drawing: 0 };
  for (const file of output) {
    const bytes = gzipSync(file.type === 'chunk' ? file.code : file.source).length;
    if (atOnce.has(file.fileName)) size.first += bytes;
    // The only scripts that are assets are workers.
    else size.later += bytes;
    if (drawn.has(file.fileName) && !atOnce.has(file.fileName)) size.drawing += bytes;
  }
  return size;
}

/**
 * Names of some chunks, of what they import, and of their styles.
 * @param {import('vite').Rolldown.OutputChunk[]} chunks
 * @param {(chunk: import('vite').Rolldown.OutputChunk) => boolean} which
 */
function withImports(chunks, which) {
  const names = new Set(chunks.filter(which).map(({ fileName }) => fileName));
  for (const name of names) {
    const chunk = chunks.find(({ fileName }) => fileName === name);
    for (const needed of [...(chunk?.imports ?? []), ...(chunk?.viteMetadata?.importedCss ?? [])])
      names.add(needed);
  }
  return names;
}

/** @param {number} bytes */
function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
