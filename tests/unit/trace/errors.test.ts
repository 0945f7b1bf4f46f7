import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { InferenceError } from '../../../src/lib/inference/errors.js';
import { RenderError } from '../../../src/lib/render/errors.js';
import {
  AttentraceError,
  createTrace,
  isTraceError,
  TraceError,
  type TraceErrorCode,
} from '../../../src/lib/trace/index.js';
import { traceErrorCodes } from '../../../src/lib/trace/errors.js';
import { errorCases } from './error-cases.js';

async function errorOf(run: () => unknown): Promise<TraceError> {
  try {
    await run();
  } catch (error) {
    expect(error).toBeInstanceOf(TraceError);
    return error as TraceError;
  }
  throw new Error('nothing was thrown');
}

test.each(errorCases)('%s: %s at %s', async (_, code, place, words, run) => {
  const error = await errorOf(run);
  expect([error.code, error.place]).toEqual([code, place]);
  expect(error.message).toMatch(words);
  expect(error.message).toBe(`${place}: found ${error.found}, expected ${error.expected}. ${error.fix}`);
  expect(error.message).not.toMatch(/undefined|\[object|function \(|=>|\ba [AEIO]|\s{2}/);
  expect(error.message.length).toBeLessThan(350);
  expect(error.fix).toMatch(/^[A-Z].*[.}]$/);
});

/** The rows of the table in docs/errors.md: code, when, example, what to do. */
const documented = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.slice(2, -2).split(' | '));

test('every code has a case, and one row in docs/errors.md', () => {
  const codes: TraceErrorCode[] = [...traceErrorCodes];
  expect([...new Set(errorCases.map(([, code]) => code))].sort()).toEqual(codes.sort());
  expect(documented.map(([code]) => code!.slice(1, -1)).sort()).toEqual(codes);
});

test.each(documented)(
  '%s in docs/errors.md: the example is what is said',
  async (code, when, example, todo) => {
    const cases = errorCases.filter(([, c]) => `\`${c}\`` === code);
    const messages = await Promise.all(cases.map(async ([, , , , run]) => (await errorOf(run)).message));
    expect(messages.map((message) => `\`${message}\``)).toContain(example);
    expect(when).toMatch(/^[A-Z`].+[^.]$/);
    expect(todo).toMatch(/^[A-Z].+\.$/);
  },
);

test('errors of traces, models and drawing have one base, and all say where, what and what to do', () => {
  const parts = { place: 'here', found: 'a', expected: 'b', fix: 'Do c.' };
  const errors = [
    new TraceError({ code: 'dims', ...parts }),
    new InferenceError({ code: 'option', ...parts }),
    new RenderError('draw-failed', 'The picture could not be drawn: a.', { cause: 1 }),
  ];
  for (const error of errors) {
    expect(error).toBeInstanceOf(AttentraceError);
    for (const part of ['place', 'found', 'expected', 'fix'] as const) expect(error[part]).toMatch(/\w/);
  }
  expect(errors.map(({ name, code }) => [name, code])).toEqual([
    ['TraceError', 'dims'],
    ['InferenceError', 'option'],
    ['RenderError', 'draw-failed'],
  ]);
  expect(errors.map(({ message }) => message)).toEqual([
    'here: found a, expected b. Do c.',
    'here: found a, expected b. Do c.',
    'The picture could not be drawn: a.',
  ]);
  expect(errors[2]!.cause).toBe(1);
});

test('a message of parts from a file is short, whole characters, and never says nothing', () => {
  const error = new TraceError({
    code: 'dims',
    place: 'x'.repeat(5e6),
    found: ' ',
    expected: `${'y'.repeat(238)}😀${'y'.repeat(99)}`,
    fix: 'Do c.',
  });
  expect(error.place).toBe(`${'x'.repeat(239)}…`);
  expect(error.found).toBe('nothing');
  expect(error.expected).toBe(`${'y'.repeat(238)}…`);
  expect(error.message).toBe(`${error.place}: found nothing, expected ${error.expected}. Do c.`);
});

test('isTraceError knows a TraceError, of one code, also of another copy of the package', async () => {
  const error = await errorOf(() => createTrace(null as never));
  expect(isTraceError(error)).toBe(true);
  expect(isTraceError(error, 'missing-attention')).toBe(true);
  expect(isTraceError(error, 'dims')).toBe(false);
  vi.resetModules();
  const other = await import('../../../src/lib/trace/index.js');
  expect(other.TraceError).not.toBe(TraceError);
  expect(other.isTraceError(error, 'missing-attention')).toBe(true);
  const { place, found, expected, fix } = error;
  const model = new InferenceError({ code: 'token-count', place, found, expected, fix });
  for (const no of [
    null,
    undefined,
    'TraceError',
    { name: 'TraceError', code: 'dims' },
    new Error('dims'),
    model,
  ])
    expect(isTraceError(no)).toBe(false);
});
