// @ts-check
// Writes docs/api: every export of the package with its signature, a file an entry. `npm run api`; a test compares it.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';
import { root } from './run.js';

export const apiFolder = join(root, 'docs', 'api');

/**
 * The text of each file of docs/api, by the file's name.
 * @returns {Promise<Record<string, string>>}
 */
export async function apiReport() {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const entries = Object.entries(exports)
    .filter(([, target]) => typeof target === 'object')
    .map(([path, { types }]) => ({
      name: path.replace('.', 'attentrace'),
      source: join(root, types.replace('./dist/', 'src/lib/').replace(/\.d\.ts$/, '.ts')),
    }));
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const program = ts.createProgram(
    entries.map(({ source }) => source),
    {
      ...options,
      allowJs: false,
      checkJs: false,
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
    },
  );
  const checker = program.getTypeChecker();
  const modules = entries.map(({ name, source }) => {
    const file = program.getSourceFile(source);
    const module = file && checker.getSymbolAtLocation(file);
    if (!module)
      throw new Error(`package.json exports ${name}, but ${source} is not there or exports nothing.`);
    return { name, symbols: sorted(checker.getExportsOfModule(module)) };
  });
  const exported = new Set(
    modules.flatMap(({ symbols }) => symbols.map((symbol) => target(checker, symbol))),
  );
  const style = await resolveConfig(join(apiFolder, 'x.md'));
  const files = modules.map(async ({ name, symbols }) => {
    const needed = sorted(neededTypes(checker, symbols).filter((symbol) => !exported.has(symbol)));
    const rest = needed.length > 0 ? `\n## Named above, exported nowhere\n${block(program, needed)}` : '';
    const text = `# ${name}\n\nWritten by \`npm run api\`.\n${block(program, symbols)}${rest}`;
    return [`${name.replace('/', '-')}.md`, await format(text, { ...style, parser: 'markdown' })];
  });
  return Object.fromEntries(await Promise.all(files));
}

/** @param {ts.Program} program @param {ts.Symbol[]} symbols */
function block(program, symbols) {
  return `\n\`\`\`ts\n${symbols.map((symbol) => describe(program, symbol)).join('\n\n')}\n\`\`\`\n`;
}

/** What an export stands for. @param {ts.TypeChecker} checker @param {ts.Symbol} symbol */
function target(checker, symbol) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** @param {ts.Symbol[]} symbols */
function sorted(symbols) {
  return symbols.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * What exported declarations name, and what that names, as far as it is ours.
 * @param {ts.TypeChecker} checker @param {ts.Symbol[]} symbols
 */
function neededTypes(checker, symbols) {
  const all = new Set(symbols.map((symbol) => target(checker, symbol)));
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (isBody(node) || isPrivate(node)) return;
    const name = ts.isTypeReferenceNode(node)
      ? node.typeName
      : ts.isExpressionWithTypeArguments(node)
        ? node.expression
        : ts.isTypeQueryNode(node)
          ? node.exprName
          : undefined;
    const symbol = name && checker.getSymbolAtLocation(name);
    const named = symbol && target(checker, symbol);
    const place = named?.declarations?.[0];
    // Of ours, and declared by itself: not a parameter of a type, nor a module as a whole, as in `import type * as render`.
    if (
      named &&
      place?.getSourceFile().fileName.startsWith(join(root, 'src')) &&
      !ts.isTypeParameterDeclaration(place) &&
      !ts.isSourceFile(place)
    )
      all.add(named);
    ts.forEachChild(node, visit);
  };
  for (const symbol of all) symbol.declarations?.forEach(visit);
  return [...all];
}

/** Whether it is what a function does, of which no declaration tells. @param {ts.Node} node */
function isBody(node) {
  return ts.isBlock(node) || (ts.isArrowFunction(node.parent) && node.parent.body === node);
}

/** @param {ts.Node} node */
function isPrivate(node) {
  const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined;
  const named = /** @type {ts.NamedDeclaration} */ (node).name;
  return (
    modifiers?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword) ||
    (named && ts.isPrivateIdentifier(named))
  );
}

/** @param {ts.Program} program @param {ts.Symbol} symbol */
function describe(program, symbol) {
  const component = componentFile(symbol);
  if (component) return describeComponent(symbol.name, component);
  const checker = program.getTypeChecker();
  const { name, declarations = [] } = target(checker, symbol);
  const texts = declarations.flatMap((declaration) =>
    declarationTexts(program, declaration.getSourceFile(), name),
  );
  if (texts.length === 0) throw new Error(`${symbol.name} has no declaration that TypeScript emits.`);
  const renamed = name === symbol.name ? [] : [`export { ${name} as ${symbol.name} };`];
  return [...new Set([...texts, ...renamed])].join('\n');
}

/** What TypeScript says of each source file in its .d.ts. @type {WeakMap<ts.SourceFile, ts.SourceFile>} */
const emitted = new WeakMap();

/** The statements of a file's .d.ts that declare a name. @param {ts.Program} program @param {ts.SourceFile} file @param {string} name */
function declarationTexts(program, file, name) {
  if (!emitted.has(file)) {
    let text = file.isDeclarationFile ? file.text : '';
    program.emit(file, (_path, output) => (text = output), undefined, true);
    emitted.set(file, ts.createSourceFile('x.d.ts', text, ts.ScriptTarget.Latest, true));
  }
  const declarations = /** @type {ts.SourceFile} */ (emitted.get(file));
  return declarations.statements.filter((statement) => declares(statement, name)).map(plain);
}

/** @param {ts.Statement} statement @param {string} name */
function declares(statement, name) {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.some((variable) => variable.name.getText() === name);
  return 'name' in statement && /** @type {ts.DeclarationStatement} */ (statement).name?.getText() === name;
}

/** A declaration without comments, but for the defaults they tell, and without what is private. @param {ts.Node} node */
function plain(node) {
  return node
    .getFullText()
    .replace(/\/\*\*?.*?\*\//gs, (comment) => {
      const value = /@default\s+(.*?)\s*(?:\*\/|\n)/s.exec(comment)?.[1];
      return value === undefined ? '' : `/** @default ${value} */`;
    })
    .replace(/^\s*(private .*|#private;)\n/gm, '')
    .replace(/^\s*\n/gm, '')
    .replace(/^export (?:default )?(?=\w)/m, '')
    .trim();
}

/** The file of a component that an index exports as `default as X`. @param {ts.Symbol} symbol */
function componentFile(symbol) {
  const declaration = symbol.declarations?.[0];
  const from = declaration && ts.isExportSpecifier(declaration) && declaration.parent.parent.moduleSpecifier;
  if (!from || !ts.isStringLiteral(from) || !from.text.endsWith('.svelte')) return undefined;
  return resolve(from.getSourceFile().fileName, '..', from.text);
}

/** A component as the type that svelte-package gives it, with the props that its own script declares. @param {string} name @param {string} path */
function describeComponent(name, path) {
  const script =
    /<script(?![^>]*\bmodule\b)[^>]*>(.*?)<\/script>/s.exec(readFileSync(path, 'utf8'))?.[1] ?? '';
  const source = ts.createSourceFile('x.ts', script, ts.ScriptTarget.Latest, true);
  const props = source.statements
    .filter(ts.isVariableStatement)
    .flatMap((statement) => [...statement.declarationList.declarations])
    .find((variable) => variable.initializer?.getText() === '$props()');
  const type = props?.type?.getText() ?? '{}';
  const bound =
    props && ts.isObjectBindingPattern(props.name)
      ? props.name.elements
          .filter(({ initializer }) => initializer?.getText().startsWith('$bindable('))
          .map((element) => `'${(element.propertyName ?? element.name).getText()}'`)
      : [];
  const methods = source.statements.filter(
    (statement) =>
      ts.isFunctionDeclaration(statement) && statement.modifiers?.[0]?.kind === ts.SyntaxKind.ExportKeyword,
  );
  const exports = methods.map((method) =>
    method
      .getText()
      .replace(/^export function /, '')
      .replace(/\s*\{.*$/s, ';'),
  );
  const inline = source.statements.find(
    (statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === type,
  );
  const own = inline ? type.replace(/^Props$/, `${name}Props`) : type;
  const more =
    bound.length > 0 || exports.length > 0 ? `, { ${exports.join(' ')} }, ${bound.join(' | ') || "''"}` : '';
  const text = `declare const ${name}: Component<${own}${more}>;`;
  return inline ? `${plain(inline).replace(`interface ${type}`, `interface ${own}`)}\n${text}` : text;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // All of it is made before anything is deleted: a mistake in the sources leaves the files as they are.
  const report = Object.entries(await apiReport());
  rmSync(apiFolder, { recursive: true, force: true });
  mkdirSync(apiFolder, { recursive: true });
  for (const [name, text] of report) writeFileSync(join(apiFolder, name), text);
}
