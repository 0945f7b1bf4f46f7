// What a page without pixels lacks, and views ask for. Nothing here pretends: there is no layout, so no size ever changes, and
// there is no WebGL, so a view says so in its own message.
import '@testing-library/jest-dom/vitest';
import { configure } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, vi } from 'vitest';

// What is looked for may come late on a busy machine: a second, as it is by default, was too little.
configure({ asyncUtilTimeout: 60_000 });

// As in a browser: only a size other than 0 × 0 is told, and here there is none.
class NoSizes implements ResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}
globalThis.ResizeObserver ??= NoSizes;
// No screen either, whose density could change.
globalThis.matchMedia ??= (media) =>
  Object.assign(new EventTarget(), { media, matches: false, onchange: null }) as MediaQueryList;

// What a browser without WebGL gives; jsdom would say on the console that it has no canvas.
HTMLCanvasElement.prototype.getContext = () => null;
class NoPicture extends EventTarget {
  getContext(): null {
    return null;
  }
}
globalThis.OffscreenCanvas ??= NoPicture as never;

// Captured pointers are kept account of; jsdom sends events where they are dispatched in any case.
const captured = new WeakMap<Element, Set<number>>();
Element.prototype.setPointerCapture = function (id) {
  captured.set(this, (captured.get(this) ?? new Set()).add(id));
};
Element.prototype.releasePointerCapture = function (id) {
  captured.get(this)?.delete(id);
};
Element.prototype.hasPointerCapture = function (id) {
  return captured.get(this)?.has(id) ?? false;
};

// A test that makes Svelte warn fails.
beforeEach(() => void vi.spyOn(console, 'warn'));
afterEach(() => {
  const said = vi.mocked(console.warn).mock.calls;
  vi.restoreAllMocks();
  expect(said).toEqual([]);
});
