// @ts-check
// An eslint rule that keeps the arrows between the folders of src/lib, and what only some of them may load.
import { dirname, join, relative, sep } from 'node:path';

/**
 * What the files of each folder may import, besides their own folder. Two folders stand for themselves: `colors` is render/colors,
 * which views may load anywhere as it knows nothing of Pixi, and `kit` is views/kit, which knows no view; `index` and
 * `node` are the files src/lib/index.ts and node.ts.
 */
const arrows = /** @type {Record<string, string[]>} */ ({
  trace: [],
  io: ['trace'],
  inference: ['trace'],
  analysis: ['trace'],
  explore: ['trace', 'analysis'],
  scene: ['trace', 'analysis'],
  colors: ['trace'],
  render: ['trace', 'scene', 'colors'],
  kit: ['trace', 'analysis', 'scene', 'colors', 'render', 'explore', 'export'],
  views: ['trace', 'analysis', 'io', 'scene', 'colors', 'render', 'explore', 'kit', 'export'],
  export: ['trace', 'analysis', 'io', 'scene', 'colors', 'explore', 'kit', 'views'],
  embed: ['trace', 'io', 'explore', 'kit', 'views', 'export'],
  index: ['trace', 'analysis', 'export', 'colors', 'explore', 'scene', 'kit', 'views', 'embed'],
  standalone: ['index', 'trace', 'analysis', 'io', 'embed'],
});

/** Packages that only some folders may load, so that the others run without them. */
const packages = [
  { name: 'pixi.js', folders: ['render'] },
  { name: 'svelte', folders: ['explore', 'kit', 'views', 'embed'] },
];

/** What makes the figure of a view: views load it with import(), and so it need not load what it uses in that way. */
const lateFile = /\bviews[\\/][^\\/]+[\\/]figure\.(ts|js)$/;

/** @type {import('eslint').Rule.RuleModule} */
export const importDirections = {
  meta: {
    type: 'problem',
    docs: { description: 'keep imports between the folders of src/lib one way' },
    schema: [],
  },
  create(context) {
    const lib = join(context.cwd, 'src', 'lib');
    const folder = folderOf(relative(lib, context.filename));
    if (!folder) return {};

    /** @param {any} node @param {any} source @param {{ dynamic?: boolean, typeOnly?: boolean }} how */
    const check = (node, source, how) => {
      if (typeof source?.value !== 'string') return;
      const message = source.value.startsWith('.')
        ? relativeProblem(
            folder,
            source.value,
            relative(lib, join(dirname(context.filename), source.value)),
            { ...how, late: lateFile.test(context.filename) },
          )
        : packageProblem(folder, source.value, how);
      if (message) context.report({ node, message });
    };
    return {
      ImportDeclaration: (node) => check(node, node.source, { typeOnly: isTypeOnly(node) }),
      ExportNamedDeclaration: (node) => check(node, node.source, { typeOnly: isTypeOnly(node) }),
      ExportAllDeclaration: (node) => check(node, node.source, { typeOnly: isTypeOnly(node) }),
      ImportExpression: (node) => check(node, node.source, { dynamic: true }),
      /** @param {any} node */
      TSImportType: (node) => check(node, node.source ?? node.argument?.literal, { typeOnly: true }),
    };
  },
};

/** @param {string} path from src/lib; outside of it there are no arrows */
function folderOf(path) {
  const [first = '', ...rest] = path.split(sep);
  if (first === '..') return undefined;
  const second = (rest[0] ?? '').replace(/\..*$/, '');
  if (`${first}/${second}` === 'render/colors' || `${first}/${second}` === 'views/kit') return second;
  return rest.length > 0 ? first : first.replace(/\..*$/, '');
}

/** @param {any} node whether `import type`, `export type`, or every name in it is a `type` */
function isTypeOnly(node) {
  if (node.importKind === 'type' || node.exportKind === 'type') return true;
  const names = node.specifiers ?? [];
  return (
    names.length > 0 &&
    names.every((/** @type {any} */ name) => (name.importKind ?? name.exportKind) === 'type')
  );
}

/**
 * @param {string} from a folder of src/lib
 * @param {string} source as written
 * @param {string} path of what is imported, from src/lib
 * @param {{ dynamic?: boolean, typeOnly?: boolean, late?: boolean }} how
 */
function relativeProblem(from, source, path, { dynamic, typeOnly, late }) {
  if (!/\.(js|svelte|css)$/.test(source))
    return `End '${source}' in .js: the packed dist resolves as it stands.`;
  const to = folderOf(path);
  if (!to) return `'${source}' is outside src/lib, and so not in the package.`;
  if (lateFile.test(path) && !dynamic && !typeOnly)
    return `Load '${source}' with import(): only who saves a figure pays for it.`;
  if (to === from) return undefined;
  const allowed = arrows[from];
  if (!allowed) return `src/lib/${from} is not a folder of the design; see docs/architecture.md.`;
  if (!allowed.includes(to)) {
    return `${from} must not import ${to}; it may import ${allowed.join(', ') || 'nothing of ours'}.`;
  }
  if (['kit', 'views'].includes(from) && to === 'render' && !dynamic && !typeOnly) {
    return `Load '${source}' with import() or 'import type': a server that renders a view must not load pixi.js.`;
  }
  if (['kit', 'views'].includes(from) && to === 'export' && !dynamic && !typeOnly && !late) {
    return `Load '${source}' with import() or 'import type': only who saves a figure pays for it.`;
  }
  if (from === 'export' && /\.svelte(\.js)?$/.test(source) && !typeOnly) {
    return `'${source}' needs Svelte: figures are made in Node too.`;
  }
  return undefined;
}

/** @param {string} from @param {string} source @param {{ dynamic?: boolean }} how */
function packageProblem(from, source, { dynamic }) {
  if (source.startsWith('node:') && !dynamic)
    return `Load '${source}' with import(): browsers have no such module.`;
  const rule = packages.find(({ name }) => source === name || source.startsWith(`${name}/`));
  if (!rule || rule.folders.includes(from)) return undefined;
  return `Only ${rule.folders.join(', ')} may import ${rule.name}.`;
}
