import { formatMeasure } from '../kit/format-measure.js';
import { measureLabel } from '../kit/measure-option.js';
import type { Readout } from '../kit/readout.js';
import type { HeadScatterState } from './head-scatter-state.svelte.js';

/** What is told of the head under the pointer or cursor: both its values. */
export function readoutOf({ view, hovered, axes }: HeadScatterState): Readout | undefined {
  if (!hovered) return undefined;
  const { labels } = view;
  return {
    place: labels.place(hovered.layer, String(hovered.head)),
    facts: hovered.values.map((value, i) => ({
      name: measureLabel(axes[i as 0 | 1]!, labels),
      value: formatMeasure(value),
    })),
  };
}
