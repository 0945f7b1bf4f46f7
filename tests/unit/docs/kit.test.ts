// The view that docs/kit.md shows is the one that is tested and in the storybook.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url).pathname, 'utf8');

test('docs/kit.md shows TopKeys as it is, with the imports of a user', () => {
  const [, shown] = /```svelte\n([\s\S]*?)```/.exec(read('docs/kit.md'))!;
  const source = read('src/stories/kit/TopKeys.svelte')
    .replace('../../lib/trace/index.js', 'attentrace/trace')
    .replace('../../lib/views/kit/index.js', 'attentrace/kit');
  expect(shown).toBe(source);
  expect(source.split('\n').length).toBeLessThan(80);
});
