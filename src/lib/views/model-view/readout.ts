import type { Readout } from '../kit/readout.js';
import { formatMeasure } from '../kit/format-measure.js';
import type { ModelViewState } from './model-view-state.svelte.js';

/** What is told of the hovered head, else of the one shown large: its measure, and why it could not be read. */
export function readoutOf(model: ModelViewState): Readout | undefined {
  const { labels } = model.view;
  const head = model.hovered ?? (model.open ? model.chosen : null);
  if (!head) return undefined;
  const place = labels.place(head.layer, String(head.head));
  const value = model.valueOf(head);
  const failure = model.failureOf(head);
  const notes = [
    value === undefined ? '' : labels.fact(model.measureLabel, formatMeasure(value)),
    failure === undefined ? '' : labels.unreadable(failure),
  ];
  const name = model.hovered ? place : labels.opened(place);
  return { place: '', facts: [{ name, value: '' }], notes };
}
