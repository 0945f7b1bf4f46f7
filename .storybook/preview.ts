import type { Decorator, Preview, StoryContext } from '@storybook/svelte-vite';
import './preview.css';
import { storyCode } from './story-code.js';
import { tellDefaults } from './story-docs.js';

type Theme = 'light' | 'dark' | 'auto';

/** Shows every story in the theme of the toolbar, unless the story sets one of its own. */
const withTheme: Decorator = (story, { args, globals }) => {
  const theme: Theme = globals.theme;
  document.documentElement.dataset.theme = theme;
  args.theme ??= theme;
  return story();
};

/**
 * Lets what comes after, axe first, see the story as it is when its data is loaded and its views are drawn. What takes minutes is not
 * tested: Storybook would show an error in its place.
 */
async function waitUntilDrawn({ canvasElement, tags }: StoryContext): Promise<void> {
  if (!tags.includes('test')) return;
  // Looked at now and then: an observer that is told of every change, and an assertion that prints the page, take most of the time.
  const until = performance.now() + 100_000;
  while (canvasElement.querySelector('[aria-busy="true"]')) {
    if (performance.now() > until) throw new Error('The story is still busy after 100 s.');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const preview: Preview = {
  argTypesEnhancers: [tellDefaults],
  decorators: [withTheme],
  afterEach: waitUntilDrawn,
  globalTypes: {
    theme: {
      description: 'Theme of the page and of every view',
      toolbar: {
        title: 'Theme',
        icon: 'mirror',
        dynamicTitle: true,
        items: [
          { value: 'light', title: 'Light', icon: 'sun' },
          { value: 'dark', title: 'Dark', icon: 'moon' },
          { value: 'auto', title: 'Auto', icon: 'mirror' },
        ],
      },
    },
  },
  // Stories are tested in both themes: vite.config.ts sets this.
  initialGlobals: { theme: import.meta.env.STORYBOOK_THEME ?? 'light' },
  parameters: {
    a11y: { test: 'error' },
    backgrounds: { disable: true },
    controls: { expanded: true },
    // A story that is a component of its own passes its code.
    docs: {
      source: {
        transform: (code: string, { parameters }: StoryContext) => parameters.code ?? storyCode(code),
      },
    },
    options: {
      storySort: {
        order: [
          'Welcome',
          'HeadView',
          'ModelView',
          'NeuronView',
          'Heatmap',
          'TokenView',
          'GroupView',
          'HeadScatter',
          'EvidenceView',
          'BudgetView',
          'CompareView',
          'Explorer',
          'Many views',
          'Generated text',
          'Attention from a model',
          'A view of your own',
        ],
      },
    },
    viewport: {
      options: {
        phone: { name: 'Phone, 320 px', styles: { width: '320px', height: '640px' }, type: 'mobile' },
        tablet: { name: 'Tablet, 768 px', styles: { width: '768px', height: '1024px' }, type: 'tablet' },
        laptop: { name: 'Laptop, 1280 px', styles: { width: '1280px', height: '800px' }, type: 'desktop' },
      },
    },
  },
};
export default preview;
