import { expect, test } from 'vitest';
import { duration, fill, ratio, spreadCell, table } from '../../../bench/report/markdown.js';
import { historySection, lostTargets, withRun, type PastRun } from '../../../bench/report/history.js';
import { drawPlot } from '../../../bench/report/plot.js';
import { find } from '../../../bench/report/run-record.js';
import { resultSection, targetSection } from '../../../bench/report/sections.js';
import { median, spread } from '../../../bench/report/statistics.js';
import { targets } from '../../../bench/report/targets.js';

interface Numbers {
  drawn?: number | null;
  shown?: number;
  frames?: number[];
  memory?: number;
  hover?: number[];
  timedOut?: string;
}

function result(group: string, contestant: string, tokens: number, heads: number, numbers: Numbers) {
  const { drawn = null, shown, frames, hover, memory, timedOut } = numbers;
  const bytes = (renderer: number) => ({ heap: 0, backing: 0, renderer, gpu: null });
  return {
    case: { group, contestant, tokens, heads, layers: 1 },
    seconds: 1,
    first: shown === undefined ? undefined : { drawn, shown, exact: drawn, longTask: 0 },
    frame: frames && { intervals: frames, steps: frames.length, longTask: 0, taskMs: 1, cpuMs: null },
    memory: memory === undefined ? undefined : { before: bytes(100), after: bytes(100 + memory) },
    hover,
    timedOut,
  };
}

function record(results: ReturnType<typeof result>[]) {
  return {
    date: '2026-01-02T03:04:05.000Z',
    minutes: 3,
    options: { repetitions: '2', limit: '60' },
    machine: {
      ...{ cpu: 'cpu', cores: 2, memoryBytes: 2 ** 33, platform: 'Linux', node: '20', chromium: '1' },
      ...{ renderer: 'software', versions: {} },
    },
    bundles: [
      { name: 'Heatmap', first: 60, later: 79.6 },
      { name: 'attentrace/trace', first: 10.6, later: 6 },
    ],
    results,
  };
}

test('median and spread', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(() => median([])).toThrow(RangeError);
  expect(spread([5, null, 1, undefined, 3])).toEqual({ median: 3, low: 1, high: 5, count: 3 });
  expect(spread([null])).toBeUndefined();
});

test('numbers as a reader takes them in', () => {
  expect([0.4, 4.25, 41.7, 420, 4200, 42_000].map(duration)).toEqual([
    '0.40 ms',
    '4.3 ms',
    '42 ms',
    '420 ms',
    '4.2 s',
    '42 s',
  ]);
  expect([0.0123, 0.5, 1.25, 12.3, 123.4].map(ratio)).toEqual(['0.012', '0.5', '1.25', '12', '123']);
  const value = { median: 42, low: 40, high: 50, count: 3 };
  expect(spreadCell(value, duration, 3)).toBe('42 ms (40 ms–50 ms)');
  expect(spreadCell(value, duration, 5)).toBe('42 ms (40 ms–50 ms) ×3');
  expect(spreadCell(undefined, duration, 5)).toBe('–');
});

test('a table, and the place it goes to', () => {
  const made = table(['N', '256'], [['a|b', '1']]);
  expect(made).toBe('| N | 256 |\n| --- | --: |\n| a\\|b | 1 |');
  expect(fill('x\n<!-- t -->\nold\n<!-- /t -->\ny', 't', 'new')).toBe(
    'x\n<!-- t -->\n\nnew\n\n<!-- /t -->\ny',
  );
  expect(() => fill('no markers', 't', 'new')).toThrow('<!-- t -->');
});

test('a metric is the median over repetitions of the median over steps', () => {
  const { results } = record([
    result('heatmap', 'floor', 256, 1, { shown: 1, frames: [1, 2, 90] }),
    result('heatmap', 'floor', 256, 1, { shown: 1, frames: [4, 4, 4] }),
    result('heatmap', 'floor', 512, 1, { shown: 1, frames: [7] }),
  ]);
  expect(find(results, 'heatmap', 'floor', 256, 'frame')).toEqual({ median: 3, low: 2, high: 4, count: 2 });
  expect(find(results, 'heatmap', 'floor', 256, 'longTask')?.median).toBe(0);
  expect(find(results, 'heatmap', 'floor', 1024, 'frame')).toBeUndefined();
});

test('targets are ratios of what was measured', () => {
  const run = record([
    result('heatmap', 'attentrace', 4096, 1, { drawn: 60, shown: 90, frames: [12] }),
    result('heatmap', 'floor', 4096, 1, { drawn: 50, shown: 80, frames: [8] }),
    result('heatmap', 'attentrace', 256, 1, { drawn: 9, shown: 9, frames: [11] }),
    result('heatmap', 'floor', 256, 1, { drawn: 5, shown: 9, frames: [10] }),
    result('heatmap', 'plotly', 4096, 1, { shown: 90, frames: [600] }),
    result('head-view', 'svg', 256, 12, { timedOut: 'first' }),
    result('head-view', 'attentrace', 512, 12, { shown: 500 }),
    result('model-view', 'svg', 128, 12, { shown: 5000 }),
    result('model-view', 'attentrace', 128, 12, { shown: 100 }),
    result('heatmap', 'attentrace', 16384, 1, { shown: 9, memory: 321 * 2 ** 20 }),
    result('heatmap', 'attentrace', 1024, 1, { hover: [20, 30, 40] }),
    result('heatmap', 'plotly', 1024, 1, { hover: [40] }),
    result('head-view', 'svg', 64, 12, { hover: [10] }),
    result('head-view', 'attentrace', 64, 12, { hover: [9], frames: [14] }),
    result('head-view', 'attentrace', 4096, 12, { hover: [12], frames: [20] }),
    result('head-view', 'floor', 64, 12, { frames: [10] }),
    result('head-view', 'floor', 4096, 12, { frames: [10] }),
  ]);
  expect(targets(run).map(({ measured, met }) => [measured, met])).toEqual([
    ['1.2; with every weight in it 1.2', true],
    ['1.1, –, –, –, 1.5, –, –', true],
    ['–, 0.75, –', true],
    ['–', undefined],
    ['50', true],
    ['> 120', true],
    ['0.9, –, –, –, –, 1.2', false],
    ['1.4, –, –, –, –, 2.0', false],
    ['–', undefined],
    ['50', false],
    ['321 MB', false],
    ['140 kB; 10.6 kB, 6 kB more for large matrices', false],
  ]);
  expect(targetSection(targets(run))).toContain('| ≥ 40 | 50 | met |');
});

test('a target that the last run met and this one does not is lost; a machine that draws otherwise has no say', () => {
  const [kept, lost, never] = [
    { name: 'kept', wanted: '≤ 1', measured: '0.9', met: true },
    { name: 'lost', wanted: '≤ 1', measured: '0.8', met: true },
    { name: 'never', wanted: '≤ 1', measured: '3', met: false },
  ];
  const now = [kept, { ...lost, measured: '1.3', met: false }, never, { ...kept, name: 'new', met: false }];
  const before = withRun([], record([]), [kept, lost, never]);
  expect(lostTargets(before, record([]), now).map(({ name }) => name)).toEqual(['lost']);
  const elsewhere = { ...record([]), machine: { ...record([]).machine, renderer: 'a graphics card' } };
  expect(lostTargets(before, elsewhere, now)).toEqual([]);
  expect(lostTargets([], record([]), now)).toEqual([]);
});

test('the last five runs are kept, a run written again once, and shown beside each other', () => {
  const target = (measured: string, met?: boolean) => [{ name: 'a ratio', wanted: '≤ 1', measured, met }];
  const run = (day: number) => ({ ...record([]), date: `2026-01-0${day}T00:00:00.000Z` });
  let history: PastRun[] = [];
  for (const day of [1, 2, 3, 4, 5, 6]) history = withRun(history, run(day), target(`${day}`, day > 5));
  history = withRun(history, run(6), target('0.5', true));
  expect(history.map(({ date }) => date.slice(8, 10))).toEqual(['02', '03', '04', '05', '06']);
  expect(historySection(history)).toContain('| a ratio | 2 ✗ | 3 ✗ | 4 ✗ | 5 ✗ | 0.5 ✓ |');
});

test('what did not end in time is said where its number would be', () => {
  const section = resultSection(
    record([
      result('head-view', 'svg', 512, 12, { timedOut: 'first' }),
      result('head-view', 'svg', 64, 12, { shown: 1500 }),
    ]),
  );
  expect(section).toContain('| svg | 1.5 s ×1 | not in 60 s |');
});

test('the picture has a line a contestant, lower for less time and further right for more tokens', () => {
  const picture = drawPlot([
    {
      title: 'Frames',
      lines: [{ name: 'a', color: '#123456', points: [256, 512].map((x) => ({ x, y: 1e6 / x ** 2 })) }],
    },
  ]);
  const [, from = '', to = ''] = picture.match(/d="M([\d. ]+)L([\d. ]+)" fill="none" stroke="#123456"/) ?? [];
  const [x1 = 0, y1 = 0] = from.split(' ').map(Number);
  const [x2 = 0, y2 = 0] = to.split(' ').map(Number);
  expect(x2).toBeGreaterThan(x1);
  expect(y2).toBeGreaterThan(y1);
  expect(picture).toContain('>256</text>');
});
