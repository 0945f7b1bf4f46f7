// What the JSDoc of a view's props says against what its component does.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parse } from 'svelte/compiler';
import ts from 'typescript';
import { expect, test } from 'vitest';
import * as attentrace from '../../../src/lib/index.js';
import type { OptionRule } from '../../../src/lib/views/kit/option-rules.js';

interface Prop {
  default?: string;
  bindable: boolean;
}
type Props = Record<string, Prop>;

const documented = readDocumentation();

/** What every view has from its frame where neither it nor an Explorer around is given it. */
const framed: Props = {
  theme: { default: `'auto'`, bindable: false },
  chrome: { default: `'all'`, bindable: false },
};

test('finds the views', () => {
  expect(documented.map(({ component }) => component)).toEqual(
    expect.arrayContaining([
      'src/lib/views/head-view/HeadView.svelte',
      'src/lib/views/heatmap/Heatmap.svelte',
    ]),
  );
});

test.each(documented)(
  '$component has the defaults and bindable props its types.ts says',
  ({ component, props }) => {
    const actual = { ...framed, ...readOptions(component), ...readComponent(component) };
    // An attribute of the element, such as `id`, has no documentation of ours.
    const own = Object.keys(props).filter((name) => name in actual);
    expect(Object.fromEntries(own.map((name) => [name, actual[name]]))).toEqual(
      Object.fromEntries(own.map((name) => [name, props[name]])),
    );
    const missing = Object.keys(props).filter((name) => !(name in actual));
    // What the component does not name goes on to its element: documented defaults would be untrue.
    expect(missing.filter((name) => props[name]!.default !== undefined || props[name]!.bindable)).toEqual([]);
  },
);

/** The props of each `XProps` interface in a types.ts of a view, those it inherits included, and the component X beside it. */
function readDocumentation(): { component: string; props: Props }[] {
  const files = readdirSync('src/lib/views')
    .map((folder) => `src/lib/views/${folder}/types.ts`)
    .filter((file) => existsSync(file) && !file.includes('/kit/'));
  const program = ts.createProgram(files, {
    module: ts.ModuleKind.NodeNext,
    strict: true,
    skipLibCheck: true,
  });
  const checker = program.getTypeChecker();
  return files.flatMap((file) => {
    const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)!)!);
    return exported
      .map((symbol) => ({ symbol, component: join(dirname(file), symbol.name.replace(/Props$/, '.svelte')) }))
      .filter(({ component }) => component.endsWith('.svelte') && existsSync(component))
      .map(({ symbol, component }) => ({
        component,
        props: Object.fromEntries(
          checker
            .getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol))
            .filter((prop) => prop.declarations?.[0]?.getSourceFile().fileName.includes('src/lib/'))
            .map((prop) => [prop.name, readJsDoc(prop, checker)]),
        ),
      }));
  });
}

function readJsDoc(prop: ts.Symbol, checker: ts.TypeChecker): Prop {
  const tag = prop.getJsDocTags(checker).find(({ name }) => name === 'default');
  const text = ts.displayPartsToString(prop.getDocumentationComment(checker));
  return {
    ...(tag && { default: ts.displayPartsToString(tag.text) }),
    bindable: /\bBindable\b/.test(text),
  };
}

/** The props that a component takes out of `$props()`; a default of null goes without saying. */
function readComponent(file: string): Props {
  const source = readFileSync(file, 'utf8');
  const script = parse(source, { modern: true }).instance!.content as unknown as { body: Node[] };
  const pattern = script.body
    .filter((node) => node.type === 'VariableDeclaration')
    .flatMap((node) => node.declarations)
    .find(({ init }) => init?.callee?.name === '$props')?.id;
  if (!pattern) throw new Error(`${file} takes no $props().`);
  const named = pattern.properties.filter(({ type }) => type === 'Property');
  return Object.fromEntries(
    named.map(({ key, value }) => {
      const right = value.type === 'AssignmentPattern' ? value.right : undefined;
      const bindable = right?.callee?.name === '$bindable';
      const initial = bindable ? right!.arguments[0] : right;
      const text = initial && source.slice(initial.start, initial.end);
      return [key.name, { ...(text && text !== 'null' && { default: text }), bindable }];
    }),
  );
}

/** The options of a view as its rules have them; what starts as null or undefined goes without saying. */
function readOptions(component: string): Props {
  const name = basename(component, '.svelte');
  const rules = attentrace[`${name[0]!.toLowerCase()}${name.slice(1)}Options` as 'headViewOptions'];
  return Object.fromEntries(
    Object.entries<OptionRule<unknown>>(rules).map(([option, { initial }]) => {
      const text = typeof initial === 'string' ? `'${initial}'` : JSON.stringify(initial);
      return [option, { ...(initial != null && { default: text }), bindable: false }];
    }),
  );
}

/** As much of an ESTree node as is read here. */
interface Node {
  type: string;
  start: number;
  end: number;
  name: string;
  declarations: { id: Node; init?: Node }[];
  callee?: Node;
  arguments: Node[];
  properties: { type: string; key: Node; value: Node }[];
  right: Node;
}
