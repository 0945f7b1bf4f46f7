import { afterEach, expect, test, vi } from 'vitest';
import { createApp, h, KeepAlive, nextTick, reactive, ref, shallowRef, type Component } from 'vue';
import { createTrace, type Hover, type Selection } from '../../../src/lib/index.js';
import { Explorer, HeadView, Heatmap } from '../../../src/lib/embed/vue.js';
import { stageInfo } from '../../../src/lib/render/index.js';
import { centerOf, drawn, mouse, statusOf, tokenOf, usePage } from '../views/page.js';
import { attention, file, pixelsOf, placeWith, region, tokens } from './helpers.js';

usePage();

const unmounts: (() => void)[] = [];
afterEach(() => {
  for (const unmount of unmounts.splice(0)) unmount();
});

function show(render: () => unknown) {
  const app = createApp({ setup: () => render } as Component);
  const warn = vi.fn();
  app.config.warnHandler = warn;
  app.mount(placeWith());
  const unmount = () => app.unmount();
  unmounts.push(() => expect(warn.mock.calls).toEqual([]), unmount);
  return { unmount };
}

test('a view is bound both ways, to the whole selection and to its parts', async () => {
  const [selection, hover, layer, options] = [
    ref<Partial<Selection>>({ heads: [1] }),
    ref<Hover | null>(null),
    ref<number>(),
    ref<object>({ edges: 'top', top: 1 }),
  ];
  const told = vi.fn();
  // Deeply reactive, as what a page keeps in `ref` is: Vue wraps it.
  const state = reactive({ trace: createTrace({ attention, tokens }) });
  const { unmount } = show(() =>
    h(HeadView, {
      trace: state.trace as never,
      selection: selection.value,
      'onUpdate:selection': (next: Selection) => (selection.value = next),
      hover: hover.value,
      'onUpdate:hover': (next: Hover | null) => (hover.value = next),
      'onUpdate:layer': (next: number) => (layer.value = next),
      options: options.value,
      'onUpdate:options': (next: object) => (options.value = next),
      onSelectionChange: told,
      class: 'mine',
      'aria-label': 'bound',
    } as never),
  );
  const view = region('bound');
  await drawn(view);
  expect(pixelsOf(view)).toBeGreaterThan(100);
  const section = view.element();
  await mouse.click(centerOf(tokenOf(view, 'queries', 1)));
  await expect.poll(() => selection.value).toMatchObject({ layer: 0, heads: [1], query: 1 });
  await expect.poll(() => hover.value).toMatchObject({ query: 1 });
  expect(layer.value).toBe(0);
  expect(told).toHaveBeenCalledWith(expect.objectContaining({ query: 1 }));
  selection.value = { heads: [0], query: 2 };
  await mouse.leave();
  await expect.poll(() => statusOf(view)).toContain('sat');
  options.value = { edges: 'share', share: 0.5 };
  const input = () => view.element().querySelector<HTMLInputElement>('.edges input')!.value;
  await expect.poll(input).toBe('0.5');
  expect(view.element()).toBe(section);
  unmount();
  await expect.poll(stageInfo).toEqual({ contexts: 0, surfaces: 0, textures: 0 });
});

test('attributes are read as a template writes them: kebab-case, and flags alone', async () => {
  const view = shallowRef<{ view: { options: object } }>();
  show(() =>
    h(HeadView, {
      ref: view,
      attention,
      tokens,
      'query-segment': null,
      renormalize: '',
      id: 'here',
    } as never),
  );
  await drawn(region());
  expect(view.value!.view.options).toMatchObject({ renormalize: true, querySegment: null });
  expect(region().element().id).toBe('here');
});

test('children of an Explorer are Vue’s, and its views are linked', async () => {
  const trace = createTrace({ attention, tokens });
  const selection = ref<Partial<Selection>>({});
  const two = ref(true);
  show(() =>
    h(
      Explorer as Component,
      { trace, 'onUpdate:selection': (next: Selection) => (selection.value = next) },
      {
        default: () => [
          h('h2', `query ${selection.value.query}`),
          h(HeadView, { 'aria-label': 'one' } as never),
          two.value ? h(Heatmap, { 'aria-label': 'two' } as never) : null,
        ],
      },
    ),
  );
  await drawn(region('one'));
  await drawn(region('two'));
  await mouse.click(centerOf(tokenOf(region('one'), 'queries', 1)));
  await expect.poll(() => document.querySelector('h2')!.textContent).toBe('query 1');
  await mouse.leave();
  await expect.poll(() => statusOf(region('two'))).toContain('cat');
  two.value = false;
  await expect.element(region('two')).not.toBeInTheDocument();
});

test('is unmounted while Pixi and its file are loading', async () => {
  const { unmount } = show(() => h(HeadView, { src: file } as never));
  await expect.element(region()).toBeInTheDocument();
  unmount();
  await expect.poll(stageInfo).toEqual({ contexts: 0, surfaces: 0, textures: 0 });
});

test('what is kept alive is as it was', async () => {
  const shown = ref(true);
  show(() =>
    h(KeepAlive, null, {
      default: () =>
        shown.value
          ? h(HeadView, { attention, tokens } as never)
          : h({ name: 'Other', render: () => 'other' }),
    }),
  );
  await drawn(region());
  const section = region().element();
  await mouse.click(centerOf(tokenOf(region(), 'queries', 2)));
  await mouse.leave();
  shown.value = false;
  await nextTick();
  expect(document.contains(section)).toBe(false);
  shown.value = true;
  await drawn(region());
  expect(region().element()).toBe(section);
  await expect.poll(() => statusOf(region())).toContain('sat');
  await expect.poll(() => pixelsOf(region())).toBeGreaterThan(100);
});
