import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { root } from '../../scripts/run.js';

const files = Object.entries(packageJson.exports).flatMap(([name, target]) =>
  Object.values(typeof target === 'string' ? { file: target } : target).map((file) => [name, file] as const),
);

test.each(files)('the export %s has its file %s', (_name, file) => {
  expect(existsSync(join(root, file))).toBe(true);
});

// Outside the project, so that nothing is found in its node_modules.
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'attentrace-'));
  const installed = join(folder, 'node_modules', 'attentrace');
  cpSync(join(root, 'dist'), join(installed, 'dist'), { recursive: true });
  cpSync(join(root, 'package.json'), join(installed, 'package.json'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const bare = Object.keys(packageJson.exports)
  .map((path) => path.replace('.', 'attentrace'))
  // React and Vue are not installed there; tests/package/hosts.test.ts has them render on a server.
  .filter((name) => !['attentrace/package.json', 'attentrace/react', 'attentrace/vue'].includes(name));

/** What a module prints in Node, run where the package is installed and nothing else. */
const runInNode = (code: string): string =>
  execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd: folder, encoding: 'utf8' });

test.each(bare)('%s loads in Node where neither Svelte nor Pixi is installed', (name) => {
  const output = runInNode(`console.log(Object.keys(await import('${name}')).length)`);
  // The elements are defined, and export nothing.
  if (name === 'attentrace/elements') expect(output).toBe('0\n');
  else expect(Number(output)).toBeGreaterThan(0);
});

test('attentrace has in Node what it has in an app; createView says, when it is used, what it needs', () => {
  const index = readFileSync(join(root, packageJson.exports['.'].svelte), 'utf8');
  const names = [...index.matchAll(/^export \{([^}]+)\}/gm)]
    .flatMap(([, list]) => list!.split(','))
    .map((name) => name.replace('default as', '').trim())
    .filter((name) => name !== '' && !name.startsWith('type '));
  expect(names).toContain('HeadView');
  const exported = runInNode(`console.log(JSON.stringify(Object.keys(await import('attentrace'))))`);
  expect(JSON.parse(exported).sort()).toEqual(names.sort());
  const trace = `createTrace({ tokens: ['a'], attention: [[[[1]]]] }).stream().keyTokens[0].label`;
  expect(runInNode(`import { createTrace } from 'attentrace'; console.log(${trace})`)).toBe('a\n');
  const use = `import { createView, HeadView } from 'attentrace'; try { createView(null, HeadView); } catch (error) { console.log(error.message); }`;
  expect(runInNode(use)).toMatch(/^createView: found no document.*in a browser/);
});

test('attentrace/export makes figures in Node where neither Svelte nor Pixi is installed', () => {
  const [heatmap, heads, groups] = JSON.parse(
    runInNode(`
    import { figureOf, toSVG } from 'attentrace/export';
    import { createTrace } from 'attentrace/trace';
    const trace = createTrace({
      attention: [[[[1, 0, 0], [0.4, 0.6, 0], [0.1, 0.7, 0.2]]]],
      tokens: ['The', 'cat', '<sat>'],
      model: 'a model',
    });
    const made = ['Heatmap', 'HeadView', 'GroupView'].map((view) => figureOf(view, trace));
    console.log(JSON.stringify((await Promise.all(made)).map((figure) => toSVG(figure, { widthMm: 85 }))));
  `),
  ) as string[];
  for (const svg of [heatmap!, heads!, groups!]) {
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="85mm"/);
    expect(svg).toContain('&lt;sat&gt;');
    expect(svg).toMatch(/a model · .*<\/text>/);
  }
  // Six cells that can be seen; six weights that are not 0, each with a line.
  expect(heatmap!.match(/<g shape-rendering="crispEdges">(.*?)<\/g>/s)![1]!.match(/<rect /g)).toHaveLength(6);
  expect(heads!.match(/<path d="M[^"]*C/g)).toHaveLength(6);
  expect(groups!).toContain('Who looks');
});

test('what README.md and the pages it leads to show and link to is in the package', () => {
  const [{ files }] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, encoding: 'utf8' }),
  );
  const packed = new Set<string>(files.map(({ path }: { path: string }) => path));
  const pages = [...packed].filter((path) => path.endsWith('.md'));
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/errors.md', 'CHANGELOG.md']));
  const links = pages.flatMap((page) => {
    const text = readFileSync(join(root, page), 'utf8').replace(/```.*?```/gs, '');
    const targets = text.matchAll(/\]\(([^)\s]+)\)|\b(?:src|srcset|href)="([^"]+)"/g);
    return [...targets]
      .map(([, link, source]) => (link ?? source)!)
      .filter((target) => !/^(https?:|#)/.test(target))
      .map((target) => [page, join(dirname(page), target.replace(/#.*/, ''))] as const);
  });
  expect(links.map(([, target]) => target)).toContain('docs/images/attentrace-dark.webp');
  expect(links.filter(([, target]) => !packed.has(target))).toEqual([]);
});

test('what React may load on its server says first that it is for its client', () => {
  for (const file of [packageJson.exports['./react'].default, packageJson.exports['./react'].svelte])
    expect(readFileSync(join(root, file), 'utf8')).toMatch(/^["']use client["'];/);
});

test('what bundlers that know no Svelte take names neither Svelte nor a file of a worker', () => {
  for (const { default: file } of Object.values(packageJson.exports).filter(
    (target) => typeof target === 'object',
  )) {
    expect(file).toMatch(/^\.\/dist\/compiled\//);
    const { files, packages } = reach(join(root, file));
    expect(packages.filter((name) => /^svelte/.test(name))).toEqual([]);
    for (const each of files)
      expect(readFileSync(each, 'utf8')).not.toMatch(/new URL\([^)]*import\.meta\.url/);
  }
});

test('the main entry, and all it ever loads, holds nothing of attentrace/inference', () => {
  const { files, packages } = reach(join(root, packageJson.exports['.'].svelte));
  const reached = files.map((file) => file.slice(join(root, 'dist').length + 1));
  // The walk goes as far as it should: through components, what is loaded with import(), and workers.
  expect(reached).toContain('views/heatmap/Heatmap.svelte');
  expect(reached).toContain('trace/pyramid/worker.js');
  expect(packages).toContain('pixi.js');
  expect(reached.filter((file) => file.startsWith('inference'))).toEqual([]);
  expect(packages.filter((name) => /onnx|huggingface/.test(name))).toEqual([]);
});

/** All files a module imports or starts as workers, directly or not, at once or later, and the packages it names. */
function reach(entry: string): { files: string[]; packages: string[] } {
  const files = new Set([entry]);
  const packages = new Set<string>();
  for (const file of files) {
    const code = readFileSync(file, 'utf8').replace(/\/\*.*?\*\//gs, '');
    for (const [, source] of code.matchAll(/\b(?:from|import|new URL)\s*\(?\s*['"]([^'"\n]+)['"]/g))
      if (source!.startsWith('.')) files.add(join(dirname(file), source!));
      else packages.add(source!);
  }
  return { files: [...files], packages: [...packages] };
}
