import { mount, unmount, untrack, type Component } from 'svelte';
import type { Figure, FigureOptions } from '../export/index.js';
import type { Source } from '../io/index.js';
import { TraceError } from '../trace/index.js';
import { defaultLabels, type Labels } from '../views/kit/labels/index.js';
import { snippetNames } from '../views/kit/svelte-props.js';
import { boundProps, sharedProps } from '../views/kit/types.js';
import { keeperContext, type KeptView } from '../views/kit/view-keeper.js';
import { checkShared, checkUnknown } from './check-props.js';
import { snippetOf } from './draw.svelte.js';
import { FileOf, type Told } from './file-of.js';
import { GivenProps, sameValue } from './given-props.svelte.js';
import type { OptionsIn, PlainProps, ViewHandle } from './types.js';

/** A view as the package exports it, which is a Svelte component. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what only Svelte passes
export type View<P extends object> = (this: void, internals: any, props: P) => unknown;

/**
 * Puts a view into an element of any page, whatever the page is made with. `token`, `tooltip`, `empty` and `error` are functions that
 * give text or a node. A wrong prop is told by the view, in its place.
 *
 * @throws TraceError `no-page` where there is no document, as on a server
 * @example
 * const view = createView(document.querySelector('#here'), HeadView, { attention, tokens, onSelectionChange: console.log });
 * view.update({ layer: 3 });
 * view.destroy();
 */
export function createView<P extends object>(
  element: Element | ShadowRoot,
  View: View<P>,
  props: PlainProps<P> = {} as PlainProps<P>,
): ViewHandle<P> {
  mustBeInPage(element);
  const last: Record<string, unknown> = {};
  const given = new GivenProps([...boundProps, ...sharedProps, ...snippetNames, 'children']);
  const wrong = new GivenProps(['file']);
  const show = (): void => {
    given.set(propsOf(last, file.told));
    wrong.set({ file: file.told.problem });
  };
  const file = new FileOf(show);
  let view: KeptView | undefined;
  const keeper = {
    take(made: KeptView): boolean {
      if (view) return false;
      view = made;
      return true;
    },
    problemWith(attributes: Readonly<Record<string, unknown>>): Error | undefined {
      try {
        checkShared(given.props);
        checkUnknown(attributes, view!.options);
      } catch (error) {
        return error as Error;
      }
      return wrong.props.file as Error | undefined;
    },
  };
  const change = (props: object): void => {
    const before = { ...last };
    Object.assign(last, props);
    const again = last.src != null && !sameValue(before.tokens, last.tokens);
    // Reading tells at once that it has begun, which passes on all props.
    if (before.src !== last.src || again) file.read(last.src as Source | null, last.tokens as string[]);
    else show();
  };
  change(props);
  let instance: object | undefined = mount(View as unknown as Component, {
    target: element,
    props: given.props,
    context: keeperContext(keeper),
  });
  const figure = (options?: FigureOptions): Promise<Figure> => {
    const { figure } = (instance ?? {}) as { figure?: (options?: FigureOptions) => Promise<Figure> };
    if (figure) return figure(options);
    throw new Error(
      instance ? 'This view is none that can be written as a figure.' : 'This view was destroyed.',
    );
  };
  return {
    update(props) {
      untrack(() => change(props));
    },
    destroy() {
      file.stop();
      if (instance) void unmount(instance);
      instance = undefined;
    },
    toSVG: async (options) => (await import('../export/index.js')).toSVG(await figure(options), options),
    toPNG: async (options) => (await import('../export/index.js')).toPNG(await figure(options), options),
    get options() {
      return untrack(() => ({ ...view!.options })) as OptionsIn<P>;
    },
    get selection() {
      return untrack(() => view!.exploration.selection);
    },
    get exploration() {
      return view!.exploration;
    },
  };
}

/** The props of the component. While a file is read it has no trace, nor that of an Explorer around. */
function propsOf(
  { src, ...props }: Readonly<Record<string, unknown>>,
  { trace, loading }: Told,
): Record<string, unknown> {
  const labels = props.labels as Partial<Labels> | undefined;
  const ofFile = src != null && {
    trace,
    attention: undefined,
    tokens: undefined,
    exploration: undefined,
    ...(loading && { empty: wordOf(labels?.loading ?? defaultLabels.loading) }),
  };
  const all = { ...props, ...ofFile };
  for (const name of snippetNames) {
    const draw = all[name as keyof typeof all] as unknown;
    if (typeof draw === 'function') Object.assign(all, { [name]: snippetOf(draw as () => string) });
  }
  return all;
}

/** One function for a word, so that it is not shown anew. */
const wordOf = (word: string): (() => string) => {
  const known = words.get(word) ?? (() => word);
  words.set(word, known);
  return known;
};
const words = new Map<string, () => string>();

function mustBeInPage(element: unknown): void {
  const isNode = typeof Node !== 'undefined' && element instanceof Node;
  // Of another frame, an element is none of this page's classes.
  if (isNode || (element as Partial<Node> | null)?.nodeType !== undefined) return;
  throw new TraceError({
    code: 'no-page',
    place: 'createView',
    found: typeof document === 'undefined' ? 'no document' : String(element),
    expected: 'an element to put the view into',
    fix: 'Call it in a browser, once the element is in the page.',
  });
}
