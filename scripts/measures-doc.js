// @ts-check
// Writes docs/measures.md: what the measures of attentrace/analysis are, from their docstrings. `npm run measures`; a test compares it.
import { writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';
import { root } from './run.js';

export const measuresFile = join(root, 'docs', 'measures.md');
const analysis = join(root, 'src', 'lib', 'analysis');

/** What each folder of src/lib/analysis is about, in the order of the page. Others come last, under their own names. */
const titles = new Map([
  ['.', 'Of one head'],
  ['over-layers', 'Over layers'],
  ['contributions', 'Contributions'],
  ['kv-budget', 'Smaller caches of keys'],
  ['groups', 'Groups of tokens'],
  ['query-key', 'From queries and keys'],
]);

const intro = `# Measures

Written by \`npm run measures\` from the docstrings of \`attentrace/analysis\`: what each is, what it can bear, what to beware of, and where it
is from. \`traceOf(trace, stream)\` shows those that are streams in every view; those of one head go to \`measureHeads\` and order \`ModelView\`.

Every quantity has its evidence, which views show as a badge:

| evidence | what may be concluded |
|---|---|
| *descriptive* | attention alone: it says where a model looks, not what that does |
| *contribution* | values count too: it says what a token gives, not what would happen without it |
| *causal* | the model was run again with something changed: it says what that did, in this text |

Attention often does not follow gradients, and very different attention can give one prediction (Jain & Wallace 2019, arXiv:1902.10186).
Compare a uniform baseline and the variance over seeds before concluding (Wiegreffe & Pinter 2019, arXiv:1908.04626). The largest share of
weight is not the largest cause. A head over a whole data set rarely does what one prompt suggests.
`;

/** The text of docs/measures.md. */
export async function measuresDoc() {
  const index = join(analysis, 'index.ts');
  const program = ts.createProgram([index], {
    module: ts.ModuleKind.NodeNext,
    strict: true,
    skipLibCheck: true,
  });
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(/** @type {ts.SourceFile} */ (program.getSourceFile(index)));
  /** @type {Map<string, string[]>} */
  const sections = new Map([...titles.keys()].map((folder) => [folder, []]));
  for (const symbol of checker.getExportsOfModule(/** @type {ts.Symbol} */ (module))) {
    const declaration = (
      symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
    ).declarations?.find(ts.isFunctionDeclaration);
    const told = declaration && docstring(declaration);
    if (!declaration || !told?.text.includes('\nSource: ')) continue;
    const folder = relative(analysis, dirname(declaration.getSourceFile().fileName)) || '.';
    sections.set(folder, [...(sections.get(folder) ?? []), section(symbol.name, declaration, told)]);
  }
  const body = [...sections]
    .filter(([, parts]) => parts.length > 0)
    .map(([folder, parts]) => `## ${titles.get(folder) ?? folder}\n\n${parts.sort().join('\n')}`);
  const style = await resolveConfig(measuresFile);
  return format(linked(`${intro}\n${body.join('\n')}`), { ...style, parser: 'markdown' });
}

/** @param {string} name @param {ts.FunctionDeclaration} declaration @param {{ text: string, example?: string }} told */
function section(name, declaration, { text, example }) {
  const parameters = declaration.parameters.map((parameter) =>
    ts.isIdentifier(parameter.name) ? parameter.name.text : 'options',
  );
  const emphasised = text.replace(/^(Caveat|Source): /gm, '**$1**: ');
  const code = example ? `\n\`\`\`ts\n${example}\n\`\`\`\n` : '';
  return `### \`${name}(${parameters.join(', ')})\`\n\n${emphasised}\n${code}`;
}

/** What a docstring says before its tags, a paragraph a line, and its example. @param {ts.FunctionDeclaration} declaration */
function docstring(declaration) {
  const source = declaration.getSourceFile().text;
  const comment = ts.getLeadingCommentRanges(source, declaration.pos)?.at(-1);
  if (!comment || !source.startsWith('/**', comment.pos)) return undefined;
  const lines = source
    .slice(comment.pos + 3, comment.end - 2)
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''));
  const end = lines.findIndex((line) => line.startsWith('@'));
  const text = (end < 0 ? lines : lines.slice(0, end)).join('\n').trim();
  const [, example] = lines.join('\n').split(/^@example\n/m);
  return { text: `\n${text}`.trimStart(), example: example?.split(/^@/m)[0]?.trim() };
}

/** @param {string} text */
function linked(text) {
  return text
    .replace(/arXiv:(\d{4}\.\d{4,5})/g, '[arXiv:$1](https://arxiv.org/abs/$1)')
    .replace(/doi:(10\.\S+?)(?=[,;.]?\s)/g, '[doi:$1](https://doi.org/$1)');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(measuresFile, await measuresDoc());
