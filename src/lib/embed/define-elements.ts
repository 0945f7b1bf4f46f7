import { elementOf } from './element.js';
import * as kinds from './views.js';

/** Defines an element for each view, such as `attentrace-head-view`, where nobody has defined it. On a server there are none. */
export function defineElements(): void {
  if (typeof customElements === 'undefined') return;
  // The explorer first: those inside look for one around.
  const { explorer, ...others } = kinds;
  for (const kind of [explorer, ...Object.values(others)] as kinds.ViewKind<object>[]) {
    const tag = `attentrace${kind.name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (!customElements.get(tag)) customElements.define(tag, elementOf(kind));
  }
}
