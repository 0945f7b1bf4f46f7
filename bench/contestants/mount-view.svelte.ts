import { flushSync, mount, unmount, type Component } from 'svelte';

export interface MountedView<P> {
  /** Changes props as a parent would, and has the view take them at once. */
  set(change: Partial<P>): void;
  destroy(): void;
}

/** Mounts a view with props that can be changed. They are not made deeply reactive: they hold traces. */
export function mountView<P extends object>(
  component: Component<P>,
  target: HTMLElement,
  props: P,
  live: readonly (keyof P)[] = [],
): MountedView<P> {
  let values = $state.raw(props);
  const given = { ...props };
  for (const name of live) Object.defineProperty(given, name, { get: () => values[name], enumerable: true });
  const instance = mount(component, { target, props: given });
  return {
    set(change) {
      values = { ...values, ...change };
      flushSync();
    },
    destroy: () => void unmount(instance),
  };
}

/** Done when the view inside an element says that its picture is drawn. */
export function viewDrawn(host: HTMLElement): Promise<void> {
  const isDrawn = () => host.querySelector('section[aria-busy="false"]') !== null;
  return new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      if (!isDrawn()) return;
      observer.disconnect();
      resolve();
    });
    observer.observe(host, { subtree: true, childList: true, attributeFilter: ['aria-busy'] });
    if (isDrawn()) {
      observer.disconnect();
      resolve();
    }
  });
}
