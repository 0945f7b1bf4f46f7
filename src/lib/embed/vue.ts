import {
  defineComponent,
  h,
  inject,
  onMounted,
  onUnmounted,
  onUpdated,
  provide,
  shallowRef,
  Teleport,
  toRaw,
  type AllowedComponentProps,
  type SetupContext,
  type ShallowRef,
  type VNode,
  type VNodeProps,
} from 'vue';
import { headOf } from '../explore/choose-head.js';
import type { Exploration } from '../explore/exploration.svelte.js';
import type { Hover, Selection } from '../explore/types.js';
import type { BudgetViewProps } from '../views/budget-view/types.js';
import type { CompareViewProps } from '../views/compare-view/types.js';
import type { EvidenceViewProps } from '../views/evidence-view/types.js';
import type { ExplorerProps } from '../views/explorer/types.js';
import type { GroupViewProps } from '../views/group-view/types.js';
import type { HeadScatterProps } from '../views/head-scatter/types.js';
import type { HeadViewProps } from '../views/head-view/types.js';
import type { HeatmapProps } from '../views/heatmap/types.js';
import type { Look, ViewProps } from '../views/kit/types.js';
import type { ModelViewProps } from '../views/model-view/types.js';
import type { NeuronViewProps } from '../views/neuron-view/types.js';
import type { TokenViewProps } from '../views/token-view/types.js';
import { isAttribute } from './check-props.js';
import { createView, type View } from './create-view.js';
import { outlet } from './outlet.js';
import { propOf } from './parse-attribute.js';
import { replaceProps } from './replace-props.js';
import type { OptionsIn, PlainProps, ViewHandle } from './types.js';
import * as kinds from './views.js';

/** What `v-model` listens to: `v-model:selection`, `v-model:hover`, `v-model:options`, `v-model:layer`… */
type Models<P> = {
  'onUpdate:selection'?: (selection: Selection) => void;
  'onUpdate:hover'?: (hover: Hover | null) => void;
  'onUpdate:options'?: (options: OptionsIn<P>) => void;
} & {
  [name in 'stream' | 'layer' | 'heads' | 'head' as `onUpdate:${name}`]?: (
    value: NonNullable<ViewProps[name]>,
  ) => void;
};

/** The props of a view in Vue; `class` and `style` are those of the element around it. */
export type VueProps<P> = Omit<PlainProps<P>, 'class' | 'style'> &
  Models<P> & {
    /** Any of the options together, as `onOptionsChange` tells them. */
    options?: Partial<OptionsIn<P>>;
  };

/** A view in Vue. Its `view` gives what `createView` does. */
export type VueView<P extends object> = new () => {
  $props: VueProps<P> & VNodeProps & AllowedComponentProps;
  $slots: { default?: () => VNode[] };
  readonly view: ViewHandle<P> | undefined;
};

const key = Symbol('attentrace exploration');

function inVue<P extends object>({ name, component, ruleOf }: kinds.ViewKind<P>): VueView<P> {
  const setup = (_: object, { attrs, slots, emit, expose }: SetupContext) => {
    const around = inject<ShallowRef<Exploration<Look> | undefined> | undefined>(key, undefined);
    const exploration = shallowRef<Exploration<Look>>();
    const element = shallowRef<HTMLElement>();
    const place = shallowRef<Element | null>(null);
    let view: ViewHandle | undefined;
    let before: Record<string, unknown> = {};
    provide(key, exploration);
    expose({
      get view() {
        return view;
      },
    });

    const tell = {
      onSelectionChange(selection: Selection) {
        emit('selectionChange', selection);
        emit('update:selection', selection);
        for (const part of ['stream', 'layer', 'heads'] as const) emit(`update:${part}`, selection[part]);
        emit('update:head', headOf(selection));
      },
      onHoverChange(hover: Hover | null) {
        emit('hoverChange', hover);
        emit('update:hover', hover);
      },
      onOptionsChange(options: object) {
        emit('optionsChange', options);
        emit('update:options', options);
      },
    };
    /** Vue wraps what is kept in `ref` or `reactive`; a trace and its arrays are taken as they are. */
    const given = (): Record<string, unknown> => {
      const props: Record<string, unknown> = { exploration: around?.value };
      for (const [written, value] of Object.entries(attrs)) {
        if (['class', 'style', 'options'].includes(written) || /^on[A-Z]/.test(written)) continue;
        const prop = isAttribute(written) ? written : propOf(written);
        const isFlag = value === '' && typeof ruleOf(prop)?.initial === 'boolean';
        props[prop] = isFlag ? true : toRaw(value);
      }
      return { ...toRaw(attrs.options as object), ...props, ...tell };
    };

    onMounted(() => {
      before = given();
      view = createView<object>(element.value!, component as unknown as View<object>, {
        ...before,
        ...(slots.default && { children: outlet((to) => (place.value = to)) }),
      });
      exploration.value = view.exploration;
    });
    onUpdated(() => {
      const now = given();
      view?.update(replaceProps(before, now));
      before = now;
    });
    onUnmounted(() => view?.destroy());

    return () => {
      // Read here, so that the view is updated when it comes.
      void around?.value;
      const inside = place.value && h(Teleport as never, { to: place.value }, slots.default?.());
      return h('div', { ref: element, class: attrs.class, style: attrs.style as string }, [inside]);
    };
  };
  return defineComponent(setup as never, { name, inheritAttrs: false }) as unknown as VueView<P>;
}

/** Views inside it are linked, wherever they are in it. */
export const Explorer: VueView<ExplorerProps> = /* @__PURE__ */ inVue(kinds.explorer);
export const BudgetView: VueView<BudgetViewProps> = /* @__PURE__ */ inVue(kinds.budgetView);
export const CompareView: VueView<CompareViewProps> = /* @__PURE__ */ inVue(kinds.compareView);
export const EvidenceView: VueView<EvidenceViewProps> = /* @__PURE__ */ inVue(kinds.evidenceView);
export const GroupView: VueView<GroupViewProps> = /* @__PURE__ */ inVue(kinds.groupView);
export const HeadScatter: VueView<HeadScatterProps> = /* @__PURE__ */ inVue(kinds.headScatter);
export const HeadView: VueView<HeadViewProps> = /* @__PURE__ */ inVue(kinds.headView);
export const Heatmap: VueView<HeatmapProps> = /* @__PURE__ */ inVue(kinds.heatmap);
export const ModelView: VueView<ModelViewProps> = /* @__PURE__ */ inVue(kinds.modelView);
export const NeuronView: VueView<NeuronViewProps> = /* @__PURE__ */ inVue(kinds.neuronView);
export const TokenView: VueView<TokenViewProps> = /* @__PURE__ */ inVue(kinds.tokenView);
