import { expect, test } from 'vitest';
import { nextTurn } from '../../../src/lib/trace/next-turn.js';

test('turns come in order, each after what the one before it has promised', async () => {
  const seen: string[] = [];
  nextTurn(() => {
    seen.push('first');
    void Promise.resolve().then(() => seen.push('promised'));
  });
  nextTurn(() => seen.push('second'));
  expect(seen).toEqual([]);
  await new Promise<void>(nextTurn);
  expect(seen).toEqual(['first', 'promised', 'second']);
});

test('frames have their turn between those of long work', async () => {
  let frames = 0;
  const count = (): void => {
    frames++;
    requestAnimationFrame(count);
  };
  requestAnimationFrame(count);
  for (let slice = 0; slice < 60; slice++) {
    const start = performance.now();
    while (performance.now() < start + 10);
    await new Promise<void>(nextTurn);
  }
  expect(frames).toBeGreaterThan(2);
});
