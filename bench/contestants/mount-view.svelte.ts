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

const isDrawn = (host: HTMLElement) => host.querySelector('section[aria-busy="false"]') !== null;

/** Done when the view inside an element says that all it has to show is drawn. */
export function viewDrawn(host: HTMLElement): Promise<void> {
  return whenTrue(host, () => isDrawn(host));
}

/** Done when the view inside an element has a picture, be it one that says it was made of only some of the weights. */
export function firstPicture(host: HTMLElement): Promise<void> {
  return whenTrue(host, () => isDrawn(host) || host.querySelector('.sampled') !== null);
}

function whenTrue(host: HTMLElement, isTrue: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const observer = new MutationObserver(look);
    observer.observe(host, { subtree: true, childList: true, attributeFilter: ['aria-busy'] });
    look();
    function look(): void {
      if (!isTrue()) return;
      observer.disconnect();
      resolve();
    }
  });
}
