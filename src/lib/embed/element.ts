import { createRawSnippet } from 'svelte';
import type { Exploration } from '../explore/exploration.svelte.js';
import { defaultLabels, type Labels } from '../views/kit/labels/index.js';
import { lensOptions } from '../views/kit/lens-options.js';
import type { Look } from '../views/kit/types.js';
import { isAttribute } from './check-props.js';
import { keepView } from './create-view.js';
import { FileOf, type Told } from './file-of.js';
import { GivenProps } from './given-props.svelte.js';
import { parseAttribute, propOf } from './parse-attribute.js';
import type { OptionsIn, PlainProps, ViewHandle } from './types.js';
import type { ViewKind } from './views.js';

type Props = Record<string, unknown>;

/** What an element does beside having the props of its view as properties. */
export interface ViewElement<P extends object> extends HTMLElement {
  /** The address of a file that `loadTrace` reads. */
  src: string | null;
  /** All options: read to save them, set to restore them. */
  options: OptionsIn<P>;
  /** What `createView` gives; undefined while the element is in no page. */
  readonly view: ViewHandle<P> | undefined;
}

/** An element with the props of its view: as attributes, and as properties for what is no text. */
export type PropsElement<P extends object> = ViewElement<P> & PlainProps<P>;

const explorerTag = 'attentrace-explorer';
const drawings = ['token', 'tooltip', 'empty', 'error'];
const events = {
  onSelectionChange: 'selectionchange',
  onHoverChange: 'hoverchange',
  onOptionsChange: 'optionschange',
};
const style = ':host { display: block } :host([hidden]) { display: none }';
const slot = createRawSnippet(() => ({ render: () => '<slot></slot>' }));

/** On a server there is no such class, and elements stay what they are written as. */
const Base = (typeof HTMLElement === 'undefined' ? class {} : HTMLElement) as typeof HTMLElement;

/**
 * The class of an element that shows a view in a shadow root of its own, so that neither styles of the page nor what a framework does to
 * children reach it. Attributes are props in kebab-case; events bubble.
 */
export function elementOf<P extends object>(kind: ViewKind<P>): new () => PropsElement<P> {
  const isExplorer = kind.name === 'Explorer';

  class Element extends Base {
    #view: ViewHandle | undefined;
    /** What was set as properties; what is here goes before what is written, until that is written anew. */
    readonly #given: Props = {};
    #told: Told = {};
    /** Whether the view shares the exploration of an explorer around. */
    #shares = false;
    readonly #problem = new GivenProps({ error: undefined });
    readonly #file = new FileOf((told) => this.#hear(told));
    readonly #observer = new MutationObserver((changes) => this.#follow(changes));

    static {
      for (const name of [...kind.props, ...drawings])
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

    constructor() {
      super();
      this.attachShadow({ mode: 'open' });
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

    get src(): string | null {
      return this.getAttribute('src');
    }
    set src(address: string | null | undefined) {
      if (address == null) this.removeAttribute('src');
      else this.setAttribute('src', address);
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
      for (const name of [...kind.props, ...drawings, 'options', 'src']) this.#takeEarly(name);
      const root = this.shadowRoot!;
      root.replaceChildren(Object.assign(document.createElement('style'), { textContent: style }));
      const props: Props = {
        ...this.#written(this.getAttributeNames()),
        ...this.#given,
        exploration: this.#around(),
        ...this.#shown(),
        ...this.#children(),
      };
      for (const [name, event] of Object.entries(events))
        props[name] = (detail: unknown) => {
          (this.#given[name] as ((detail: unknown) => void) | undefined)?.(detail);
          this.dispatchEvent(new CustomEvent(event, { detail, bubbles: true, composed: true }));
        };
      const problem = (): Error | undefined => this.#problem.props.error as Error | undefined;
      this.#view = keepView<object>(root, kind.component as never, props, problem);
      this.#observer.observe(this, { attributes: true, childList: true });
      if (!this.#told.trace) this.#load();
    }

    /** What was chosen stays for when the element is back in a page; what an explorer around shares, that keeps. */
    #leave(): void {
      const view = this.#view;
      if (!view) return;
      this.#view = undefined;
      this.#observer.disconnect();
      this.#file.stop();
      const own = Object.entries(view.options as Props).filter(([name]) => !this.#shares || !(name in lensOptions));
      Object.assign(this.#given, Object.fromEntries(own), !this.#shares && { selection: view.selection });
      view.destroy();
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
      this.#view?.update({ ...Object.fromEntries(toView), ...this.#shown() });
      if ('tokens' in change && this.hasAttribute('src')) this.#load();
    }

    /** The props that these attributes stand for; undefined for those that are gone. */
    #written(names: readonly string[]): Props {
      const props: Props = {};
      for (const name of names) {
        if (name === 'src' || (isAttribute(name) && !name.startsWith('aria-'))) continue;
        const text = this.getAttribute(name);
        const prop = name.startsWith('aria-') ? name : propOf(name);
        props[prop] = text === null ? undefined : parseAttribute(text, kind.ruleOf(prop));
      }
      return props;
    }

    #follow(changes: readonly MutationRecord[]): void {
      const names = changes.flatMap(({ attributeName }) => attributeName ?? []);
      const written = this.#written(names);
      for (const prop of Object.keys(written)) delete this.#given[prop];
      this.#view?.update({ ...written, ...this.#children(), ...this.#shown() });
      if (names.includes('src') || (names.includes('tokens') && this.hasAttribute('src'))) this.#load();
    }

    #around(): Exploration<Look> | undefined {
      const given = this.#given.exploration as Exploration<Look> | undefined;
      const explorer = this.parentElement?.closest(explorerTag) as PropsElement<object> | null | undefined;
      const around = given ?? explorer?.view?.exploration;
      this.#shares = around !== undefined;
      return around;
    }

    #load(): void {
      this.#file.read(this.src, this.#read('tokens') as undefined);
    }

    #hear(told: Told): void {
      this.#told = told;
      this.#problem.set({ error: told.problem });
      this.#view?.update(this.#shown());
    }

    /** What comes of the file: its trace, and until that is there a word. Tokens are those of the file then. */
    #shown(): Props {
      if (!this.hasAttribute('src')) return { trace: this.#given.trace, empty: this.#given.empty };
      const { trace, loading } = this.#told;
      const labels = this.#read('labels') as Partial<Labels> | undefined;
      const word = labels?.loading ?? defaultLabels.loading;
      return { trace, tokens: undefined, empty: loading ? () => word : this.#given.empty };
    }

    #children(): Props {
      return isExplorer ? { children: this.childElementCount > 0 ? slot : undefined } : {};
    }
  }
  return Element as unknown as new () => PropsElement<P>;
}
