import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { createApp, h } from 'vue';
import fixture from '../../../fixtures/minilm-pair.safetensors?url';
import '../../lib/embed/elements.js';
import * as ofReact from '../../lib/embed/react.js';
import * as ofVue from '../../lib/embed/vue.js';

/** Puts views into an element, and gives what takes them away. */
export type Show = (place: HTMLElement) => () => void;

const start = { layer: 3, selection: { heads: [1], query: 16 } };

/** What attentrace/react gives: an Explorer with children of React's. */
export const inReact: Show = (place) => {
  const root = createRoot(place);
  const { Explorer, HeadView, Heatmap } = ofReact;
  const children = [
    createElement(Heatmap, { key: 'map', style: { '--attentrace-height': '320px' } as never }),
    createElement(HeadView, { key: 'heads', edges: 'top' }),
  ];
  root.render(createElement(Explorer, { src: fixture, ...start }, children));
  // Not while another framework's effects run.
  return () => queueMicrotask(() => root.unmount());
};

/** What attentrace/vue gives. */
export const inVue: Show = (place) => {
  const { Explorer, HeadView, Heatmap } = ofVue;
  const children = () => [
    h(Heatmap, { style: '--attentrace-height: 320px' } as never),
    h(HeadView, { edges: 'top' } as never),
  ];
  const app = createApp({ render: () => h(Explorer as never, { src: fixture, ...start }, children) });
  app.mount(place);
  return () => app.unmount();
};

/** What attentrace/elements gives: HTML, and no script. */
export const inHtml: Show = (place) => {
  const html = `<attentrace-explorer src="${fixture}" layer="3" selection='{ "heads": [1], "query": 16 }'>
    <attentrace-heatmap style="--attentrace-height: 320px"></attentrace-heatmap>
    <attentrace-head-view edges="top"></attentrace-head-view>
  </attentrace-explorer>`;
  place.append(document.createRange().createContextualFragment(html));
  return () => place.replaceChildren();
};
