import { leastPicked, magnitudes, type EdgeRule } from './edge-rule.js';
import { otherSide } from '../kit/token-focus.svelte.js';
import { strongestPartner, type TokenWeights } from './focus-weights.js';
import { has, type HeadLines, type TokenRange } from './head-lines.js';

/** Queries and keys, a run each. */
export type Sides = Record<'query' | 'key', TokenRange>;

/** What a token reaches on one side of what is in sight. */
interface Beyond {
  /** How many lines lead there; undefined where only reading the whole matrix would tell. */
  lines: number | undefined;
  /** What part of the token's weight lies there, in [0, 1]; of signed numbers, of their magnitudes. */
  share: number;
  /** The token there with most weight. */
  strongest: number;
  /** The weight there, a colour each. */
  weights: { color: number; weight: number }[];
}

/** What a token reaches before and after the tokens of the other side that are in sight. */
export interface Reach {
  before?: Beyond;
  after?: Beyond;
}

/** Less than this part of a token's weight, and without lines, is not worth a word. */
const leastShare = 0.005;

/**
 * From which weight on a token has lines, a number a colour; undefined where its lines depend on all rows of the matrix: those
 * of a key, where each query picks its largest weights.
 */
export function leastOfToken(token: TokenWeights, rule: EdgeRule, runs: Sides): number[] | undefined {
  const { side, position } = token.of;
  if (side === 'key' && rule.edges !== 'threshold') return undefined;
  const { start, end } = runs[otherSide(side)];
  return token.heads.map(({ weights }) =>
    has(runs[side], position) ? leastPicked(magnitudes(weights.subarray(start, end)), rule) : Infinity,
  );
}

export function reachBeyond(
  token: TokenWeights,
  least: number[] | undefined,
  run: TokenRange,
  inSight: TokenRange,
): Reach {
  const total = token.heads.reduce((sum, { weights }) => sum + sumOf(magnitudes(weights)), 0);
  const whole = total + (token.leftOut ?? 0) * token.heads.length;
  const beyond = (part: TokenRange): Beyond | undefined => {
    const strongest = strongestPartner(token, part);
    if (strongest === undefined || whole === 0) return undefined;
    const weights = token.heads.map(({ color, weights }) => ({
      color,
      weight: sumOf(weights.subarray(part.start, part.end)),
    }));
    const there = token.heads.map(({ weights }) => sumOf(magnitudes(weights.subarray(part.start, part.end))));
    const share = there.reduce((sum, size) => sum + size, 0) / whole;
    const lines = least && pickedOf(token, least, part).length;
    return lines || share >= leastShare ? { lines, share, strongest, weights } : undefined;
  };
  return {
    before: beyond({ start: run.start, end: Math.min(inSight.start, run.end) }),
    after: beyond({ start: Math.max(inSight.end, run.start), end: run.end }),
  };
}

/**
 * The lines of a token that those between what is in sight lack: where it is out of sight itself, from the edge to what is
 * in sight; and one a colour to each edge beyond which it reaches, of the weight there.
 *
 * @param at where the token's lines begin: its position, or that of an edge
 */
export function linesOfToken(
  token: TokenWeights,
  least: number[] | undefined,
  reach: Reach,
  at: number,
  window: TokenRange,
  inSight: TokenRange,
): HeadLines {
  const lines: { other: number; color: number; weight: number }[] = [];
  if (at !== token.of.position && least) lines.push(...pickedOf(token, least, window));
  for (const [edge, beyond] of [
    [inSight.start - 1, reach.before],
    [inSight.end, reach.after],
  ] as const)
    for (const { color, weight } of beyond?.weights ?? [])
      if (Math.abs(weight) >= leastShare) lines.push({ other: edge, color, weight });
  const ends = {
    [token.of.side]: lines.map(() => at),
    [otherSide(token.of.side)]: lines.map(({ other }) => other),
  };
  return {
    count: lines.length,
    ...(ends as Record<'query' | 'key', number[]>),
    head: lines.map(({ color }) => color),
    weight: lines.map(({ weight }) => weight),
  };
}

/** The weights of a token that have lines to a part of the other side. */
function pickedOf(token: TokenWeights, least: number[], part: TokenRange) {
  return token.heads.flatMap(({ color, weights }, i) => {
    const picked: { other: number; color: number; weight: number }[] = [];
    for (let other = part.start; other < Math.min(part.end, weights.length); other++) {
      const weight = weights[other]!;
      if (weight !== 0 && Math.abs(weight) >= least[i]!) picked.push({ other, color, weight });
    }
    return picked;
  });
}

function sumOf(weights: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i]!;
  return sum;
}
