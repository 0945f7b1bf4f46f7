import { describe, expect, test } from 'vitest';
import {
  createTrace,
  picturesIn,
  segmentsFromImages,
  TraceError,
  type ImageInput,
  type Segment,
} from '../../../src/lib/trace/index.js';

const count = 8;
const even = Array.from({ length: count }, () => Array.from({ length: count }, () => 1 / count));
const tokens = ['<s>', ...Array.from({ length: 6 }, () => '<image>'), 'what'];
const traceWith = (segment: Partial<Segment>, more: object = {}) =>
  createTrace({
    tokens,
    attention: [[even]],
    segments: [{ name: 'picture', start: 1, end: 7, ...segment }],
    ...more,
  }).stream();
const refusal = (make: () => unknown): TraceError => {
  try {
    make();
  } catch (error) {
    return error as TraceError;
  }
  throw new Error('Nothing was refused.');
};

describe('a picture', () => {
  test('calls its patches by row and column; none is a marker', () => {
    const stream = traceWith({ image: { src: 'x.png', rows: 2, cols: 3 } }, { specialTokens: ['<image>'] });
    const labels = stream.keyTokens.map(({ label }) => label);
    expect(labels).toEqual(['<s>', 'r1 c1', 'r1 c2', 'r1 c3', 'r2 c1', 'r2 c2', 'r2 c3', 'what']);
    expect(stream.keyTokens.filter(({ special }) => special).map(({ raw }) => raw)).not.toContain('<image>');
    expect(picturesIn(stream.keySegments).map(({ start, image }) => [start, image.rows])).toEqual([[1, 2]]);
  });

  test.each([
    [{ src: 'x.png', rows: 2, cols: 2 }, '2 × 2', '6'],
    [{ src: 'x.png', rows: 1.5, cols: 4 }, '1.5', '6'],
    [{ src: 'x.png' }, 'nothing', '6'],
    [{ rows: 2, cols: 3 }, 'nothing', 'address'],
    [null, 'nothing', 'address'],
  ])('is refused with another grid: %o', (image, found, expected) => {
    const error = refusal(() => traceWith({ image: image as never }));
    expect(error.code).toBe('segment');
    expect(error.place).toMatch(/^segments\[0\]\.image/);
    expect(error.found).toContain(found);
    expect(error.expected).toContain(expected);
  });

  test('of which a patch is not there is refused', () => {
    const image = { src: 'x.png', rows: 2, cols: 3 };
    const error = refusal(() => traceWith({ image }, { present: [1, 1, 1, 1, 1, 1, 0, 1] }));
    expect(error.code).toBe('segment');
    expect(error.expected).toContain('present');
  });

  test('keeps its grid where tokens before it are not there', () => {
    const image = { src: 'x.png', rows: 2, cols: 3 };
    const padded = Array.from({ length: count }, () => [0, ...Array.from({ length: 7 }, () => 1 / 7)]);
    const stream = traceWith({ image }, { attention: [[padded]], present: [0, 1, 1, 1, 1, 1, 1, 1] });
    expect(picturesIn(stream.keySegments)).toMatchObject([{ start: 0, end: 6, image }]);
    expect(stream.keyTokens[5]!.label).toBe('r2 c3');
  });

  test('of which some queries were recorded is none among them', () => {
    const stream = traceWith(
      { image: { src: 'x.png', rows: 2, cols: 3 } },
      { attention: [[even.slice(5)]], queryPositions: [5, 6, 7] },
    );
    expect(picturesIn(stream.querySegments)).toEqual([]);
    expect(picturesIn(stream.keySegments)).toHaveLength(1);
  });
});

describe('segments of pictures in a prompt', () => {
  const prompt = (...runs: [text: string, patches: number][]): string[] =>
    runs.flatMap(([text, patches]) => [text, ...Array.from({ length: patches }, () => '<image>')]);
  const gridsOf = (segments: readonly Segment[]): unknown[] =>
    segments.map(({ name, start, end, image }) => [name, start, end, image?.rows, image?.cols]);

  test('LLaVA: 24 × 24', () => {
    const segments = segmentsFromImages(prompt(['<s>', 576], ['what', 0]), '<image>', [
      { src: 'a', grid: [24, 24] },
    ]);
    expect(gridsOf(segments)).toEqual([['picture', 1, 577, 24, 24]]);
  });

  test('Qwen-VL: image_grid_thw of two pictures, patches merged two by two; a video has a segment a frame', () => {
    const tokens = prompt(['<|vision_start|>', 252], ['<|vision_end|>', 12], ['<|vision_end|>', 0]);
    const images: ImageInput[] = [
      { src: 'a.jpg', grid: [1, 28, 36], merge: 2 },
      { src: ['0.jpg', '1.jpg'], grid: [2, 4, 6], merge: 2, name: 'video' },
    ];
    const segments = segmentsFromImages(tokens, '<image>', images);
    expect(gridsOf(segments)).toEqual([
      ['picture', 1, 253, 14, 18],
      ['video · 1', 254, 260, 2, 3],
      ['video · 2', 260, 266, 2, 3],
    ]);
    expect(segments.map(({ image }) => image!.src)).toEqual(['a.jpg', '0.jpg', '1.jpg']);
    // They are what createTrace takes: the last patch of each is where its grid ends.
    const n = tokens.length;
    const attention = { dims: [1, 1, n, n], data: new Float32Array(n * n).fill(1 / n) };
    const { keyTokens } = createTrace({ tokens, attention, segments }).stream();
    expect([252, 253, 259].map((at) => keyTokens[at]!.label)).toEqual(['r14 c18', '<|vision_end|>', 'r2 c3']);
  });

  test('tiles, with marks between them, and the whole last', () => {
    const tokens = prompt(['<row_1_col_1>', 4], ['<row_1_col_2>', 4], ['<global-img>', 4], ['what', 0]);
    const segments = segmentsFromImages(tokens, '<image>', [{ src: ['l', 'r', 'all'], grid: [2, 2] }]);
    expect(gridsOf(segments)).toEqual([
      ['picture · 1', 1, 5, 2, 2],
      ['picture · 2', 6, 10, 2, 2],
      ['picture · 3', 11, 15, 2, 2],
    ]);
  });

  test.each([
    ['too few tokens', [{ src: 'a', grid: [3, 3] }], '8 tokens <image>', '9 (3 × 3)'],
    [
      'a token that ends a row',
      [{ src: 'a', grid: [2, 4] }],
      'other tokens among its 8',
      'follow each other',
    ],
    [
      'a grid that the merge does not divide',
      [{ src: 'a', grid: [1, 3, 4], merge: 2 }],
      '[1, 3, 4], merged by',
      'divides',
    ],
    ['frames without pictures', [{ src: 'a', grid: [2, 2, 2] }], '1 address', '2 frames'],
    ['no address', [{ grid: [2, 4] }], 'nothing', 'an address'],
    ['no grid', [{ src: 'a' }], 'nothing', '[rows, columns]'],
    ['nothing', [null], 'nothing', 'an address'],
    ['no list', 'a', 'the string "a"', 'an array'],
  ])('refuses %s', (_, images, found, expected) => {
    const tokens = prompt(['<s>', 4], ['<newline>', 4]);
    const error = refusal(() => segmentsFromImages(tokens, '<image>', images as never));
    expect(error.code).toBe('segment');
    expect(error.found).toContain(found);
    expect(error.expected).toContain(expected);
  });
});

describe('an axis', () => {
  test('calls positions by what they stand for: 20 ms each in Whisper’s encoder', () => {
    const stream = traceWith({ name: 'sound', axis: { unit: 's', step: 0.02 } }, { tokens: undefined });
    expect(stream.keyTokens.map(({ label }) => label)).toEqual([
      '0',
      '0.00 s',
      '0.02 s',
      '0.04 s',
      '0.06 s',
      '0.08 s',
      '0.10 s',
      '7',
    ]);
  });

  test('stands beside tokens that have a text: residues by number', () => {
    const stream = traceWith(
      { name: 'chain A', axis: { start: 24, step: 1 } },
      { tokens: ['<cls>', ...'MKTAYI', '<eos>'] },
    );
    expect(stream.keyTokens.map(({ label }) => label).slice(1, 4)).toEqual(['M 24', 'K 25', 'T 26']);
  });

  test.each([
    ['day', '2024-02-27', 1, ['2024-02-27', '2024-02-28', '2024-02-29', '2024-03-01']],
    ['week', '2024-12-23', 1, ['2024-12-23', '2024-12-30', '2025-01-06', '2025-01-13']],
    ['month', '2023-11', 1, ['2023-11', '2023-12', '2024-01', '2024-02']],
    ['month', '2024-01-31', 1, ['2024-01', '2024-02', '2024-03', '2024-04']],
    ['year', '1999', 2, ['1999', '2001', '2003', '2005']],
    [
      'hour',
      '2024-03-30T22:00',
      1,
      ['2024-03-30 22:00', '2024-03-30 23:00', '2024-03-31 00:00', '2024-03-31 01:00'],
    ],
  ])('of dates, a %s apart from %s', (unit, start, step, expected) => {
    const stream = traceWith({ axis: { start, step, unit } }, { tokens: undefined });
    expect(stream.keyTokens.map(({ label }) => label).slice(1, 5)).toEqual(expected);
  });

  test.each([
    [{}],
    [{ step: '1' }],
    [{ step: 0.1, unit: 5 }],
    [{ step: 1, start: NaN }],
    [{ step: 1, start: '2024-01-01' }],
    [{ step: 1, start: '2024-13-01', unit: 'day' }],
    [{ step: 0.5, start: '2024-01-01', unit: 'day' }],
    [{ step: 1, start: 'yesterday', unit: 'day' }],
  ])('is refused: %o', (axis) => {
    const error = refusal(() => traceWith({ axis: axis as never }));
    expect(error).toMatchObject({ code: 'segment', place: 'segments[0].axis' });
  });
});
