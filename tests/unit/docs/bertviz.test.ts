// What docs/bertviz.md names exists: stories, test files, props, exports; and its Python is what made a fixture.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../../../', import.meta.url).pathname;
const read = (path: string): string => readFileSync(root + path, 'utf8');
const doc = read('docs/bertviz.md');

/** The cells of each row of the tables that have as many columns. */
const rows = (columns: number): string[][] =>
  doc
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
    .map((line) => line.slice(2, -2).split(' | '))
    .filter((cells) => cells.length === columns);
const places = rows(4)
  .filter(([, , story]) => story !== 'Story')
  .map((cells) => cells.slice(-2) as [story: string, test: string]);

const stories = new Set(
  (readdirSync(`${root}src/stories`, { recursive: true }) as string[])
    .filter((path) => path.endsWith('.stories.svelte'))
    .flatMap((path) => {
      const source = read(`src/stories/${path}`);
      const title = /title: '([^']+)'/.exec(source)![1];
      return [...source.matchAll(/<Story\s+name="([^"]+)"/g)].map(([, name]) => `${title} / ${name}`);
    }),
);

test('the tables are read', () => {
  expect(rows(4).length).toBeGreaterThan(60);
  expect(stories.size).toBeGreaterThan(60);
});

test('every story named exists', () => {
  expect(places.map(([story]) => story).filter((story) => story !== '—' && !stories.has(story))).toEqual([]);
});

test('every test file named exists, and a line without one says that it is not yet so, or needs none', () => {
  expect(places.map(([, path]) => path).filter((path) => path !== '—' && !existsSync(root + path))).toEqual(
    [],
  );
  const without = rows(4).filter((cells) => cells[3] === '—');
  expect(without.filter(([what, ours]) => !/not yet/i.test(ours!) && what !== 'A small bundle')).toEqual([]);
});

const guided = rows(2).filter(([theirs]) => theirs !== 'BertViz');

test('every argument of BertViz has a line', () => {
  expect(guided.map(([theirs]) => theirs!.replaceAll('`', ''))).toEqual([
    'attention',
    'tokens',
    'sentence_b_start',
    'include_layers',
    'include_heads',
    'encoder_attention',
    'decoder_attention',
    'cross_attention',
    'encoder_tokens',
    'decoder_tokens',
    'prettify_tokens',
    'display_mode',
    'layer',
    'heads',
    'html_action',
  ]);
});

test('every prop and option of the guide is one', () => {
  const declares = (source: string, name: string) => new RegExp(`^ +${name}\\??:`, 'm').test(source);
  const props = [...doc.matchAll(/`<(\w+) (\w+)>`/g)].filter(([, view, prop]) => {
    const folder = view!.replace(/\B[A-Z]/g, '-$&').toLowerCase();
    const types =
      read(`src/lib/views/${folder}/types.ts`) +
      read('src/lib/views/kit/types.ts') +
      read('src/lib/views/kit/svelte-props.ts');
    return !declares(types, prop!);
  });
  expect(props.map(([text]) => text)).toEqual([]);
  const options = [...doc.matchAll(/`createTrace\(\{ (\w+) \}\)`/g)].map(([, option]) => option!);
  expect(options.length).toBeGreaterThan(8);
  expect(options.filter((option) => !declares(read('src/lib/trace/types.ts'), option))).toEqual([]);
});

test('every function imported is exported', async () => {
  const [, names, path] = /import \{ (.+) \} from 'attentrace\/(\w+)'/.exec(doc)!;
  const exported: object = await import(`../../../src/lib/${path}/index.ts`);
  expect(names!.split(', ').filter((name) => !(name in exported))).toEqual([]);
});

test('the Python that saves steps is what wrote the fixture', () => {
  const snippets = [...doc.matchAll(/```python\n([\s\S]+?)```/g)].map(([, code]) => code!);
  const lines = snippets.at(-1)!.trim().split('\n').slice(1);
  expect(lines).toHaveLength(3);
  const maker = read('tests/unit/io/make_generate_steps.py');
  expect(lines.filter((line) => !maker.includes(`    ${line}\n`))).toEqual([]);
});
