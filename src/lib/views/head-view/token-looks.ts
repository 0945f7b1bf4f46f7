import { formatValue } from '../kit/numbers.js';
import type { SideToken } from '../kit/token-focus.svelte.js';
import { strongestHead } from './focus-weights.js';
import { has } from './head-lines.js';
import type { HeadTokenLook } from './head-token-look.js';
import type { HeadViewState } from './head-view-state.svelte.js';

/** The token of a side that is looked at, or asked about. */
export function cursorOf({ focus }: HeadViewState, side: SideToken['side']): number | null {
  return focus.token?.side === side ? focus.token.position : focus.partner;
}

/** How a token looks: those that face the one in focus with a bar a head and their weight. */
export function lookOf(heads: HeadViewState, side: SideToken['side'], position: number): HeadTokenLook {
  const { focus, signed, range, view } = heads;
  /** The focused token is on the other side: this side shows the weights. */
  const facing = focus.token !== null && focus.token.side !== side;
  const visible = has(heads.runs[side], position) && !(facing && focus.hides(position));
  const weights = facing && visible ? focus.weights : undefined;
  const strongest = weights ? strongestHead(weights, position).weight : 0;
  return {
    // Each in its head's colour, or that of a sign, as strong as its weight.
    bars: weights?.heads.map(({ color, weights }) => ({
      color: signed ? (weights[position]! < 0 ? 0 : 1) : color,
      strength: Math.min(Math.abs(weights[position]!) / range[1], 1),
    })),
    number:
      weights && Math.abs(strongest) >= heads.leastNumber
        ? formatValue(strongest, view.stream!.quantity)
        : undefined,
    mark: position !== cursorOf(heads, side) ? undefined : facing ? 'partner' : 'focused',
    faint: !visible,
    leftOut: side === 'key' && view.hiddenKeys.has(position),
  };
}
