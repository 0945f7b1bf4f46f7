import { ESLint } from 'eslint';
import { expect, test } from 'vitest';

// The project's own configuration, without what needs type information of a file on disk.
const eslint = new ESLint({
  overrideConfig: {
    languageOptions: { parserOptions: { projectService: false } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'off',
      '@typescript-eslint/no-misused-promises': 'off',
    },
  },
});

async function problems(filePath: string, code: string) {
  const [result] = await eslint.lintText(code, { filePath: `src/lib/${filePath}` });
  return result!.messages
    .filter(({ ruleId }) => ruleId === null || ruleId === 'attentrace/import-directions')
    .map(({ message }) => message);
}

test.each([
  ['trace/x.ts', `import { f } from '../render/colors.js'; f();`, /trace must not import colors/],
  ['trace/x.ts', `import { f } from '../render/index.js'; f();`, /trace must not import render/],
  ['trace/deep/x.ts', `export * from '../../io/index.js';`, /trace must not import io/],
  [
    'trace/x.ts',
    `import type { A } from '../analysis/index.js'; export type B = A;`,
    /may import nothing of ours/,
  ],
  ['trace/x.ts', `export type B = import('../views/types.js').A;`, /trace must not import views/],
  ['analysis/x.ts', `import { f } from '../render/index.js'; f();`, /it may import trace\./],
  ['io/x.ts', `export const f = () => import('../views/index.js');`, /io must not import views/],
  ['render/x.ts', `import { f } from '../views/index.js'; f();`, /render must not import views/],
  ['render/colors/x.ts', `import { f } from '../index.js'; f();`, /colors must not import render/],
  [
    'render/colors.ts',
    `import { Texture } from 'pixi.js'; new Texture();`,
    /Only render may import pixi\.js/,
  ],
  ['explore/x.svelte.ts', `import { f } from '../io/index.js'; f();`, /explore must not import io/],
  ['inference/x.ts', `import { f } from '../io/index.js'; f();`, /inference must not import io/],
  ['embed/x.ts', `import { f } from '../inference/index.js'; f();`, /embed must not import inference/],
  ['index.ts', `export * from './inference/index.js';`, /index must not import inference/],
  ['views/x.ts', `import { f } from '../inference/index.js'; f();`, /views must not import inference/],
  ['views/kit/x.ts', `import { f } from '../heatmap/viewport.js'; f();`, /kit must not import views/],
  ['views/kit/x.ts', `import { f } from '../../io/index.js'; f();`, /kit must not import io/],
  [
    'views/kit/X.svelte',
    `<script>import { f } from '../../render/index.js'; f();</script>`,
    /with import\(\)/,
  ],
  ['scene/x.ts', `import { f } from '../render/colors/index.js'; f();`, /scene must not import colors/],
  ['scene/x.ts', `import { onMount } from 'svelte'; onMount();`, /may import svelte/],
  ['io/x.ts', `import { f } from '../analysis/index.js'; f();`, /io must not import analysis/],
  ['export/x.ts', `import { f } from '../render/index.js'; f();`, /export must not import render/],
  [
    'views/a/X.svelte',
    `<script>import { f } from '../../inference/index.js'; f();</script>`,
    /must not import/,
  ],
  ['views/x.ts', `import { f } from '../render/index.js'; f();`, /with import\(\) or 'import type'/],
  ['views/x.ts', `export { f } from '../render/index.js';`, /with import\(\) or 'import type'/],
  ['views/x.ts', `import { type A, f } from '../render/index.js'; f as A;`, /with import\(\)/],
  ['views/a/X.svelte', `<script>import { f } from '../../render/index.js'; f();</script>`, /with import\(\)/],
  [
    'views/a/X.svelte',
    `<script>import { f } from '../../export/svg.js'; f();</script>`,
    /who saves a figure/,
  ],
  ['views/a/X.svelte', `<script>import { f } from './figure.js'; f();</script>`, /who saves a figure/],
  ['views/x.ts', `import { Mesh } from 'pixi.js'; new Mesh();`, /Only render may import pixi\.js/],
  ['views/x.ts', `export const f = () => import('pixi.js/unsafe-eval');`, /Only render may import pixi\.js/],
  [
    'render/x.ts',
    `import { onMount } from 'svelte'; onMount();`,
    /Only explore, kit, views, embed may import svelte/,
  ],
  ['trace/x.ts', `import { SvelteMap } from 'svelte/reactivity'; new SvelteMap();`, /may import svelte/],
  ['trace/x.ts', `import { f } from './y'; f();`, /End '\.\/y' in \.js/],
  ['trace/x.ts', `import { f } from './y.ts'; f();`, /End '\.\/y\.ts' in \.js/],
  ['trace/x.ts', `import { f } from '../../../tests/y.js'; f();`, /outside src\/lib/],
  [
    'io/x.ts',
    `import { readFile } from 'node:fs/promises'; readFile;`,
    /Load 'node:fs\/promises' with import/,
  ],
  ['helpers/x.ts', `import { f } from '../trace/index.js'; f();`, /helpers is not a folder of the design/],
])('%s refuses %s', async (file, code, message) => {
  expect(await problems(file, code)).toEqual([expect.stringMatching(message)]);
});

test.each([
  ['trace/deep/x.ts', `import { f } from '../errors.js'; f();`],
  ['analysis/x.ts', `import { f } from '../trace/index.js'; f();`],
  ['io/x.ts', `export const f = () => import('node:fs/promises');`],
  ['render/x.ts', `import { Mesh } from 'pixi.js'; import 'pixi.js/unsafe-eval'; new Mesh();`],
  ['render/x.ts', `import { f } from './colors/index.js'; f();`],
  ['explore/x.svelte.ts', `import { SvelteMap } from 'svelte/reactivity'; new SvelteMap();`],
  ['views/x.ts', `import { f } from '../render/colors.js'; f();`],
  ['views/x.ts', `import { f } from '../render/colors/index.js'; f();`],
  ['views/x.ts', `export const f = () => import('../render/index.js');`],
  ['views/x.ts', `import type { A } from '../render/index.js'; export type B = A;`],
  ['views/x.ts', `import { type A } from '../render/index.js'; export type B = A;`],
  ['views/x.ts', `export type B = import('../render/index.js').A;`],
  ['views/a/x.ts', `import { f } from '../kit/index.js'; f();`],
  ['views/kit/x.ts', `export const f = () => import('../../render/index.js');`],
  ['views/a/figure.ts', `import { f } from '../../export/svg.js'; f();`],
  ['views/a/X.svelte', `<script>export const f = () => import('./figure.js');</script>`],
  ['render/x.ts', `import type { A } from '../scene/index.js'; export type B = A;`],
  ['embed/x.ts', `import { mount } from 'svelte'; import { f } from '../views/index.js'; mount(f);`],
  ['index.ts', `export { default as HeadView } from './views/head-view/HeadView.svelte';`],
])('%s allows %s', async (file, code) => {
  expect(await problems(file, code)).toEqual([]);
});
