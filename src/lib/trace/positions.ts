import type { Stream, Token } from './types.js';

/** Whether a query comes before a key and therefore cannot see it. Row and column of the stream's matrices. */
export function isFuture({ causal, queryTokens }: Stream, query: number, key: number): boolean {
  return causal && key > queryTokens[query]!.position;
}

/**
 * The row of a side's token, by its position in the sequence; undefined where the trace does not hold it. They are the same unless
 * some queries only were recorded, or tokens that are not there were left out.
 */
export function rowOf(tokens: readonly Token[], position: number): number | undefined {
  if (tokens[position]?.position === position) return position;
  const row = tokens.findIndex((token) => token.position === position);
  return row < 0 ? undefined : row;
}
