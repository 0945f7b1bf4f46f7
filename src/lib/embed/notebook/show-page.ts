import { loadTrace } from '../../io/load-trace.js';
import { createView } from '../create-view.js';
import type { ViewHandle } from '../types.js';
import { viewNamed } from './view-named.js';

/**
 * Shows a view of files on a page of its own.
 *
 * @param sources a file, or where it is, for each prop that is a trace
 */
export async function showPage(
  element: HTMLElement,
  name: string,
  sources: Record<string, Uint8Array<ArrayBuffer> | string>,
  props: Record<string, unknown>,
): Promise<ViewHandle> {
  // The views of an Explorer, two rows of them, are seen at once where the window is high enough.
  const height = name === 'Explorer' ? 'max(360px, 50vh - 6px)' : '100%';
  element.style.setProperty('--attentrace-height', height);
  try {
    const load = async ([prop, source]: [string, Uint8Array<ArrayBuffer> | string]) =>
      [prop, await loadTrace(source)] as const;
    const traces = await Promise.all(Object.entries(sources).map(load));
    return createView(element, viewNamed(name), { ...Object.fromEntries(traces), ...props });
  } catch (error) {
    element.textContent = error instanceof Error ? error.message : String(error);
    throw error;
  }
}
