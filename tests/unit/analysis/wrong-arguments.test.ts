import { expect, test } from 'vitest';
import * as analysis from '../../../src/lib/analysis/index.js';
import { createTrace } from '../../../src/lib/trace/index.js';

const wrongs = [undefined, null, {}, [], 3, '', () => {}, new Map()];
const functions = Object.entries(analysis).filter(([, what]) => typeof what === 'function') as [
  string,
  (...args: unknown[]) => unknown,
][];
const trace = createTrace({
  tokens: ['a', 'b'],
  attention: [[[[1, 0], [0.5, 0.5]]]], // prettier-ignore
});

/** What a call throws, at once or later; undefined where it throws nothing. */
const thrownBy = async (call: () => unknown): Promise<unknown> =>
  (async () => call())().then(
    () => undefined,
    (error: unknown) => error,
  );

// Lists may be empty, and what a measure is made with is looked at when it measures.
test.each(functions)('%s: what makes no sense is refused in words, never by a raw error', async (_, call) => {
  for (const wrong of wrongs)
    for (const args of [[wrong], [wrong, wrong], [wrong, wrong, wrong]]) {
      const error = await thrownBy(() => call(...args));
      if (error === undefined) continue;
      expect(error, `${String(wrong)}, ${args.length} times`).toMatchObject({
        name: 'TraceError',
        message: expect.stringMatching(/^[^]{10,500}$/),
      });
    }
});

test.each(functions)('%s: options may be null', async (_, call) => {
  const stream = trace.stream();
  for (const first of [trace, stream, stream.matrix(0, 0), stream.keyTokens])
    for (const args of [
      [first, null],
      [first, first, null],
      [first, 'mean', null],
    ]) {
      const error = await thrownBy(() => call(...args));
      if (error !== undefined) expect(error).not.toBeInstanceOf(TypeError);
    }
});

test('a measure nobody knows is refused by name, with those there are', async () => {
  await expect(analysis.measureHeads(trace.stream(), 'sharpness' as never)).rejects.toThrow(
    'measure: found the string "sharpness", expected a measure, or the name of one: entropy',
  );
});
