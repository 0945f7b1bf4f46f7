import { written } from '../../scene/written.js';
import type { Readout } from '../kit/readout.js';
import { formatValue } from '../kit/numbers.js';
import type { GroupViewState } from './group-view-state.svelte.js';

/** As much of a name as fits in a line beside others. */
const longest = 42;

export function shortName(name: string): string {
  const characters = [...name];
  return characters.length > longest
    ? `${characters
        .slice(0, longest - 1)
        .join('')
        .trimEnd()}…`
    : name;
}

/** A lift as a reader wants it: `3.9`, `12`. */
export function formatLift(lift: number): string {
  if (!Number.isFinite(lift)) return '–';
  if (lift === 0) return '0';
  return lift < 9.95 ? lift.toFixed(1) : written(Math.round(lift));
}

/** What is told of the groups that are looked at: of the head under the pointer, else of those whose mean is shown. */
export function readoutOf(groups: GroupViewState): Readout | undefined {
  const { labels } = groups.view;
  const { shares, stream, hovered, hoveredHead, query, key } = groups;
  if (!shares || !stream) return undefined;
  const pointed = hovered.query !== null || hovered.key !== null || hoveredHead !== null;
  if (!pointed && groups.chosenQuery === null && groups.chosenKey === null) return undefined;
  const at = hoveredHead === null ? groups.among : [hoveredHead];
  // Of one head it is its own, whatever it weighs.
  const cell = (hoveredHead === null ? shares : groups.alike!).cell(query, key, at);
  const head = hoveredHead === null ? undefined : shares.heads[hoveredHead];
  const name = labels.pair(
    shortName(shares.queryGroups[query]!.name),
    shortName(shares.keyGroups[key]!.name),
  );
  const weight = hoveredHead === null ? undefined : groups.headWeights?.[hoveredHead];
  return {
    place: head ? labels.place(head.layer, String(head.head)) : '',
    facts: [{ name, value: formatValue(cell.share, stream.quantity) }],
    notes: [
      Number.isNaN(cell.lift) ? '' : labels.timesEven(formatLift(cell.lift)),
      groups.changes && !Number.isNaN(groups.changes[key]!)
        ? labels.removedChanges(formatValue(groups.changes[key]!))
        : '',
      labels.perToken(formatValue(cell.perToken, stream.quantity)),
      head ? '' : labels.meanOfHeads(groups.among.length),
      !head && groups.weightedBy ? labels.weightedBy(groups.weightLabel) : '',
      weight === undefined ? '' : labels.fact(groups.weightLabel, formatValue(weight)),
      shares.hiddenKeys.length > 0
        ? labels.leftOutOfBar(formatValue(shares.hiddenShare(query, at), stream.quantity))
        : '',
    ],
  };
}
