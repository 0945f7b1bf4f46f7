import { expect, test } from 'vitest';
import { pacer } from '../../../src/lib/trace/pacer.js';
import { flowFrom } from '../../../src/lib/analysis/over-layers/max-flow.js';

test('what was sent one way is sent another where that makes room', async () => {
  // From 0 to 0 and 1; from 0 on to both, from 1 to 0 alone; both to 0. The first way found blocks the only one from 1.
  const levels = [Float32Array.of(1, 1, 0, 0), Float32Array.of(1, 1, 1, 0), Float32Array.of(1, 0, 1, 0)];
  expect([...(await flowFrom(levels, 2, 0, pacer()))]).toEqual([2, 0]);
});
