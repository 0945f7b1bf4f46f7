// The code that the pages show compiles, and imports what there is.
import { readdirSync, readFileSync } from 'node:fs';
import { compile } from 'svelte/compiler';
import { expect, test } from 'vitest';

const root = new URL('../../../', import.meta.url).pathname;
const read = (path: string): string => readFileSync(root + path, 'utf8');
const pages = ['README.md', ...readdirSync(`${root}docs`).map((name) => `docs/${name}`)].filter((path) =>
  path.endsWith('.md'),
);
const snippets = pages.flatMap((page) =>
  [...read(page).matchAll(/```(svelte|js|ts|jsx|vue)\n(.*?)```/gs)].map(([, language, code]) => ({
    page,
    language: language!,
    code: code!,
  })),
);

/** What an entry exports, as docs/api has it, which a test of its own compares with the code. */
function exportsOf(entry: string): Set<string> {
  const [exported] = read(`docs/api/${entry.replace('/', '-')}.md`).split('## Named above');
  const names = exported!.matchAll(
    /^(?:declare (?:abstract )?)?(?:function|const|class|interface|type) (\w+)/gm,
  );
  return new Set([...names].map(([, name]) => name!));
}

test('there are snippets of each kind', () => {
  expect(new Set(snippets.map(({ language }) => language))).toEqual(
    new Set(['svelte', 'js', 'ts', 'jsx', 'vue']),
  );
});

const imports = snippets.flatMap(({ page, code }) =>
  [...code.matchAll(/import \{([^}]+)\} from '(attentrace[\w/]*)'/g)].map(([, names, entry]) => ({
    page,
    entry: entry!,
    names: names!
      .split(',')
      .map((name) => name.trim().replace(/^type /, ''))
      .filter(Boolean),
  })),
);

test.each(imports)('$page: $entry exports $names', ({ entry, names }) => {
  const exported = exportsOf(entry);
  expect(names.filter((name) => !exported.has(name))).toEqual([]);
});

test.each(snippets.filter(({ language, code }) => language === 'svelte' && code.includes('<script')))(
  'a component of $page compiles without a warning',
  ({ code }) => {
    expect(compile(code, { generate: 'client' }).warnings.map(({ message }) => message)).toEqual([]);
  },
);
