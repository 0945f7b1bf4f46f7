// The rule against circles, on files of a folder of its own: each imports what is said.
import { ESLint } from 'eslint';
import svelte from 'eslint-plugin-svelte';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ts from 'typescript-eslint';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { importCircles } from '../../../scripts/import-circles.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attentrace-circles-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What the rule says of each of the files that import in a circle. */
async function problems(files: Record<string, string>) {
  for (const [path, code] of Object.entries(files)) {
    const file = join(folder, 'src/lib', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, code);
  }
  const eslint = new ESLint({
    cwd: folder,
    overrideConfigFile: true,
    overrideConfig: [
      ...svelte.configs.base,
      {
        files: ['**/*.{ts,svelte}'],
        plugins: { ours: { rules: { circles: importCircles } } },
        rules: { 'ours/circles': 'error' },
      },
      { files: ['**/*.ts'], languageOptions: { parser: ts.parser as never } },
      {
        files: ['**/*.svelte'],
        languageOptions: { parserOptions: { parser: ts.parser } },
      },
    ],
  });
  const results = await eslint.lintFiles(['src']);
  return results.flatMap(({ messages }) => messages.map(({ message }) => message)).sort();
}

test.each([
  ['import', `import { b } from './b.js';`],
  ['import type', `import type { B } from './b.js';`],
  ['export from', `export { b } from './b.js';`],
  ['export all', `export * from './b.js';`],
  ['import()', `export const load = () => import('./b.js');`],
  ['a type that is imported in place', `export type A = import('./b.js').B;`],
])('two files, one of which says %s', async (_name, code) => {
  expect(await problems({ 'a.ts': code, 'b.ts': `import './a.js';` })).toEqual([
    'An import in a circle: a.ts → b.ts → a.ts.',
    'An import in a circle: b.ts → a.ts → b.ts.',
  ]);
});

test('a component and a module in another folder, by way of a third', async () => {
  const files = {
    'views/A.svelte': `<script module lang="ts">import { b } from '../b.svelte.js';</script><p>{b}</p>`,
    'b.svelte.ts': `import type { C } from './c.js'; export const b: C = 1;`,
    'c.ts': `import A from './views/A.svelte'; export type C = typeof A;`,
  };
  expect(await problems(files)).toEqual([
    'An import in a circle: b.svelte.ts → c.ts → views/A.svelte → b.svelte.ts.',
    'An import in a circle: c.ts → views/A.svelte → b.svelte.ts → c.ts.',
    'An import in a circle: views/A.svelte → b.svelte.ts → c.ts → views/A.svelte.',
  ]);
});

test('a file that imports a circle is not in it, and a tree has none', async () => {
  const files = {
    'a.ts': `import './b.js'; import './c.js'; import 'svelte';`,
    'b.ts': `import './c.js'; import './b.css';`,
    'c.ts': `export const c = "import './a.js'";`,
  };
  expect(await problems(files)).toEqual([]);
  expect(
    await problems({ ...files, 'd.ts': `import './e.js';`, 'e.ts': `import './d.js'; import './a.js';` }),
  ).toHaveLength(2);
});
