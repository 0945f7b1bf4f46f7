'use client';
import {
  createContext,
  createElement,
  forwardRef,
  useContext,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  type CSSProperties,
  type ForwardRefExoticComponent,
  type ReactNode,
  type RefAttributes,
} from 'react';
import { createPortal } from 'react-dom';
import type { Exploration } from '../explore/exploration.svelte.js';
import type { BudgetViewProps } from '../views/budget-view/types.js';
import type { CompareViewProps } from '../views/compare-view/types.js';
import type { EvidenceViewProps } from '../views/evidence-view/types.js';
import type { ExplorerProps } from '../views/explorer/types.js';
import type { GroupViewProps } from '../views/group-view/types.js';
import type { HeadScatterProps } from '../views/head-scatter/types.js';
import type { HeadViewProps } from '../views/head-view/types.js';
import type { HeatmapProps } from '../views/heatmap/types.js';
import type { Look } from '../views/kit/types.js';
import type { ModelViewProps } from '../views/model-view/types.js';
import type { NeuronViewProps } from '../views/neuron-view/types.js';
import type { TokenViewProps } from '../views/token-view/types.js';
import { createView, type View } from './create-view.js';
import { outlet } from './outlet.js';
import { replaceProps } from './replace-props.js';
import type { PlainProps, ViewHandle } from './types.js';
import * as kinds from './views.js';

/** The props of a view in React: `className` and `style` are those of the element around it. */
export type ReactProps<P> = Omit<PlainProps<P>, 'class' | 'style'> & {
  className?: string;
  style?: CSSProperties & { [name: `--${string}`]: string | number };
};

/** A view in React; a `ref` gives what `createView` does. */
export type ReactView<P extends object> = ForwardRefExoticComponent<
  ReactProps<P> & RefAttributes<ViewHandle<P>>
>;

const Around = createContext<Exploration<Look> | undefined>(undefined);
// On a server React would warn of a layout effect, and there is nothing to lay out.
const useViewEffect = typeof document === 'undefined' ? useEffect : useLayoutEffect;

type Given = { children?: ReactNode; className?: string; style?: CSSProperties };

function inReact<P extends object>({ name, component }: kinds.ViewKind<P>): ReactView<P> {
  const View = forwardRef<ViewHandle, Given>(({ className, style, children, ...props }, ref) => {
    const around = useContext(Around);
    const element = useRef<HTMLDivElement>(null);
    const view = useRef<ViewHandle | null>(null);
    const before = useRef<Record<string, unknown>>({});
    const [place, setPlace] = useState<Element | null>(null);
    const [exploration, setExploration] = useState<Exploration<Look>>();
    const hasChildren = children !== undefined && children !== null;
    const now: Record<string, unknown> = { exploration: around, ...props };

    // Twice in strict mode, each time with what was last given.
    useViewEffect(() => {
      before.current = now;
      const made = createView<object>(element.current!, component as unknown as View<object>, {
        ...now,
        ...(hasChildren && { children: outlet(setPlace) }),
      });
      view.current = made;
      setExploration(made.exploration);
      return () => made.destroy();
    }, [hasChildren]);
    useViewEffect(() => {
      view.current!.update(replaceProps(before.current, now));
      before.current = now;
    });
    useImperativeHandle(ref, () => view.current!, [hasChildren]);

    return createElement(
      'div',
      { ref: element, className, style },
      place && createPortal(createElement(Around.Provider, { value: exploration }, children), place),
    );
  });
  View.displayName = name;
  return View as unknown as ReactView<P>;
}

/** Views inside it are linked, wherever they are in it. */
export const Explorer: ForwardRefExoticComponent<
  ReactProps<ExplorerProps> & { children?: ReactNode } & RefAttributes<ViewHandle<ExplorerProps>>
> = /* @__PURE__ */ inReact(kinds.explorer);
export const BudgetView: ReactView<BudgetViewProps> = /* @__PURE__ */ inReact(kinds.budgetView);
export const CompareView: ReactView<CompareViewProps> = /* @__PURE__ */ inReact(kinds.compareView);
export const EvidenceView: ReactView<EvidenceViewProps> = /* @__PURE__ */ inReact(kinds.evidenceView);
export const GroupView: ReactView<GroupViewProps> = /* @__PURE__ */ inReact(kinds.groupView);
export const HeadScatter: ReactView<HeadScatterProps> = /* @__PURE__ */ inReact(kinds.headScatter);
export const HeadView: ReactView<HeadViewProps> = /* @__PURE__ */ inReact(kinds.headView);
export const Heatmap: ReactView<HeatmapProps> = /* @__PURE__ */ inReact(kinds.heatmap);
export const ModelView: ReactView<ModelViewProps> = /* @__PURE__ */ inReact(kinds.modelView);
export const NeuronView: ReactView<NeuronViewProps> = /* @__PURE__ */ inReact(kinds.neuronView);
export const TokenView: ReactView<TokenViewProps> = /* @__PURE__ */ inReact(kinds.tokenView);
