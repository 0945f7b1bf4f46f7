import { mount, unmount, untrack, type Component } from 'svelte';
import { TraceError } from '../trace/index.js';
import { keeperContext, type KeptView } from '../views/kit/view-keeper.js';
import { checkShared, checkUnknown } from './check-props.js';
import { snippetOf } from './draw.svelte.js';
import { GivenProps } from './given-props.svelte.js';
import type { OptionsIn, PlainProps, ViewHandle } from './types.js';

/** A view as the package exports it, which is a Svelte component. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what only Svelte passes
export type View<P extends object> = (this: void, internals: any, props: P) => unknown;

const drawings = ['token', 'tooltip', 'empty', 'error'];

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
  return keepView(element, View, props, () => undefined);
}

/** The same, for what knows more of what may be wrong: `problem` is tracked. */
export function keepView<P extends object>(
  element: Element | ShadowRoot,
  View: View<P>,
  props: PlainProps<P>,
  problem: () => Error | undefined,
): ViewHandle<P> {
  mustBeInPage(element);
  const given = new GivenProps(withSnippets(props));
  let view: KeptView | undefined;
  const keeper = {
    take(made: KeptView): boolean {
      if (view) return false;
      view = made;
      return true;
    },
    problemWith(attributes: Readonly<Record<string, unknown>>): Error | undefined {
      const found = problem();
      if (found) return found;
      try {
        checkShared(given.props);
        checkUnknown(attributes, view!.options);
      } catch (error) {
        return error as Error;
      }
      return undefined;
    },
  };
  let instance: object | undefined = mount(View as unknown as Component, {
    target: element,
    props: given.props,
    context: keeperContext(keeper),
  });
  return {
    update(change) {
      untrack(() => given.set(withSnippets(change)));
    },
    destroy() {
      if (instance) void unmount(instance);
      instance = undefined;
    },
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

function withSnippets(props: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(props).map(([name, value]) => [
      name,
      drawings.includes(name) && typeof value === 'function' ? snippetOf(value) : value,
    ]),
  );
}

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
