import type { Component } from 'svelte';
import { createTrace, HeadView, ModelView, NeuronView, TokenView, type Trace } from '../../src/lib/index.js';
import { generateAttention } from '../page/data.js';
import { nextFrame } from '../page/frames.js';
import { keepContext } from './attentrace-heatmap.js';
import { makeTokens, traceOf, vectorsOf } from './attentrace-trace.js';
import { scrollSteps, sizePx, type Contestant, type Step, type Task } from './contestant.js';
import { mountView, viewDrawn, type MountedView } from './mount-view.svelte.js';

/** What views are given here. */
interface ViewProps {
  trace: Trace;
  layer?: number;
}

interface Options {
  /** What makes the trace, where attention alone will not do. */
  trace?: (task: Task) => Trace;
  steps?: (host: HTMLElement) => Step[];
  hover?: (host: HTMLElement) => [x: number, y: number][];
  /** The view shows all layers at once. */
  allLayers?: boolean;
}

export const attentraceHeadView = (): Contestant =>
  attentraceView(HeadView, { steps: scroll, hover: (host) => tokensIn(host) });

export const attentraceModelView = (): Contestant => attentraceView(ModelView, { allLayers: true });

export const attentraceTokenView = (): Contestant =>
  attentraceView(TokenView, { steps: scroll, hover: (host) => tokensIn(host) });

export const attentraceNeuronView = (): Contestant =>
  attentraceView(NeuronView, {
    trace: ({ attention: { tokens, weights } }) =>
      createTrace({
        tokens: makeTokens(tokens),
        attention: { dims: [1, 1, tokens, tokens], data: weights[0]![0]! },
        queries: vectorsOf(tokens),
        keys: vectorsOf(tokens),
      }),
    steps: scroll,
    hover: (host) => tokensIn(host),
  });

/** A view with its defaults, as large as the other pictures, toolbar and labels included. */
function attentraceView(view: unknown, { trace: makeTrace, steps, hover, allLayers }: Options): Contestant {
  const component = view as Component<ViewProps>;
  let host: HTMLElement;
  let trace: Trace;
  let mounted: MountedView<ViewProps>;
  return {
    async prepare(task) {
      host = task.host;
      host.style.inlineSize = `${sizePx}px`;
      host.style.setProperty('--attentrace-height', `${sizePx}px`);
      const small = generateAttention(16, { heads: task.attention.weights[0]!.length });
      await keepContext(traceOf(small));
      const smallTrace = makeTrace?.({ host, tokens: 16, attention: small }) ?? traceOf(small);
      const warm = mountView(component, host, { trace: smallTrace });
      await viewDrawn(host);
      warm.destroy();
      trace = makeTrace?.(task) ?? traceOf(task.attention);
    },
    first() {
      mounted = mountView(component, host, { trace, layer: 0 }, ['layer']);
      return viewDrawn(host);
    },
    steps: () => steps?.(host) ?? [],
    layer: allLayers
      ? undefined
      : async (layer) => {
          mounted.set({ layer });
          await nextFrame();
          await viewDrawn(host);
        },
    hoverPoints: () => hover?.(host) ?? [],
  };
}

function scroll(host: HTMLElement): Step[] {
  const scroller = [...host.querySelectorAll<HTMLElement>('*')].find(
    (element) =>
      element.scrollHeight > element.clientHeight + 1 &&
      /auto|scroll/.test(getComputedStyle(element).overflowY),
  );
  return scroller ? scrollSteps(scroller) : [];
}

/** Twelve tokens in sight, down the left side of the view. */
function tokensIn(host: HTMLElement): [number, number][] {
  const { x, y, width, height } = host.getBoundingClientRect();
  return Array.from({ length: 12 }, (_, i) => [x + width * 0.12, y + height * (0.2 + 0.05 * i)]);
}
