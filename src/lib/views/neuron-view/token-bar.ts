import { formatValue } from '../kit/numbers.js';
import type { NeuronState } from './neuron-state.svelte.js';

/** What ties a token to the one in focus on the other side: the number recorded, and its size beside the largest, in [0, 1]. */
interface TokenTie {
  number: number;
  share: number;
}

function tieOf(
  { facing, focus }: NeuronState,
  side: 'query' | 'key',
  position: number,
): TokenTie | undefined {
  if (facing?.side !== side || focus.hides(position)) return undefined;
  const number = facing.numbers[position]!;
  return { number, share: Math.abs(number) / (facing.largest || 1) };
}

/** How a token looks, but for its bar, and what ties it to the one in focus. */
export function lookOf(neurons: NeuronState, side: 'query' | 'key', position: number) {
  const { facing, focus, threshold, view } = neurons;
  const tie = tieOf(neurons, side, position);
  const told = tie && Math.abs(tie.number) >= threshold;
  const mark = focus.token?.side === side ? ('focused' as const) : ('partner' as const);
  return {
    tie,
    number: told ? formatValue(tie.number, view.stream!.quantity) : undefined,
    mark: position === neurons.cursorOf(side) ? mark : undefined,
    faint: facing?.side === side && !tie,
  };
}

/** A bar is never so strong that the token could not be read. */
export const strongestBar = 0.6;

/**
 * The background of a token that the one in focus is tied to, the stronger the larger the number is: in the head's colour, the CSS variable
 * `--at-head`, or of signed numbers in that of the sign.
 */
export function tokenBar({ number, share }: TokenTie, signed: boolean): string {
  const ink = signed ? (number < 0 ? '--at-head-negative' : '--at-head-positive') : '--at-head';
  const color = `color-mix(in srgb, var(${ink}) ${(share * strongestBar * 100).toFixed(1)}%, transparent)`;
  return `linear-gradient(${color}, ${color})`;
}
