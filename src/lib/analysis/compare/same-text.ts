import { joinedText, type Token } from '../../trace/index.js';
import type { TokenRun } from '../lens/index.js';
import { pacer } from '../../trace/pacer.js';

/** Tokens of one sequence and the corresponding tokens of another. */
export interface RunPair {
  a: TokenRun;
  b: TokenRun;
}

/** A text for comparison across tokenizers: without spaces, accents and case. */
export function foldText(text: string): string {
  const bare = text.trim();
  // A fast path for ASCII, which most tokens are.
  if (/^[!-~]*$/.test(bare)) return bare.toLowerCase();
  return bare
    .normalize('NFKD')
    .replace(/[\p{M}\s]+/gu, '')
    .toLowerCase();
}

/**
 * Aligns two sequences that are the same text in other pieces: the smallest runs of tokens with the same start and end in both. Markers
 * have no text; they are paired if the same number of them is at the same place. Undefined if the texts differ.
 */
export async function alignSameText(
  a: readonly Token[],
  b: readonly Token[],
  signal?: AbortSignal,
): Promise<RunPair[] | undefined> {
  const pause = pacer(signal);
  const piecesA = piecesOf(a);
  await pause();
  const piecesB = piecesOf(b);
  await pause();
  const textOf = (pieces: readonly Piece[]): string => pieces.map(({ text }) => text).join('');
  const text = textOf(piecesA);
  if (text === '' || text !== textOf(piecesB)) return undefined;

  const pairs: RunPair[] = [];
  let [i, j] = [0, 0];
  while (i < piecesA.length && j < piecesB.length) {
    const [startA, startB] = [i, j];
    let lengthA = piecesA[i++]!.text.length;
    let lengthB = piecesB[j++]!.text.length;
    while (lengthA !== lengthB)
      if (lengthA < lengthB) lengthA += piecesA[i++]!.text.length;
      else lengthB += piecesB[j++]!.text.length;
    pairs.push({
      a: { start: piecesA[startA]!.start, end: piecesA[i - 1]!.end },
      b: { start: piecesB[startB]!.start, end: piecesB[j - 1]!.end },
    });
  }
  await pause();
  return withMarkers(pairs, a, b);
}

/** Tokens that hold whole characters: one, or several that hold parts of one character. */
interface Piece extends TokenRun {
  text: string;
}

function piecesOf(tokens: readonly Token[]): Piece[] {
  const pieces: Piece[] = [];
  for (let start = 0, end = 1; start < tokens.length; start = end, end = start + 1) {
    while (tokens[start]!.bytes && tokens[end]?.bytes) end++;
    if (tokens[start]!.special) continue;
    const text = foldText(end - start === 1 ? tokens[start]!.text : joinedText(tokens.slice(start, end)));
    // A token of spaces alone is part of the piece before it.
    if (text === '' && pieces.at(-1)?.end === start) pieces.at(-1)!.end = end;
    else if (text !== '') pieces.push({ start, end, text });
  }
  return pieces;
}

function withMarkers(pairs: readonly RunPair[], a: readonly Token[], b: readonly Token[]): RunPair[] {
  const last = { a: { start: a.length, end: a.length }, b: { start: b.length, end: b.length } };
  const all: RunPair[] = [];
  let before: RunPair = { a: { start: 0, end: 0 }, b: { start: 0, end: 0 } };
  for (const pair of [...pairs, last]) {
    const markersA = markersBetween(a, before.a.end, pair.a.start);
    const markersB = markersBetween(b, before.b.end, pair.b.start);
    if (markersA.length === markersB.length)
      markersA.forEach((start, n) =>
        all.push({ a: { start, end: start + 1 }, b: { start: markersB[n]!, end: markersB[n]! + 1 } }),
      );
    if (pair !== last) all.push(pair);
    before = pair;
  }
  return all;
}

function markersBetween(tokens: readonly Token[], start: number, end: number): number[] {
  return tokens.slice(start, end).flatMap(({ special }, i) => (special ? [start + i] : []));
}
