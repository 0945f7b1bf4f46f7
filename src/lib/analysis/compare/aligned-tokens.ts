import type { Segment, Token } from '../../trace/index.js';
import { runsAsTokens } from '../lens/index.js';
import type { AlignedRun } from './align-tokens.js';
import { foldText } from './same-text.js';

/**
 * Tokens that stand for aligned tokens: `word` if both have it, `he → she` where one replaces another, `−word` if only a has it, `+word` if
 * only b has it.
 */
export function alignedTokens(
  runs: readonly AlignedRun[],
  a: readonly Token[],
  b: readonly Token[],
): Token[] {
  const ofA = tokensByRun(a, runs, 'a');
  const ofB = tokensByRun(b, runs, 'b');
  return runs.map((run, position) => {
    const [inA, inB] = [ofA.get(run), ofB.get(run)];
    const both = inA !== undefined && inB !== undefined;
    const token = (inA ?? inB)!;
    if (both && (inA.special || sameWord(inA, inB))) return { ...token, position };
    const write = (text: (token: Token) => string): string =>
      both ? `${text(inA)} → ${text(inB).trim()}` : marked(text(token), inA ? '−' : '+');
    return {
      position,
      raw: token.raw,
      text: write(({ text }) => text),
      label: write(({ label }) => label),
      continues: token.continues,
      special: token.special && (!both || inB.special),
    };
  });
}

function sameWord(a: Token, b: Token): boolean {
  return a.label === b.label || foldText(a.label) === foldText(b.label);
}

/** A text with a mark before its first letter, after leading spaces. */
function marked(text: string, mark: string): string {
  const bare = text.trimStart();
  return text.slice(0, text.length - bare.length) + mark + bare;
}

function tokensByRun(
  tokens: readonly Token[],
  runs: readonly AlignedRun[],
  side: 'a' | 'b',
): Map<AlignedRun, Token> {
  const held = runs.filter((run) => run[side]);
  const runsOfSide = held.map((run) => run[side]!);
  const shown = runsAsTokens(tokens, runsOfSide, [], 'word');
  return new Map(held.map((run, i) => [run, shown[i]!]));
}

/** The segments of a in aligned tokens, without those that have become empty. */
export function alignedSegments(segments: readonly Segment[], runs: readonly AlignedRun[]): Segment[] {
  return segments.flatMap((segment) => {
    const inside = (run: AlignedRun): boolean =>
      run.a !== undefined && run.a.start < segment.end && run.a.end > segment.start;
    const start = runs.findIndex(inside);
    return start < 0 ? [] : [{ ...segment, start, end: runs.findLastIndex(inside) + 1 }];
  });
}
