// @ts-check
// An eslint rule against imports in a circle: in src/lib no file imports, by way of others, itself. Types count, as do components
// and what is loaded with import(): two files that need each other are one, or have a third that both need.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

/** @type {import('eslint').Rule.RuleModule} */
export const importCircles = {
  meta: { type: 'problem', docs: { description: 'keep imports free of circles' }, schema: [] },
  create(context) {
    const file = context.filename;
    /** @param {any} node @param {any} [source] */
    const check = (node, source = node.source) => {
      if (typeof source?.value !== 'string') return;
      const imported = resolve(file, source.value);
      const way = imported && findWay(imported, file);
      if (!way) return;
      const names = [file, ...way].map((path) => relative(join(context.cwd, 'src', 'lib'), path));
      context.report({ node, message: `An import in a circle: ${names.join(' → ')}.` });
    };
    return {
      ImportDeclaration: (node) => check(node),
      ExportNamedDeclaration: (node) => check(node),
      ExportAllDeclaration: (node) => check(node),
      ImportExpression: (node) => check(node),
      /** @param {any} node */
      TSImportType: (node) => check(node, node.source ?? node.argument?.literal),
    };
  },
};

/**
 * The shortest way along imports from one file to another, both included; `undefined` where there is none.
 * @param {string} from @param {string} to
 */
function findWay(from, to) {
  /** Each file that was come by, with the one before it. @type {Map<string, string | undefined>} */
  const cameFrom = new Map([[from, undefined]]);
  for (const file of cameFrom.keys()) {
    if (file === to) {
      /** @type {string[]} */
      const way = [];
      for (let step = /** @type {string | undefined} */ (file); step; step = cameFrom.get(step))
        way.unshift(step);
      return way;
    }
    for (const imported of importsOf(file)) if (!cameFrom.has(imported)) cameFrom.set(imported, file);
  }
  return undefined;
}

/** What each file imports, read once a run. @type {Map<string, string[]>} */
const known = new Map();

/** @param {string} file */
function importsOf(file) {
  const seen = known.get(file);
  if (seen) return seen;
  const text = readFileSync(file, 'utf8');
  const code = file.endsWith('.svelte')
    ? [...text.matchAll(/<script[^>]*>(.*?)<\/script>/gs)].map(([, script]) => script).join('\n')
    : text;
  const imports = ts
    .preProcessFile(code)
    .importedFiles.map(({ fileName }) => resolve(file, fileName))
    .filter((path) => path !== undefined);
  known.set(file, imports);
  return imports;
}

/** The source that a relative import is of; `undefined` for a package. @param {string} file @param {string} source */
function resolve(file, source) {
  if (!source.startsWith('.')) return undefined;
  const path = join(dirname(file), source);
  return [path.replace(/\.js$/, '.ts'), path].find(
    (candidate) => /\.(ts|svelte)$/.test(candidate) && existsSync(candidate),
  );
}
