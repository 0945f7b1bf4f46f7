import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => vi.unstubAllGlobals());

test('a worker that dies during a task: it is done on the page, and others still by workers', async () => {
  const [rows, cols] = [2500, 2100];
  const data = new Uint8Array(rows * cols);
  data[1234 * cols + 2001] = 230;
  const Real = Worker;
  const given = { died: 0, lived: 0 };
  vi.stubGlobal(
    'Worker',
    class extends Real {
      override postMessage(task: unknown, how?: Transferable[] | StructuredSerializeOptions) {
        if (given.died > 0) {
          given.lived++;
          return super.postMessage(task, how as Transferable[]);
        }
        given.died++;
        // What it was given is gone with it.
        structuredClone(task, { transfer: how as Transferable[] });
        this.terminate();
        setTimeout(() => this.dispatchEvent(new ErrorEvent('error', { cancelable: true })));
      }
    },
  );
  const { DenseMatrix } = await import('../../../src/lib/trace/index.js');
  const request = { row: 0, col: 0, rows: 99, cols: 99, rowLevel: 6, colLevel: 6 };
  const block = await new DenseMatrix(rows, cols, 'uint8', data).block(request);
  expect(block.data[(1234 >> 6) * Math.ceil(cols / 64) + (2001 >> 6)]).toBe(230);
  expect([...block.data].filter((stored) => stored > 0)).toEqual([230]);
  expect(given.died).toBe(1);
  expect(given.lived).toBeGreaterThan(0);
});
