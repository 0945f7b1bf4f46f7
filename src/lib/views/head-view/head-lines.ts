import type { Lines } from '../../scene/head-scene.js';
import { decodeWeights, type Block, type Segment, type Stream } from '../../trace/index.js';
import { leastPicked, magnitudes, type EdgeRule } from './edge-rule.js';

export type HeadLines = Lines;

/** Weights of one head at level 0, and the index of its colour. */
export interface HeadBlock {
  block: Block;
  color: number;
}

/** A run of positions, `end` exclusive. */
export type TokenRange = Pick<Segment, 'start' | 'end'>;

/** Where lines are wanted: between these queries and keys, between tokens no further apart than `span` positions. */
export interface LineWindow {
  query: TokenRange;
  key: TokenRange;
  span: number;
}

/** The tokens of a segment; all, where it is none. */
export function runOf(stream: Stream, side: 'query' | 'key', name: string | null): TokenRange {
  const [tokens, segments] =
    side === 'query' ? [stream.queryTokens, stream.querySegments] : [stream.keyTokens, stream.keySegments];
  return segments.find((segment) => segment.name === name) ?? { start: 0, end: tokens.length };
}

export const overlap = (a: TokenRange, b: TokenRange): TokenRange => {
  const start = Math.max(a.start, b.start);
  return { start, end: Math.max(start, Math.min(a.end, b.end)) };
};

/**
 * One line for each weight of the blocks that the rule picks, from a query in one run to a key in the other. `top` and
 * `share` count within the keys that are both in the run and in the block.
 */
export function collectLines(
  heads: readonly HeadBlock[],
  rule: EdgeRule,
  queries: TokenRange,
  keys: TokenRange,
): HeadLines {
  let lines = allocate(64);
  let count = 0;
  for (const { block, color } of heads) {
    const rows = overlap(queries, { start: block.row, end: block.row + block.rows });
    const cols = overlap(keys, { start: block.col, end: block.col + block.cols });
    for (let query = rows.start; query < rows.end; query++) {
      const at = block.offset + (query - block.row) * block.stride + cols.start - block.col;
      const weights = decodeWeights(block.data, block.type, at, cols.end - cols.start);
      const sizes = magnitudes(weights);
      const least = leastPicked(sizes, rule);
      for (let i = 0; i < weights.length; i++) {
        const weight = weights[i]!;
        if (sizes[i]! < least || weight === 0) continue;
        if (count === lines.query.length) lines = grow(lines);
        lines.query[count] = query;
        lines.key[count] = cols.start + i;
        lines.head[count] = color;
        lines.weight[count] = weight;
        count++;
      }
    }
  }
  return { ...lines, count };
}

/** Several sets of lines as one, in their order; of a window, those that are there. */
export function joinLines(parts: readonly HeadLines[], within?: LineWindow): HeadLines {
  const lines = allocate(parts.reduce((sum, { count }) => sum + count, 0));
  let count = 0;
  for (const part of parts) {
    for (let i = 0; i < part.count; i++) {
      const [query, key] = [part.query[i]!, part.key[i]!];
      if (within && !(has(within.query, query) && has(within.key, key))) continue;
      if (within && Math.abs(query - key) > within.span) continue;
      lines.query[count] = query;
      lines.key[count] = key;
      lines.head[count] = part.head[i]!;
      lines.weight[count] = part.weight[i]!;
      count++;
    }
  }
  return { ...lines, count };
}

export const noLines = joinLines([]);

export const has = (run: TokenRange, position: number): boolean =>
  position >= run.start && position < run.end;

function allocate(capacity: number) {
  return {
    query: new Float32Array(capacity),
    key: new Float32Array(capacity),
    head: new Uint16Array(capacity),
    weight: new Float32Array(capacity),
  };
}

function grow(lines: ReturnType<typeof allocate>): typeof lines {
  const larger = allocate(lines.query.length * 2);
  for (const part of ['query', 'key', 'head', 'weight'] as const) larger[part].set(lines[part]);
  return larger;
}
