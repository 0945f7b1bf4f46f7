import { loadTrace } from '../../io/load-trace.js';
import { createView } from '../create-view.js';
import type { ViewHandle } from '../types.js';
import { viewNamed } from './view-named.js';

/**
 * Shows a view of a file on a page of its own.
 *
 * @param source the file, or where it is
 */
export async function showPage(
  element: HTMLElement,
  name: string,
  source: Uint8Array<ArrayBuffer> | string,
  props: Record<string, unknown>,
): Promise<ViewHandle> {
  element.style.setProperty('--attentrace-height', '100%');
  try {
    const trace = await loadTrace(source);
    return createView(element, viewNamed(name), { trace, ...props });
  } catch (error) {
    element.textContent = error instanceof Error ? error.message : String(error);
    throw error;
  }
}
