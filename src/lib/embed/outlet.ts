import { createRawSnippet, type Snippet } from 'svelte';

/** Children for an Explorer: an element for a framework to put its own into. `tell` hears of it, and with null when it goes. */
export const outlet = (tell: (element: Element | null) => void): Snippet =>
  createRawSnippet(() => ({
    render: () => '<div style="display: contents"></div>',
    setup(element) {
      tell(element);
      return () => tell(null);
    },
  }));
