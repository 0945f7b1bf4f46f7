import { TraceError, type Trace } from '../../trace/index.js';
import { sameOption } from '../../views/kit/same-option.js';
import { createView } from '../create-view.js';
import type { ViewHandle } from '../types.js';
import { Channel, type BytesOf, type Model } from './channel.js';
import { figureFor, sendFigure, type FigureMessage } from './figure-for.js';
import { hostTheme, watchHostTheme } from './host-theme.js';
import { kernelTrace } from './kernel-trace.js';
import type { TraceInKernel } from './types.js';
import { viewNamed } from './view-named.js';

const notices = {
  waiting: 'Waiting for the kernel: it is busy, or gone.',
  lost: 'The kernel has gone: what is not here yet cannot be shown. Run the cell again.',
};

/** Traits that the page and the kernel both set. */
type Shared = 'selection' | 'hover' | 'options';

/**
 * Shows a view whose traces are in the kernel, and keeps selection, hover and options the same on both sides.
 *
 * @returns `destroy`, which also tells the kernel that this page looks no more
 */
export function showLive(element: HTMLElement, model: Model, bytesOf: BytesOf): { destroy(): void } {
  const page = crypto.randomUUID();
  const status = document.createElement('p');
  status.setAttribute('role', 'status');
  status.style.cssText = 'margin: 4px 0; font: 13px system-ui, sans-serif';
  const box = document.createElement('div');
  element.append(box, status);
  const say = (text: string): void => void (status.textContent = text);
  const channel = new Channel(model, bytesOf, (about) => say(about === null ? '' : notices[about]));

  let view: ViewHandle<Record<string, unknown>> | undefined;
  let destroyed = false;
  const endings: (() => void)[] = [() => channel.destroy()];
  const listen = (event: string, callback: (...args: never[]) => void): void => {
    model.on(event, callback);
    endings.push(() => model.off(event, callback));
  };

  // A wheel that the view has used is not for the notebook too, which VS Code would scroll.
  box.addEventListener('wheel', (event) => event.defaultPrevented && event.stopPropagation());

  async function start(): Promise<void> {
    const { about } = await channel.ask({ kind: 'hello', page });
    hideSavedCopy(model);
    const traces: Record<string, Trace> = {};
    for (const [name, told] of Object.entries(about as Record<string, TraceInKernel>))
      traces[name] = await kernelTrace(
        told,
        (question, signal) => channel.ask({ ...question, trace: name }, signal),
        (share) => say(`Queries and keys: ${Math.round(100 * share)} %`),
      );
    if (destroyed) return;
    say('');
    const set = (name: Shared, value: unknown): void => {
      if (sameOption(model.get(name), value)) return;
      model.set(name, value);
      model.save_changes();
    };
    size();
    view = createView(box, viewNamed(model.get('component')), {
      ...traces,
      ...propsOf(model),
      ...(model.get('options') as object),
      selection: (model.get('selection') as object | null) ?? undefined,
      onSelectionChange: (selection: unknown) => set('selection', selection),
      onHoverChange: (hover: unknown) => set('hover', hover),
      onOptionsChange: (options: unknown) => set('options', options),
    });
    // What the view fills in is told too: which layer, which heads.
    if (view.selection) set('selection', plain(view.selection));
    if (Object.keys(model.get('options') as object).length === 0) set('options', plain(view.options));
    listen('change:props', () => view?.update(propsOf(model)));
    listen('change:height', size);
    listen('change:selection', () => view?.update({ selection: model.get('selection') ?? undefined }));
    listen('change:hover', () => view?.update({ hover: model.get('hover') }));
    listen('change:options', () => view?.update(model.get('options') as Record<string, unknown>));
    const hear = ({ kind, id, options, error }: FigureMessage): void => {
      if (kind === 'figure' && view)
        void figureFor(view, options).then((answer) => sendFigure(channel, { id, page }, answer));
      // Those of what this page asked for are told where they were asked for.
      if (kind === 'error' && typeof id === 'string') say(new TraceError(error).message);
    };
    listen('msg:custom', hear);
    endings.push(watchHostTheme(() => view?.update({ theme: propsOf(model).theme })));
  }

  function size(): void {
    const height = model.get('height');
    box.style.setProperty('--attentrace-height', typeof height === 'number' ? `${height}px` : null);
  }

  start().catch((error: unknown) => {
    if (!destroyed) say(error instanceof Error ? error.message : String(error));
  });

  return {
    destroy() {
      destroyed = true;
      view?.destroy();
      channel.tell({ kind: 'closed', page });
      for (const end of endings) end();
      box.remove();
      status.remove();
    },
  };
}

/** The props as given; where they do not say a theme, that of the notebook around. */
function propsOf(model: Model): Record<string, unknown> {
  const props = model.get('props') as Record<string, unknown>;
  const { theme = 'auto' } = props;
  return { ...props, theme: theme === 'auto' ? (hostTheme() ?? 'auto') : theme };
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** The copy for where no kernel is stands below the live view, in an output of its own. */
function hideSavedCopy(model: Model): void {
  const id = model.get('copy_id') as string | undefined;
  const copy = id && document.querySelector<HTMLElement>(`[data-attentrace-saved="${CSS.escape(id)}"]`);
  if (!copy) return;
  const output = copy.closest<HTMLElement>('.jp-OutputArea-child') ?? copy;
  output.style.display = 'none';
}
