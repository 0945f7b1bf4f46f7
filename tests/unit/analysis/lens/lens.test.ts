import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { lookThrough, type Lens } from '../../../../src/lib/analysis/lens/index.js';
import { lensMatrix } from '../../../../src/lib/analysis/lens/lens-matrix.js';
import { parseSafetensors, loadSafetensors } from '../../../../src/lib/io/index.js';
import {
  blockWeights,
  computedMatrix,
  createTrace,
  type Block,
  type Matrix,
  type Stream,
} from '../../../../src/lib/trace/index.js';
import { halfByDefinition, names, nest } from '../../trace/arrays.js';

const file = (name: string) =>
  readFileSync(new URL(`../../../../fixtures/${name}.safetensors`, import.meta.url));
const load = async (name: string) => (await loadSafetensors(file(name))).stream();
const lens = (more: Partial<Lens>): Lens => ({
  granularity: 'token',
  hide: 'none',
  renormalize: false,
  ...more,
});

function rowsOf(matrix: Matrix): number[][] {
  const { rows, cols } = matrix;
  const weights = [...blockWeights(matrix.block({ row: 0, col: 0, rows, cols }) as Block)];
  return Array.from({ length: rows }, (_, row) => weights.slice(row * cols, (row + 1) * cols));
}
const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
const range = (start: number, end: number) => Array.from({ length: end - start }, (_, i) => start + i);
const mean = (numbers: readonly number[]) => sum(numbers) / numbers.length;

/** The pair's weights from the bytes of its file: `[layer][head][query][key]`. */
const pair = (() => {
  const { tensors, metadata } = parseSafetensors(file('minilm-pair'));
  const { dims, data } = tensors.get('attention')!;
  const [layers = 0, heads = 0, n = 0] = dims;
  const at = (layer: number, head: number, query: number, key: number) =>
    halfByDefinition(data[((layer * heads + head) * n + query) * n + key]!);
  return { layers, heads, n, at, tokens: JSON.parse(metadata.get('tokens')!) as string[] };
})();
/** Its words, as lists of positions: WordPiece marks what continues a word. */
const words = pair.tokens.reduce<number[][]>((found, token, position) => {
  if (token.startsWith('##')) found.at(-1)!.push(position);
  else found.push([position]);
  return found;
}, []);

describe('words of MiniLM', () => {
  test('sum over the keys of a word, mean over its queries', async () => {
    expect(words).toHaveLength(pair.n - 1);
    const { stream } = lookThrough(await load('minilm-pair'), lens({ granularity: 'word' }));
    for (let layer = 0; layer < pair.layers; layer++)
      for (let head = 0; head < pair.heads; head++) {
        const rows = rowsOf(stream.matrix(layer, head));
        const expected = words.map((queries) =>
          words.map((keys) =>
            mean(queries.map((query) => sum(keys.map((key) => pair.at(layer, head, query, key))))),
          ),
        );
        rows.forEach((row, query) =>
          row.forEach((weight, key) => expect(weight).toBeCloseTo(expected[query]![key]!, 6)),
        );
        for (const row of rows) expect(Math.abs(sum(row) - 1)).toBeLessThan(2e-3);
      }
  });

  test('tokens and segments are those of words', async () => {
    const { stream } = lookThrough(await load('minilm-pair'), lens({ granularity: 'word' }));
    const labels = words.map((word) =>
      word.map((position) => pair.tokens[position]!.replace('##', '')).join(''),
    );
    expect(stream.queryTokens.map(({ label }) => label)).toEqual(labels);
    expect(stream.keyTokens.map(({ position }) => position)).toEqual([...labels.keys()]);
    const end = labels.indexOf('[SEP]') + 1;
    expect(stream.querySegments).toEqual([
      { name: 'A', start: 0, end },
      { name: 'B', start: end, end: labels.length },
    ]);
    expect([stream.queries, stream.keys, stream.values]).toEqual([undefined, undefined, undefined]);
  });

  test('sentences and segments: rows still sum to 1', async () => {
    for (const [granularity, rows] of [
      ['sentence', 5],
      ['segment', 2],
    ] as const) {
      const { stream } = lookThrough(await load('minilm-pair'), lens({ granularity }));
      expect(stream.queryTokens).toHaveLength(rows);
      for (const row of rowsOf(stream.matrix(3, 1))) expect(Math.abs(sum(row) - 1)).toBeLessThan(2e-3);
    }
  });
});

describe('hidden keys', () => {
  const hidden = async (hide: Lens['hide'], more: Partial<Lens> = {}) => {
    const seen = lookThrough(await load('minilm-pair'), lens({ hide, ...more }));
    return { keys: [...seen.hiddenKeys], rows: rowsOf(seen.stream.matrix(2, 5)) };
  };
  const stored = (query: number) => Array.from({ length: pair.n }, (_, key) => pair.at(2, 5, query, key));

  test.each([
    ['first', [0]],
    ['special', [0, 13, 23]],
    [
      [4, 7],
      [4, 7],
    ],
  ] as const)('%s', async (hide, expected) => {
    const { keys, rows } = await hidden(hide);
    expect(keys).toEqual(expected);
    rows.forEach((row, query) =>
      expect(row).toEqual(
        stored(query).map((weight, key) => ((expected as readonly number[]).includes(key) ? 0 : weight)),
      ),
    );
  });

  test('renormalised: each row sums to what it did, in the same proportions', async () => {
    const { keys, rows } = await hidden('special', { renormalize: true });
    rows.forEach((row, query) => {
      const before = stored(query);
      const left = before.map((weight, key) => (keys.includes(key) ? 0 : weight));
      expect(sum(row)).toBeCloseTo(sum(before), 5);
      row.forEach((weight, key) => expect(weight).toBeCloseTo((left[key]! * sum(before)) / sum(left), 5));
    });
  });

  test('words: the weights of a hidden piece are left out, those of the rest of its word stay', async () => {
    const ist = pair.tokens.indexOf('##ist');
    const word = words.findIndex((positions) => positions.includes(ist));
    const { keys, rows } = await hidden([ist], { granularity: 'word' });
    expect(keys).toEqual([]);
    rows.forEach((row, query) =>
      expect(row[word]).toBeCloseTo(mean(words[query]!.map((position) => stored(position)[ist - 1]!)), 6),
    );
    const whole = await hidden(words[word]!, { granularity: 'word' });
    expect(whole.keys).toEqual([word]);
    expect(whole.rows.map((row) => row[word])).toEqual(words.map(() => 0));
  });

  test('segments: markers in them are left out before they are merged', async () => {
    const { keys, rows } = await hidden('special', { granularity: 'segment' });
    expect(keys).toEqual([]);
    // A is [CLS] … [SEP], positions 0–13; B 14–23, its [SEP] the last.
    const [a, b] = [range(0, 14), range(14, 24)];
    const shown = (query: number, run: number[]) =>
      sum(run.filter((key) => ![0, 13, 23].includes(key)).map((key) => stored(query)[key]!));
    [a, b].forEach((queries, row) =>
      [a, b].forEach((run, col) =>
        expect(rows[row]![col]).toBeCloseTo(mean(queries.map((query) => shown(query, run))), 6),
      ),
    );
  });

  test('positions beyond the tokens hide nothing', async () => {
    for (const granularity of ['token', 'word'] as const) {
      const seen = lookThrough(await load('minilm-pair'), lens({ granularity, hide: [99, -1] }));
      expect([...seen.hiddenKeys]).toEqual([]);
    }
  });

  test('a row with nothing left stays empty when renormalised, and one that summed to less still does', () => {
    const attention = nest([1, 1, 2, 2], (_, __, query, key) =>
      query === 0 ? (key === 0 ? 1 : 0) : 0.2 + 0.1 * key!,
    );
    const stream = createTrace({ tokens: names(2), attention }).stream();
    const rows = rowsOf(lookThrough(stream, lens({ hide: 'first', renormalize: true })).stream.matrix(0, 0));
    expect(rows[0]).toEqual([0, 0]);
    expect(rows[1]![1]).toBeCloseTo(0.5, 6);
  });
});

test('a lens that changes nothing gives the stream itself', async () => {
  const stream = await load('minilm-pair');
  expect(lookThrough(stream, lens({ renormalize: true, hide: [] })).stream).toBe(stream);
});

test('a matrix is made once', async () => {
  const { stream } = lookThrough(await load('minilm-pair'), lens({ granularity: 'word' }));
  expect(stream.matrix(1, 1)).toBe(stream.matrix(1, 1));
});

test('what was causal still is', async () => {
  const whole = await load('induction');
  const segments = [
    { name: 'first', start: 1, end: 21 },
    { name: 'again', start: 21, end: 41 },
  ];
  const stream = { ...whole, querySegments: segments, keySegments: segments } as Stream;
  const seen = lookThrough(stream, lens({ granularity: 'segment', hide: 'first', renormalize: true }));
  expect(seen.stream.causal).toBe(true);
  rowsOf(seen.stream.matrix(1, 0)).forEach((row, query) =>
    row.forEach((weight, key) => key > query && expect(weight).toBe(0)),
  );
  expect(rowsOf(seen.stream.matrix(1, 0))[2]![1]).toBeGreaterThan(0.5);
  expect(lookThrough(await load('minilm-pair'), lens({ granularity: 'word' })).stream.causal).toBe(false);
});

test('cross attention: queries and keys are merged each by their own', () => {
  const { stream, toSeen, toToken } = lookThrough(
    createTrace({
      encoder: { tokens: ['play', '##ing', 'chess'] },
      decoder: { tokens: ['Sch', '##ach', '##spiel', 'en'] },
      cross: {
        attention: nest(
          [1, 1, 4, 3],
          (_, __, query, key) =>
            [
              [0.1, 0.2, 0.7],
              [0.4, 0.6, 0],
              [0, 0, 1],
              [1, 0, 0],
            ][query!]![key!],
        ),
      },
    }).stream('cross'),
    lens({ granularity: 'word' }),
  );
  const rows = rowsOf(stream.matrix(0, 0));
  [
    [(0.3 + 1 + 0) / 3, (0.7 + 0 + 1) / 3],
    [1, 0],
  ].forEach((row, query) => row.forEach((weight, key) => expect(rows[query]![key]).toBeCloseTo(weight, 6)));
  expect([toSeen('query', 3), toSeen('key', 2), toToken('query', 1), toToken('key', 1)]).toEqual([
    1, 1, 3, 2,
  ]);
});

test.each(['token', 'word', 'sentence', 'segment'] as const)(
  'positions there and back: %s',
  async (granularity) => {
    const { stream, toSeen, toToken } = lookThrough(await load('minilm-paragraph'), lens({ granularity }));
    stream.queryTokens.forEach((_, seen) => {
      expect(toSeen('query', toToken('query', seen))).toBe(seen);
      const next = seen + 1 < stream.queryTokens.length ? toToken('query', seen + 1) : 201;
      for (let token = toToken('query', seen); token < next; token++) expect(toSeen('key', token)).toBe(seen);
    });
  },
);

test('weights that are not in memory yet: a promise of the same', async () => {
  const stream = await load('minilm-pair');
  const matrix = stream.matrix(0, 0);
  const later: Matrix = {
    ...matrix,
    rows: 24,
    cols: 24,
    type: 'float16',
    block: async (request) => matrix.block(request),
  };
  const how = { keyRuns: [{ start: 0, end: 24 }], hiddenKeys: new Set<number>(), renormalize: false };
  const block = lensMatrix(later, how).block({ row: 0, col: 0, rows: 24, cols: 1 });
  expect(block).toBeInstanceOf(Promise);
  expect([...blockWeights(await block)]).toEqual(rowsOf(lensMatrix(matrix, how)).flat());
});

test.each(['word', 'sentence'] as const)(
  'any rectangle through %ss is that of the whole',
  async (granularity) => {
    const stream = await load('minilm-paragraph');
    for (const renormalize of [false, true]) {
      const through = () =>
        lookThrough(stream, lens({ granularity, hide: 'special', renormalize })).stream.matrix(2, 3);
      const whole = rowsOf(through());
      for (const [row, col] of [
        [0, 0],
        [1, 1],
        [3, 2],
      ]) {
        const seen = through();
        const request = { row: row!, col: col!, rows: seen.rows - row! - 1, cols: seen.cols - col! - 3 };
        const expected = whole.slice(row, -1).flatMap((weights) => weights.slice(col, -3));
        // The first time and, its rows known, again.
        for (let time = 0; time < 2; time++)
          expect([...blockWeights(seen.block(request) as Block)]).toEqual(expected);
      }
    }
  },
);

test('a granularity for each side: an answer by sentences against documents', async () => {
  const { stream, toSeen } = lookThrough(
    await load('minilm-pair'),
    lens({ granularity: { query: 'token', key: 'segment' } }),
  );
  expect([stream.queryTokens.length, stream.keyTokens.map(({ label }) => label)]).toEqual([24, ['A', 'B']]);
  // A query stands where the last key it may see does, among the merged ones.
  expect(stream.queryTokens.map(({ position }) => position)).toEqual([
    ...Array(14).fill(0),
    ...Array(10).fill(1),
  ]);
  const rows = rowsOf(stream.matrix(2, 5));
  rows.forEach((row, query) => {
    const weights = Array.from({ length: pair.n }, (_, key) => pair.at(2, 5, query, key));
    expect(row[0]).toBeCloseTo(sum(weights.slice(0, 14)), 5);
    expect(row[1]).toBeCloseTo(sum(weights.slice(14)), 5);
  });
  expect([toSeen('query', 20), toSeen('key', 20)]).toEqual([20, 1]);
});

describe('a stream of signed values', () => {
  const scores = () =>
    createTrace({
      tokens: ['play', '##ing', 'chess'],
      quantity: 'scores',
      attention: [
        [
          [
            [1, -3, 2],
            [-1, 0, 5],
            [4, -8, 0.5],
          ],
        ],
      ],
    }).stream();
  test('is merged as weights are, and says what it is', () => {
    const { stream } = lookThrough(scores(), lens({ granularity: 'word' }));
    expect(stream.quantity.name).toBe('score');
    expect(stream.matrix(0, 0).signed).toBe(true);
    expect(rowsOf(stream.matrix(0, 0))).toEqual([
      [-1.5, 3.5],
      [-4, 0.5],
    ]);
  });
  test('is not renormalised', () => {
    expect(() => lookThrough(scores(), lens({ hide: 'first', renormalize: true }))).toThrow(
      'renormalize: found the quantity score, expected attention weights',
    );
    expect(lookThrough(scores(), lens({ renormalize: true })).hiddenKeys.size).toBe(0);
  });
});

test.each([
  [{ granularity: 'paragraph' }, /granularity: found the string "paragraph", expected 'token', 'word'/],
  [{ granularity: { query: 'word' } }, /granularity: found nothing/],
  [{ granularity: null }, /granularity: found nothing/],
  [{ hide: 'last' }, /hide: found the string "last"/],
  [{ hide: 3 }, /hide: found the number 3/],
])('%o is refused', async (wrong, words) => {
  const stream = await load('minilm-pair');
  expect(() => lookThrough(stream, lens(wrong as never))).toThrow(words);
});

describe('some queries', () => {
  // The last three of five tokens, causal.
  const some = () =>
    createTrace({
      tokens: ['play', '##ing', 'ch', '##ess', 'now'],
      attention: [
        [
          [
            [0.5, 0.2, 0.3, 0, 0],
            [0.1, 0.1, 0.4, 0.4, 0],
            [0.2, 0.2, 0.2, 0.2, 0.2],
          ],
        ],
      ],
    }).stream();
  test('are merged as the whole sequence is, each with its position among the merged keys', () => {
    const { stream } = lookThrough(some(), lens({ granularity: 'word' }));
    expect(stream.queryTokens.map(({ label, position }) => [label, position])).toEqual([
      ['chess', 1],
      ['now', 2],
    ]);
    const rows = rowsOf(stream.matrix(0, 0));
    [
      [0.45, 0.55, 0],
      [0.4, 0.4, 0.2],
    ].forEach((row, query) => row.forEach((weight, key) => expect(rows[query]![key]).toBeCloseTo(weight, 6)));
  });
  test('keep their positions where keys are hidden', () => {
    const { stream } = lookThrough(some(), lens({ hide: 'first' }));
    expect(stream.queryTokens.map(({ position }) => position)).toEqual([2, 3, 4]);
  });
});

test('of a large matrix whose rows are scaled, whole rows are read once', async () => {
  const size = 2048;
  let cells = 0;
  const matrix = computedMatrix({
    rows: size,
    cols: size,
    read({ row, col, rows, cols }) {
      cells += rows * cols;
      // The first key has half of each row, the row's own number the rest.
      const data = new Float32Array(rows * cols);
      for (let r = 0; r < rows; r++)
        for (let c = 0; c < cols; c++)
          if (col + c === 0 || col + c === row + r) data[r * cols + c] = col + c ? 0.25 : 0.5;
      return data;
    },
  });
  const seen = lensMatrix(matrix, { hiddenKeys: new Set([0]), renormalize: true });
  const coarse = await seen.block({ row: 0, col: 0, rows: 4, cols: 4, rowLevel: 9, colLevel: 9 });
  // 0.25, scaled by 0.75 ÷ 0.25.
  expect([...blockWeights(coarse)]).toEqual(range(0, 16).map((i) => (i % 5 === 0 ? 0.75 : 0)));
  expect(cells).toBeLessThan(3 * size * size);
});
