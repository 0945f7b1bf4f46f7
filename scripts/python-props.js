// @ts-check
// Writes python/src/attentrace/props.json: what each view takes, in the words of the TypeScript docs, for the docstrings of the
// Python package. `npm run python:props`; a test compares it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { root } from './run.js';

export const propsFile = join(root, 'python', 'src', 'attentrace', 'props.json');

/** What Python passes in ways of its own, or cannot pass. */
const left = new Set([
  'trace',
  'attention',
  'tokens',
  'selection',
  'hover',
  'exploration',
  'class',
  'children',
  'colors',
]);

/**
 * The props of each view that plain data can say, by the view's name.
 * @returns {Record<string, { name: string, type: string, default: string, doc: string }[]>}
 */
export function pythonProps() {
  const index = join(root, 'src', 'lib', 'index.ts');
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const program = ts.createProgram([index], { ...options, noEmit: true });
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(index);
  const module = file && checker.getSymbolAtLocation(file);
  if (!module) throw new Error(`${index} exports nothing.`);
  const exported = new Map(checker.getExportsOfModule(module).map((symbol) => [symbol.name, symbol]));
  const views = [...exported.keys()].filter((name) => name !== 'View' && exported.has(`${name}Props`)).sort();
  return Object.fromEntries(
    views.map((name) => {
      const symbol = /** @type {ts.Symbol} */ (exported.get(`${name}Props`));
      const type = checker.getDeclaredTypeOfSymbol(checker.getAliasedSymbol(symbol));
      return [name, type.getProperties().flatMap((prop) => describe(checker, prop))];
    }),
  );
}

/** @param {ts.TypeChecker} checker @param {ts.Symbol} prop */
function describe(checker, prop) {
  const declaration = prop.declarations?.[0];
  const own = declaration?.getSourceFile().fileName.startsWith(join(root, 'src'));
  if (!declaration || !own || !ts.isPropertySignature(declaration) || left.has(prop.name)) return [];
  const type = declaration.type?.getText() ?? 'unknown';
  if (/=>|\bSnippet\b/.test(type)) return [];
  const doc = ts.displayPartsToString(prop.getDocumentationComment(checker)).replace(/\s+/g, ' ');
  // Attributes of the outermost element have no docs of ours.
  if (!doc) return [];
  const tag = prop.getJsDocTags(checker).find(({ name }) => name === 'default');
  return [{ name: prop.name, type, default: ts.displayPartsToString(tag?.text), doc }];
}

/** The text of the file. */
export const propsText = () => `${JSON.stringify(pythonProps(), null, 2)}\n`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = propsText();
  if (readFileIfThere() !== text) writeFileSync(propsFile, text);
}

function readFileIfThere() {
  try {
    return readFileSync(propsFile, 'utf8');
  } catch {
    return undefined;
  }
}
