import { expect, onTestFinished, test, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { Explorer, Heatmap, HeadView, ModelView, NeuronView, TokenView } from '../../../src/lib/index.js';
import { loadFixture } from '../../../src/stories/fixtures.js';
import { drawn } from './page.js';

const trace = await loadFixture('pair');

const pointed = (type: string): Event =>
  new PointerEvent(type, { bubbles: true, clientX: 200, clientY: 200, pointerId: 1 });
const pressed = (key: string): Event => new KeyboardEvent('keydown', { key, bubbles: true });
const scrolled = (): Event => new Event('scroll');

test.each([
  ['HeadView', HeadView],
  ['Heatmap', Heatmap],
  ['ModelView', ModelView],
  ['NeuronView', NeuronView],
  ['TokenView', TokenView],
  ['Explorer', Explorer],
] as const)('%s, taken away while it is used, leaves no error', async (_, view) => {
  const errors: unknown[] = [];
  const note = (event: Event): void => {
    event.preventDefault();
    errors.push(event instanceof ErrorEvent ? event.error : (event as PromiseRejectionEvent).reason);
  };
  for (const kind of ['error', 'unhandledrejection']) {
    window.addEventListener(kind, note);
    onTestFinished(() => window.removeEventListener(kind, note));
  }
  // Svelte warns in development of values that are read of what is gone.
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  onTestFinished(() => warn.mockRestore());

  const screen = await render(view as typeof HeadView, { trace, theme: 'light' });
  await drawn(screen.getByRole('region').first());
  const elements = [...screen.container.querySelectorAll('*:not(:disabled)')];
  for (const element of elements) {
    for (const type of ['pointermove', 'pointerdown', 'pointerup']) element.dispatchEvent(pointed(type));
    for (const key of ['ArrowDown', 'Enter', 'End']) element.dispatchEvent(pressed(key));
    element.dispatchEvent(new WheelEvent('wheel', { bubbles: true, cancelable: true, deltaY: 40 }));
  }
  await screen.unmount();
  // The browser tells of scrolling in the next frame, when what was scrolled may be gone.
  for (const element of elements) element.dispatchEvent(scrolled());
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(errors).toEqual([]);
});
