import { describe, expect, test } from 'vitest';
import { resolveSelection } from '../../../src/lib/explore/resolve-selection.js';
import { parseSelection, serializeSelection } from '../../../src/lib/explore/serialize-selection.js';
import type { Selection } from '../../../src/lib/explore/types.js';
import { createTrace, type Trace } from '../../../src/lib/trace/index.js';

const uniform = (layers: number, heads: number, queries: number, keys: number) => ({
  dims: [layers, heads, queries, keys],
  data: new Float32Array(layers * heads * queries * keys).fill(1 / keys),
});
const words = (count: number) => Array.from({ length: count }, (_, i) => `w${i}`);

const layers = [1, 3, 4];
const heads = [0, 1, 2, 5, 6, 9];
const trace: Trace = createTrace({
  encoder: { tokens: words(7), attention: uniform(3, 6, 7, 7), layers, heads },
  decoder: { tokens: words(4), attention: uniform(2, 3, 4, 4) },
  cross: { attention: uniform(3, 6, 4, 7), layers, heads },
});

/** Numbers from 0 to below 1, the same each time (mulberry32). */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function anySelection(next: () => number): Selection {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const stream = pick(trace.streams);
  const some = stream.heads.filter(() => next() < 0.5);
  const position = (count: number) => (next() < 0.3 ? null : Math.floor(next() * count));
  const side = pick(['query', 'key'] as const);
  const tokens = side === 'query' ? stream.queryTokens : stream.keyTokens;
  const positions = [...tokens.keys()].filter(() => next() < 0.5);
  const group = { name: pick(['A', 'document 3: “a, b & c”', 'g=1#?:é😀%']), positions, side };
  return {
    stream: stream.name,
    layer: pick(stream.layers),
    heads: some.length > 0 ? some : [pick(stream.heads)],
    ...(next() < 0.3 && { head: pick(stream.heads) }),
    query: position(stream.queryTokens.length),
    key: position(stream.keyTokens.length),
    ...(positions.length > 0 && next() < 0.3 && { group }),
  };
}

test('is short, and a person can read it', () => {
  const selection: Selection = {
    stream: 'cross',
    layer: 3,
    heads: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    query: 5,
    key: 2,
  };
  expect(serializeSelection(selection)).toBe('s=cross&l=3&h=0-11&q=5&k=2');
  expect(serializeSelection({ ...selection, heads: [7, 1, 2, 3, 9], head: 9, query: null, key: 0 })).toBe(
    's=cross&l=3&h=1-3,7,9&head=9&k=0',
  );
  expect(serializeSelection({ group: { name: 'A & B', positions: [3, 4, 5, 9], side: 'key' } })).toBe(
    'g=k*3-5,9*A%20%26%20B',
  );
  expect(serializeSelection({})).toBe('');
});

test('2,000 selections come back as they were, with a trace and without, and pass through a URL unchanged', () => {
  const next = random(1);
  for (let i = 0; i < 2000; i++) {
    const selection = anySelection(next);
    const text = serializeSelection(selection);
    expect(text).toMatch(/^[\w=&,.%+*-]*$/);
    expect(new URL(`https://example.org/#${text}`).hash).toBe(`#${text}`);
    for (const back of [parseSelection(text), parseSelection(text, trace), parseSelection(`#${text}`, trace)])
      expect(resolveSelection(trace, back, {}), text).toEqual(selection);
    expect(serializeSelection(parseSelection(text))).toBe(text);
  }
});

describe('never throws', () => {
  test.each([
    [undefined as never, {}],
    [null as never, {}],
    ['', {}],
    ['?', {}],
    ['nonsense', {}],
    ['s=roll%20out&l=3', { stream: 'roll out', layer: 3 }],
    ['l=-1&q=1.5&k=0x2&h=a,-3,2-', {}],
    ['l=&q=&k=&h=&s=', {}],
    ['q=99999999999999999999', {}],
    ['h=0-999999999999', {}],
    ['h=5-2,3', { heads: [3] }],
    ['h=3,1,1-2', { heads: [1, 2, 3] }],
    ['k=%E0%A4%A', {}],
    ['l=1&l=2', { layer: 1 }],
    ['__proto__=1&constructor=2&q=1', { query: 1 }],
  ])('%j', (text, expected) => {
    expect(parseSelection(text)).toEqual(expected);
  });

  test('on 5,000 damaged strings; what is read is whole numbers and names, and resolves', () => {
    const next = random(2);
    const alphabet = 'slhqkeadg=&,-%+0123456789# \u0000é🚀crosf';
    for (let i = 0; i < 5000; i++) {
      const letters = [...serializeSelection(anySelection(next))];
      for (let n = 0; n < 1 + next() * 6; n++)
        letters.splice(
          Math.floor(next() * letters.length),
          next() < 0.5 ? 1 : 0,
          alphabet[Math.floor(next() * alphabet.length)]!,
        );
      const text = letters.join('');
      const read = parseSelection(text);
      for (const number of [read.layer, read.head, read.query, read.key, ...(read.heads ?? [])])
        if (number !== undefined)
          expect(number, text).toSatisfy((n: number) => Number.isSafeInteger(n) && n >= 0);
      if (read.stream !== undefined) expect(read.stream.length, text).toBeGreaterThan(0);
      const known = parseSelection(text, trace);
      const whole = resolveSelection(trace, known, {});
      for (const [part, value] of Object.entries(known)) expect(whole[part as 'layer'], text).toEqual(value);
    }
  });
});

test('with a trace, leaves out what that does not hold', () => {
  expect(parseSelection('s=decoder&l=2&h=0-5&head=4&q=3&k=4&seg=A', trace)).toEqual({
    stream: 'decoder',
    heads: [0, 1, 2],
    query: 3,
  });
  expect(parseSelection('s=self&l=0&q=1', trace)).toEqual({});
  expect(parseSelection('l=2', trace)).toEqual({});
  expect(parseSelection('s=cross&l=4&h=3-4&k=6&seg=A', trace)).toEqual({
    stream: 'cross',
    layer: 4,
    key: 6,
  });
});
