import type { Hover } from '../../explore/types.js';
import type { ViewState } from './view-state.svelte.js';

/** Points at what is named, of the stream and layer chosen where it names no others; at nothing with null. */
export function pointAt(view: ViewState, at: Partial<Hover> | null): void {
  const { selection } = view;
  if (!selection) return;
  const { stream, layer } = selection;
  view.preview(at && { stream, layer, head: null, query: null, key: null, value: null, ...at });
}
