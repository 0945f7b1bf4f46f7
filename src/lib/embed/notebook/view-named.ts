import { TraceError } from '../../trace/index.js';
import type { View } from '../create-view.js';
import * as kinds from '../views.js';

/** A view by its name. Throws `TraceError` `unknown-option`. */
export function viewNamed(name: unknown): View<Record<string, unknown>> {
  const found = Object.values(kinds).find((kind) => kind.name === name);
  if (found) return found.component as unknown as View<Record<string, unknown>>;
  throw new TraceError({
    code: 'unknown-option',
    place: 'the view',
    found: String(name),
    expected: Object.values(kinds)
      .map((kind) => kind.name)
      .join(', '),
    fix: 'Upgrade attentrace, so that its Python and its page are of one version.',
  });
}
