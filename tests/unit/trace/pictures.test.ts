import { describe, expect, test } from 'vitest';
import { createTrace, picturesIn, TraceError, type Segment } from '../../../src/lib/trace/index.js';

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

  test.each([[{}], [{ step: '1' }], [{ step: 0.1, unit: 5 }], [{ step: 1, start: NaN }]])(
    'is refused: %o',
    (axis) => {
      const error = refusal(() => traceWith({ axis: axis as never }));
      expect(error).toMatchObject({ code: 'segment', place: 'segments[0].axis' });
    },
  );
});
