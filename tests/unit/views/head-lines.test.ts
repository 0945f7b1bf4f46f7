// Which weights of the head view get lines, against sorting and counting them one by one.
import { describe, expect, test } from 'vitest';
import { leastOfToken, reachBeyond } from '../../../src/lib/views/head-view/beyond.js';
import { leastPicked, type EdgeRule } from '../../../src/lib/views/head-view/edge-rule.js';
import { collectLines, has, joinLines } from '../../../src/lib/views/head-view/head-lines.js';
import { lineTileSize, tilesOf } from '../../../src/lib/views/head-view/line-tiles.js';
import { densityOf } from '../../../src/lib/views/head-view/overview-density.js';

/** The same numbers in [0, 1) on every run (Lehmer). */
function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

/** A row with many small weights, some equal, some zero, that sums to 1. */
function rowOf(length: number, seed: number): Float32Array {
  const next = random(seed);
  const row = Array.from({ length }, () => Math.max(0, Math.round(next() ** 6 * 200) - 1));
  const sum = row.reduce((a, b) => a + b, 0) || 1;
  return Float32Array.from(row, (weight) => weight / sum);
}

function leastBySorting(row: Float32Array, rule: EdgeRule): number {
  const descending = [...row].sort((a, b) => b - a);
  if (rule.edges === 'threshold') return rule.threshold;
  if (rule.edges === 'top') return descending[Math.min(rule.top, row.length) - 1]!;
  const enough = rule.share * descending.reduce((a, b) => a + b, 0);
  let sum = 0;
  return descending.find((weight) => (sum += weight) >= enough - 1e-9)!;
}

const rules: EdgeRule[] = [
  { edges: 'threshold', threshold: 0.05 },
  { edges: 'top', top: 1 },
  { edges: 'top', top: 3 },
  { edges: 'top', top: 999 },
  { edges: 'share', share: 0.05 },
  { edges: 'share', share: 0.7 },
  { edges: 'share', share: 0.99 },
];

test.each(rules)('the least weight that is picked: %o', (rule) => {
  for (let seed = 1; seed < 200; seed++) {
    const row = rowOf(1 + (seed % 60) ** 2, seed);
    const before = row.slice();
    const [least, expected] = [leastPicked(row, rule), leastBySorting(row, rule)];
    const picked = (from: number) => row.filter((weight) => weight > 0 && weight >= from).length;
    expect(picked(least)).toBe(picked(expected));
    expect(row).toEqual(before);
  }
});

test('a part of a matrix has the lines of that part, whatever its corner and stride', () => {
  const side = 40;
  const data = Uint8Array.from({ length: side * side }, (_, i) => (i * 7919) % 256);
  const [row, col, rows, cols] = [5, 9, 20, 17];
  const block = {
    row,
    col,
    rows,
    cols,
    rowLevel: 0,
    colLevel: 0,
    type: 'uint8' as const,
    data,
    offset: row * side + col,
    stride: side,
  };
  const lines = collectLines(
    [{ block, color: 3 }],
    { edges: 'threshold', threshold: 0.5 },
    { start: 7, end: 100 },
    { start: 0, end: 20 },
  );
  const found = Array.from({ length: lines.count }, (_, i) => [
    lines.query[i],
    lines.key[i],
    lines.head[i],
    lines.weight[i],
  ]);
  const expected: number[][] = [];
  for (let query = 7; query < row + rows; query++)
    for (let key = col; key < 20; key++)
      if (data[query * side + key]! >= 128)
        expected.push([query, key, 3, Math.fround(data[query * side + key]! / 255)]);
  expect(found).toEqual(expected);
  expect(expected.length).toBeGreaterThan(20);

  const joined = joinLines([lines, lines], {
    query: { start: 10, end: 12 },
    key: { start: 9, end: 15 },
    span: 3,
  });
  const within = expected.filter(
    ([query, key]) => query! >= 10 && query! < 12 && key! < 15 && Math.abs(query! - key!) <= 3,
  );
  expect([...(joined.key as Float32Array).subarray(0, joined.count)]).toEqual(
    [...within, ...within].map(([, key]) => key),
  );
});

describe('tiles', () => {
  test('cover what is in sight and has lines, each weight once', () => {
    const window = { query: { start: 37, end: 301 }, key: { start: 900, end: 1201 }, span: Infinity };
    const [queries, keys] = [
      { start: 100, end: 5000 },
      { start: 0, end: 1150 },
    ];
    for (const edges of ['threshold', 'top'] as const) {
      const covered = new Set<string>();
      for (const tile of tilesOf(lineTileSize(edges, 16_384, 16_384, 12), window, queries, keys))
        for (let query = tile.queries.start; query < tile.queries.end; query++)
          for (const key of new Set([tile.keys.start, 900, 1149, tile.keys.end - 1])) {
            if (key < tile.keys.start || key >= tile.keys.end) continue;
            expect(covered.has(`${query},${key}`)).toBe(false);
            covered.add(`${query},${key}`);
            expect(query >= 100 && key < 1150).toBe(true);
          }
      for (let query = 100; query < 301; query++)
        for (const key of [900, 1149]) expect(covered.has(`${query},${key}`)).toBe(true);
    }
  });

  test('of tokens that can be in sight at once: each such pair once, and no tile without one', () => {
    const around = { start: 3000, end: 3300 };
    const window = { query: around, key: around, span: 40 };
    const all = { start: 0, end: 16_384 };
    for (const edges of ['threshold', 'top'] as const) {
      const tiles = tilesOf(lineTileSize(edges, 16_384, 16_384, 12), window, all, all);
      for (let query = 3000; query < 3300; query++)
        for (const key of [query - 40, query - 1, query, query + 40].filter((k) => k >= 3000 && k < 3300))
          expect(tiles.filter((tile) => has(tile.queries, query) && has(tile.keys, key)).length).toBe(1);
      for (const { queries, keys } of tiles)
        expect(queries.start - keys.end < 40 && keys.start - queries.end < 40).toBe(true);
    }
    expect(tilesOf({ rows: 16, cols: 16 }, window, all, all).length).toBeLessThan(200);
  });

  test('are the whole matrix where that is little, and rows of it where rows are compared', () => {
    expect(lineTileSize('threshold', 256, 256, 16)).toEqual({ rows: 256, cols: 256 });
    expect(lineTileSize('threshold', 512, 512, 12)).toEqual({ rows: 128, cols: 128 });
    expect(lineTileSize('threshold', 16_384, 16_384, 1).cols).toBeLessThan(16_384);
    expect(lineTileSize('share', 131_072, 131_072, 1)).toEqual({ rows: 1, cols: 131_072 });
  });
});

describe('what a token reaches out of sight', () => {
  const heads = [1, 2].map((seed) => ({ head: seed, color: seed, weights: rowOf(500, seed) }));
  const runs = { query: { start: 0, end: 500 }, key: { start: 0, end: 450 } };
  const inSight = { start: 200, end: 240 };

  test.each(rules)('of a query: %o', (rule) => {
    const token = { of: { side: 'query' as const, position: 210 }, heads };
    const reach = reachBeyond(token, leastOfToken(token, rule, runs), runs.key, inSight);
    for (const [end, from, to] of [
      ['before', 0, 200],
      ['after', 240, 450],
    ] as const) {
      let [lines, weight, most, strongest] = [0, 0, -1, -1];
      for (const { weights } of heads) {
        const least = leastBySorting(weights.slice(0, 450), rule);
        for (let key = from; key < to; key++) {
          if (weights[key]! > 0 && weights[key]! >= least) lines++;
          weight += weights[key]! / 2;
          if (weights[key]! > most) [most, strongest] = [weights[key]!, key];
        }
      }
      expect(reach[end]).toMatchObject({ lines, strongest });
      expect(reach[end]!.share).toBeCloseTo(weight, 5);
    }
  });

  test('of a key: lines are counted only where the column alone tells', () => {
    const token = { of: { side: 'key' as const, position: 210 }, heads };
    expect(leastOfToken(token, { edges: 'top', top: 2 }, runs)).toBeUndefined();
    expect(leastOfToken(token, { edges: 'threshold', threshold: 0.1 }, runs)).toEqual([0.1, 0.1]);
  });

  test('of a source that keeps some keys: the share counts what it left out', () => {
    const token = { of: { side: 'query' as const, position: 0 }, heads, leftOut: 1 };
    const all = reachBeyond(token, undefined, { start: 0, end: 500 }, { start: 500, end: 500 });
    expect(all.before!.share).toBeCloseTo(0.5, 5);
    expect(all.after).toBeUndefined();
  });
});

test('the overview’s parts hold the weights of their tokens and the colour with most of them', () => {
  const heads = [
    { head: 0, color: 0, weights: Float32Array.of(0.5, 0, 0, 0.25, 0) },
    { head: 4, color: 4, weights: Float32Array.of(0, 0.25, 0, 0.5, 0.25) },
  ];
  // Of five tokens in two parts the third belongs to the first.
  expect(densityOf(heads, 5, 2)).toEqual({ weight: Float32Array.of(0.75, 1), color: Uint16Array.of(0, 4) });
});
