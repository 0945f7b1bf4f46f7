import { expect, test } from 'vitest';
import { createTrace, type Block, type BlockRequest } from '../../../src/lib/trace/index.js';
import { LineGatherer, type Gathered } from '../../../src/lib/views/head-view/line-gatherer.js';

const tokens = 20;
const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));

/** Gathers the lines of a head, a row a tile, whose rows come when the test answers: each query looks at itself. */
function gather() {
  const answers: (() => void)[] = [];
  const told: Gathered[] = [];
  const block = (request: BlockRequest) =>
    new Promise<Block>((resolve) => {
      const { row, cols } = request;
      const data = Float32Array.from({ length: cols }, (_, col) => Number(col === row));
      answers.push(() =>
        resolve({ ...request, rowLevel: 0, colLevel: 0, type: 'float32', data, offset: 0, stride: cols }),
      );
    });
  const { streams } = createTrace({
    tokens: Array.from({ length: tokens }, (_, i) => `t${i}`),
    attention: {
      dims: [1, 1, tokens, tokens],
      matrix: () => ({ rows: tokens, cols: tokens, type: 'float32', max: 1, block }),
    },
  });
  const stream = streams[0]!;
  const all = { start: 0, end: tokens };
  const gatherer = new LineGatherer((gathered) => told.push(gathered));
  gatherer.want({
    stream,
    heads: [{ matrix: stream.matrix(0, 0), color: 0, cost: 1 }],
    rule: { edges: 'threshold', threshold: 0.5 },
    queries: all,
    keys: all,
    tile: { rows: 1, cols: tokens },
    window: undefined,
  });
  return { answers, told, gatherer };
}

test('lines in part are told at most twice a second, and all of them as soon as they are there', async () => {
  const { answers, told, gatherer } = gather();
  const start = performance.now();
  await expect.poll(() => answers.length).toBe(tokens);
  for (const answer of answers) {
    answer();
    await nextFrame();
  }
  await nextFrame();
  const whole = told.at(-1)!;
  expect(whole).toMatchObject({ waiting: false, lines: { count: tokens, partial: false } });
  const inPart = told.slice(0, -1);
  expect(inPart.every(({ waiting, lines }) => waiting && lines.partial)).toBe(true);
  expect(inPart.length).toBeLessThanOrEqual(1 + (performance.now() - start) / 500);
  await nextFrame();
  expect(told.at(-1)).toBe(whole);
  gatherer.destroy();
});

test('those of a slow source are told while the rest is on its way', async () => {
  const { answers, told, gatherer } = gather();
  await expect.poll(() => answers.length).toBe(tokens);
  for (const answer of answers.slice(0, 7)) answer();
  await expect.poll(() => told.at(-1)).toMatchObject({ waiting: true, lines: { count: 7, partial: true } });
  gatherer.destroy();
});

test('what comes after the end is told to nobody', async () => {
  const { answers, told, gatherer } = gather();
  await expect.poll(() => answers.length).toBe(tokens);
  const before = told.length;
  gatherer.destroy();
  for (const answer of answers) answer();
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(told.length).toBe(before);
});
