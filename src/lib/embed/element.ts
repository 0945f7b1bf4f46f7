import { createRawSnippet } from 'svelte';
import type { Exploration } from '../explore/exploration.svelte.js';
import { lensOptions } from '../views/kit/lens-options.js';
import { snippetNames } from '../views/kit/svelte-props.js';
import type { Look } from '../views/kit/types.js';
import { isAttribute } from './check-props.js';
import { createView, type View } from './create-view.js';
import { parseAttribute, propOf } from './parse-attribute.js';
import type { OptionsIn, PlainProps, ViewHandle } from './types.js';
import type { ViewKind } from './views.js';

type Props = Record<string, unknown>;

/** What an element does beside having the props of its view as properties. */
export interface ViewElement<P extends object> extends HTMLElement {
  /** All options as they are; what is set may be some of them. */
  get options(): OptionsIn<P>;
  set options(options: Partial<OptionsIn<P>>);
  /** What `createView` gives; undefined while the element is in no page. */
  readonly view: ViewHandle<P> | undefined;
}

/** An element with the props of its view: as attributes, and as properties for what is no text. */
export type PropsElement<P extends object> = ViewElement<P> & PlainProps<P>;

const explorerTag = 'attentrace-explorer';
const others = [...snippetNames, 'src'];
const events = {
  onSelectionChange: 'selectionchange',
  onHoverChange: 'hoverchange',
  onOptionsChange: 'optionschange',
};
/** An explorer with children of its own has no layout: what is in it stays where the author has it. */
const nothing = createRawSnippet(() => ({ render: () => '<span hidden></span>' }));

/** On a server there is no such class, and elements stay what they are written as. */
const Base = (typeof HTMLElement === 'undefined' ? class {} : HTMLElement) as typeof HTMLElement;

/**
 * The class of an element that shows a view. Attributes are props in kebab-case; events bubble. No shadow root: styles of views are
 * where those of the page are, in an app that compiles Svelte too.
 */
export function elementOf<P extends object>(kind: ViewKind<P>): new () => PropsElement<P> {
  const isExplorer = kind.name === 'Explorer';

  class Element extends Base {
    #view: ViewHandle | undefined;
    /** What was set as properties; what is here goes before what is written, until that is written anew. */
    readonly #given: Props = {};
    /** Whether the view shares the exploration of an explorer around. */
    #shares = false;
    /** Where the view is. What else is in an element of a view stands in for it until there is one. */
    #place: HTMLElement | undefined;
    readonly #observer = new MutationObserver((changes) => this.#follow(changes));

    static {
      for (const name of [...kind.props, ...others])
        Object.defineProperty(this.prototype, name, {
          configurable: true,
          enumerable: true,
          get(this: Element) {
            return this.#read(name);
          },
          set(this: Element, value: unknown) {
            this.#set({ [name]: value });
          },
        });
    }

    get view(): ViewHandle | undefined {
      return this.#view;
    }

    get options(): object | undefined {
      return this.#view?.options as object | undefined;
    }
    set options(options: object | undefined) {
      this.#set({ ...options });
    }

    connectedCallback(): void {
      if (this.#view) this.#view.update({ exploration: this.#around() } as object);
      else this.#mount();
    }

    disconnectedCallback(): void {
      // Moved, it is back before this task ends.
      queueMicrotask(() => {
        if (!this.isConnected) this.#leave();
      });
    }

    #mount(): void {
      for (const name of [...kind.props, ...others, 'options']) this.#takeEarly(name);
      const place = document.createElement('div');
      this.#place = place;
      // A browser's own event of that name, of an input inside, tells nothing of the view.
      place.addEventListener(events.onSelectionChange, (event) => event.stopPropagation());
      if (isExplorer) this.prepend(place);
      else this.replaceChildren(place);
      beBlock(this);
      const props: Props = {
        ...this.#written(this.getAttributeNames()),
        ...this.#given,
        exploration: this.#around(),
        ...this.#children(),
      };
      for (const [name, event] of Object.entries(events))
        props[name] = (detail: unknown) => {
          (this.#given[name] as ((detail: unknown) => void) | undefined)?.(detail);
          this.dispatchEvent(new CustomEvent(event, { detail, bubbles: true, composed: true }));
        };
      this.#view = createView<object>(place, kind.component as unknown as View<object>, props);
      this.#observer.observe(this, { attributes: true, childList: true });
    }

    /** What was chosen stays for when the element is back in a page; what an explorer around shares, that keeps. */
    #leave(): void {
      const view = this.#view;
      if (!view) return;
      this.#view = undefined;
      this.#observer.disconnect();
      const own = Object.entries(view.options as Props).filter(
        ([name]) => !this.#shares || !(name in lensOptions),
      );
      Object.assign(this.#given, Object.fromEntries(own), !this.#shares && { selection: view.selection });
      view.destroy();
      this.#place?.remove();
    }

    /** A property that was set before the element was what it is. */
    #takeEarly(name: string): void {
      if (!Object.hasOwn(this, name)) return;
      const value = (this as unknown as Props)[name];
      delete (this as unknown as Props)[name];
      (this as unknown as Props)[name] = value;
    }

    #read(name: string): unknown {
      if (this.#view && name === 'selection') return this.#view.selection;
      if (this.#view && name in this.#view.options) return (this.#view.options as Props)[name];
      return name in this.#given ? this.#given[name] : this.#written(this.getAttributeNames())[name];
    }

    #set(change: Props): void {
      Object.assign(this.#given, change);
      const toView = Object.entries(change).filter(([name]) => !(name in events));
      this.#view?.update(Object.fromEntries(toView));
    }

    /** The props that these attributes stand for; undefined for those that are gone. */
    #written(names: readonly string[]): Props {
      const props: Props = {};
      for (const name of names) {
        if (isAttribute(name) && !name.startsWith('aria-')) continue;
        const text = this.getAttribute(name);
        const prop = name.startsWith('aria-') ? name : propOf(name);
        if (text === null) props[prop] = undefined;
        else props[prop] = prop === 'src' ? text : parseAttribute(text, kind.ruleOf(prop));
      }
      return props;
    }

    #follow(changes: readonly MutationRecord[]): void {
      const names = changes.flatMap(({ attributeName }) => attributeName ?? []);
      const written = this.#written(names);
      for (const prop of Object.keys(written)) delete this.#given[prop];
      this.#view?.update({ ...written, ...this.#children() });
    }

    #around(): Exploration<Look> | undefined {
      const given = this.#given.exploration as Exploration<Look> | undefined;
      const explorer = this.parentElement?.closest(explorerTag) as PropsElement<object> | null | undefined;
      const around = given ?? explorer?.view?.exploration;
      this.#shares = around !== undefined;
      return around;
    }

    #children(): Props {
      if (!isExplorer) return {};
      return { children: [...this.children].some((child) => child !== this.#place) ? nothing : undefined };
    }
  }
  return Element as unknown as new () => PropsElement<P>;
}

/** An element that a browser does not know is inline: says once, where this one takes its styles from, that it is a block. */
function beBlock(element: HTMLElement): void {
  const { localName, ownerDocument } = element;
  const root = element.getRootNode();
  const styles = root instanceof ShadowRoot ? root : ownerDocument.head;
  const id = `${localName}-style`;
  if (styles.querySelector(`#${id}`)) return;
  const textContent = `:where(${localName}:not([hidden])) { display: block }`;
  styles.append(Object.assign(ownerDocument.createElement('style'), { id, textContent }));
}
