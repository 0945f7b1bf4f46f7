import { expect, test } from 'vitest';
import { computedMatrix } from '../../../src/lib/trace/index.js';
import { ReadMatrix } from '../../../src/lib/trace/read-matrix.js';

test('weights that were read for coarser levels are let go when others need the room, and read again', () => {
  const size = 1024;
  const reads = Array<number>(40).fill(0);
  const matrices = reads.map(
    (_, i) =>
      new ReadMatrix({
        rows: size,
        cols: size,
        read({ row, col, rows, cols }) {
          reads[i]!++;
          const data = new Float32Array(rows * cols).fill(i / 40);
          return {
            row,
            col,
            rows,
            cols,
            rowLevel: 0,
            colLevel: 0,
            type: 'float32',
            data,
            offset: 0,
            stride: cols,
          };
        },
      }),
  );
  const look = (i: number): number => {
    const block = matrices[i]!.block({ row: 0, col: 0, rows: 64, cols: 64, rowLevel: 4, colLevel: 4 });
    if (block instanceof Promise) throw new Error('It is quick to read.');
    return block.data[block.offset]!;
  };
  // 4 MB each: 160 MB would be kept.
  matrices.forEach((_, i) => expect(look(i)).toBe(Math.fround(i / 40)));
  expect(look(39)).toBe(Math.fround(39 / 40));
  expect(reads[39]).toBe(1);
  expect(look(0)).toBe(0);
  expect(reads[0]).toBe(2);
});

test('between the parts of a large matrix that answers at once, others have their turn', async () => {
  const size = 8192;
  let reads = 0;
  let [atOnce, before] = [0, 0];
  const matrix = computedMatrix({
    rows: size,
    cols: size,
    read({ rows, cols }) {
      reads++;
      for (const start = performance.now(); performance.now() - start < 5;);
      return new Float32Array(rows * cols).fill(0.5);
    },
  });
  const others = setInterval(() => {
    atOnce = Math.max(atOnce, reads - before);
    before = reads;
  });
  const block = await matrix.block({ row: 0, col: 0, rows: 1, cols: 1, rowLevel: 13, colLevel: 13 });
  clearInterval(others);
  expect(block.data[block.offset]).toBe(0.5);
  expect(reads).toBe(64);
  expect(Math.max(atOnce, reads - before)).toBeLessThan(16);
});
