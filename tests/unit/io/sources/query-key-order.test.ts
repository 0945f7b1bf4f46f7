// What is computed first of attention from queries and keys, without a log-sum-exp, while all of it is asked for.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { queryKeyAttention } from '../../../../src/lib/io/index.js';
import { seeded } from '../../trace/arrays.js';
import type { ProductTask } from '../../../../src/lib/trace/pyramid/product.js';

const { made } = vi.hoisted(() => ({ made: [] as ProductTask[] }));

vi.mock('../../../../src/lib/trace/pyramid/run-task.js', async (original) => {
  const { runTask } = await original<typeof import('../../../../src/lib/trace/pyramid/run-task.js')>();
  const watched: typeof runTask = (make, ...rest) =>
    runTask(
      () => {
        const task = make();
        made.push(task as ProductTask);
        return task;
      },
      ...rest,
    );
  return { runTask: watched };
});

const tokens = 4 * 2048;
const whole = { row: 0, col: 0, rows: tokens, cols: tokens };
let stop: AbortController;
beforeEach(() => (stop = new AbortController()));
afterEach(() => stop.abort());

function longMatrix() {
  const next = seeded(5);
  const vectors = () => ({
    dims: [1, 1, tokens, 2],
    data: Float32Array.from({ length: tokens * 2 }, next),
  });
  made.length = 0;
  return queryKeyAttention({ queries: vectors(), keys: vectors(), causal: true }).matrix(0, 0);
}

test.each([
  ['a sample', { row: 0, col: 0, rows: 48, cols: 48, rowLevel: 7, colLevel: 7, sample: true }],
  // Of so many weights that they are not computed at once.
  ['what is looked at', { row: 4400, col: 0, rows: 900, cols: tokens }],
])('%s does not wait for the sums of the whole', async (_, request) => {
  const matrix = longMatrix();
  void Promise.resolve(matrix.block({ ...whole, rowLevel: 7, colLevel: 7 }, { signal: stop.signal })).catch(
    () => {},
  );
  await expect.poll(() => made.length).toBeGreaterThan(0);
  const begun = made.length;
  await matrix.block(request);
  const ofWhole = made
    .slice(begun)
    .filter((task) => task.queryStep === 1 && task.queries.length === 2 * 2048);
  // One of ten may begin before each of its two steps.
  expect(ofWhole.length).toBeLessThan(4);
});
