import { afterEach, expect, test, vi } from 'vitest';
import { heldBackMs, noteMovement } from '../../../src/lib/trace/pyramid/movement.js';
import { runTask } from '../../../src/lib/trace/pyramid/run-task.js';
import type { Task } from '../../../src/lib/trace/pyramid/tasks.js';

afterEach(() => vi.restoreAllMocks());

const task = (): Task => ({
  ...{ op: 'reduce', data: new Float32Array(4), type: 'float32', rows: 2, cols: 2 },
  ...{ rowLevel: 1, colLevel: 1, reduce: 'max' },
});

async function orderOf(...urgencies: Parameters<typeof runTask>[1][]): Promise<string[]> {
  const order: string[] = [];
  await Promise.all(urgencies.map((urgency) => runTask(task, urgency).then(() => order.push(urgency))));
  return order;
}

test('while the screen moves quick looks alone are begun, and the rest when it rests', async () => {
  expect(await orderOf('near', 'look')).toEqual(['near', 'look']);
  noteMovement();
  expect(await orderOf('near', 'whole', 'look')).toEqual(['look', 'near', 'whole']);
});

test('a movement holds work back until it rests, and no longer than some seconds', () => {
  let now = 1e6;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  expect(heldBackMs()).toBe(0);
  noteMovement();
  const rest = heldBackMs();
  expect(rest).toBeGreaterThan(50);
  now += rest;
  expect(heldBackMs()).toBe(0);
  const held = Array.from({ length: 200 }, () => {
    now += rest / 2;
    noteMovement();
    return heldBackMs() > 0;
  });
  expect(held.slice(0, 20)).not.toContain(false);
  expect(held.slice(-20)).not.toContain(true);
  now += 2 * rest;
  noteMovement();
  expect(heldBackMs()).toBeGreaterThan(50);
});
