import { expect, test } from 'vitest';
import { casesOfRound, chooseTasks, quickTasks, reasonToSkip, tasks } from '../../../bench/driver/plan.js';

const task = { group: 'heatmap', tokens: 256, heads: 1, layers: 2, contestants: ['a', 'b', 'c'] };
const caseOf = (contestant: string, tokens = 256, heads = 1) => ({
  ...{ group: 'heatmap', layers: 2 },
  contestant,
  tokens,
  heads,
});

test('each round begins with the next contestant', () => {
  const order = (round: number) => casesOfRound([task], round).map(({ contestant }) => contestant);
  expect(order(0)).toEqual(['a', 'b', 'c']);
  expect(order(1)).toEqual(['b', 'c', 'a']);
  expect(order(5)).toEqual(['c', 'a', 'b']);
});

test('options choose tasks, and no options choose all', () => {
  expect(chooseTasks(tasks, {})).toEqual(tasks);
  const chosen = chooseTasks(tasks, { only: 'heatmap', sizes: '256,4096', contestants: 'plotly,floor' });
  expect(chosen.map(({ tokens, contestants }) => [tokens, contestants])).toEqual([
    [256, ['floor', 'plotly']],
    [4096, ['floor', 'plotly']],
  ]);
  expect(chooseTasks(tasks, { only: 'token-view', contestants: 'plotly' })).toEqual([]);
});

test('a quick run has what each target is worked out of', () => {
  const has = (group: string, tokens: number, heads: number, ...names: string[]) =>
    quickTasks.some(
      (task) =>
        task.group === group &&
        task.tokens === tokens &&
        task.heads === heads &&
        names.every((name) => task.contestants.includes(name)),
    );
  expect(has('heatmap', 4096, 1, 'attentrace', 'floor', 'plotly')).toBe(true);
  expect(has('heatmap', 131072, 1, 'queries and keys')).toBe(true);
  expect(has('heatmap', 1024, 1, 'attentrace')).toBe(true);
  for (const tokens of [64, 4096]) expect(has('head-view', tokens, 12, 'attentrace', 'floor')).toBe(true);
  expect(has('head-view', 64, 12, 'svg')).toBe(true);
  expect(has('model-view', 128, 12, 'attentrace', 'svg')).toBe(true);
  expect(quickTasks.flatMap(({ contestants }) => contestants).length).toBeLessThan(26);
});

test('the heatmap and the floor meet at every size from 256 to 16,384', () => {
  const both = tasks.filter(
    ({ group, contestants }) =>
      group === 'heatmap' && ['attentrace', 'floor'].every((name) => contestants.includes(name)),
  );
  expect(both.map(({ tokens }) => tokens)).toEqual([256, 512, 1024, 2048, 4096, 8192, 16384]);
});

test('what did not end in time is not tried again, nor at more tokens or heads', () => {
  const done = [{ case: caseOf('a', 512, 12), seconds: 61, timedOut: 'first' }];
  expect(reasonToSkip(caseOf('a', 512, 12), done)).toBe('not in time at 512 tokens');
  expect(reasonToSkip(caseOf('a', 1024, 12), done)).toBe('not in time at 512 tokens');
  expect(reasonToSkip(caseOf('a', 512, 32), done)).toBe('not in time at 512 tokens');
  expect(reasonToSkip(caseOf('a', 256, 12), done)).toBeUndefined();
  expect(reasonToSkip(caseOf('a', 512, 1), done)).toBeUndefined();
  expect(reasonToSkip(caseOf('b', 512, 12), done)).toBeUndefined();
});

test.each([
  { seconds: 5, times: 9, skipped: false },
  { seconds: 9, times: 2, skipped: false },
  { seconds: 9, times: 3, skipped: true },
  { seconds: 21, times: 1, skipped: true },
])('$times times $seconds s are enough: $skipped', ({ seconds, times, skipped }) => {
  const done = Array.from({ length: times }, () => ({ case: caseOf('a'), seconds }));
  expect(reasonToSkip(caseOf('a'), done) !== undefined).toBe(skipped);
});
