import { afterEach, describe, expect, test } from 'vitest';
import { tableColor, viridis } from '../../../src/lib/render/colors/index.js';
import { createHeatmapLayer, stageInfo, type ReadingProgress } from '../../../src/lib/render/index.js';
import { heldBackMs } from '../../../src/lib/trace/pyramid/movement.js';
import type { Block, BlockOptions, BlockRequest, Matrix } from '../../../src/lib/trace/types.js';
import { cleanUp, denseMatrix, makeSurface, until } from './helpers.js';

afterEach(cleanUp);

interface Call {
  request: BlockRequest;
  signal: AbortSignal | undefined;
  answer(): void;
  fail(reason: Error): void;
}

/** A matrix, of one weight or others, whose blocks arrive when the test says so. */
function slowMatrix(side: number, weight: number | ((row: number, col: number) => number)) {
  const dense = denseMatrix(side, side, 'float32', typeof weight === 'number' ? () => weight : weight);
  const calls: Call[] = [];
  const matrix: Matrix = {
    ...dense,
    block(request, options) {
      return new Promise<Block>((resolve, reject) => {
        calls.push({
          request,
          signal: options?.signal,
          answer: () => resolve(dense.block(request) as Block),
          fail: reject,
        });
      });
    },
  };
  return { matrix, calls };
}

const color = (weight: number) => [...tableColor(viridis, weight), 255];
const nothing = [0, 0, 0, 0];
const whole = (side: number) => ({ query: 0, key: 0, queries: side, keys: side });

async function view(side = 100) {
  const test = makeSurface(side, side);
  let reading: ReadingProgress | null = null;
  const layer = createHeatmapLayer(test.surface, { onReading: (now) => (reading = now) });
  layer.setProps({ table: viridis, rect: { x: 0, y: 0, width: side, height: side }, gap: false });
  await test.surface.ready;
  return { ...test, test, layer, draw: () => test.surface.drawNow(), pending: () => reading !== null };
}

test('long work waits while what is seen moves, not for the first picture of a matrix', async () => {
  const { matrix } = slowMatrix(10, 0.8);
  const { layer } = await view();
  await expect.poll(heldBackMs).toBe(0);
  layer.setProps({ matrix, viewport: whole(10) });
  expect(heldBackMs()).toBe(0);
  layer.setProps({ viewport: whole(5) });
  expect(heldBackMs()).toBeGreaterThan(0);
  await expect.poll(heldBackMs).toBe(0);
});

describe('blocks that arrive later', () => {
  test('are drawn when they arrive, without being asked', async () => {
    const { matrix, calls } = slowMatrix(10, 0.8);
    const { layer, draw, pixel, test, pending } = await view();
    layer.setProps({ matrix, viewport: whole(10) });
    draw();
    expect(pixel(50, 50)).toEqual(nothing);
    expect(pending()).toBe(true);
    const { draws } = test;
    calls[0]!.answer();
    await until(() => test.draws > draws);
    expect(pixel(50, 50)).toEqual(color(0.8));
    expect(pending()).toBe(false);
  });

  test('the old head stays whole until the new one is read', async () => {
    const first = slowMatrix(10, 0.2);
    const second = slowMatrix(10, 0.9);
    const { layer, draw, pixel, test, pending } = await view();
    layer.setProps({ matrix: first.matrix, viewport: whole(10) });
    draw();
    first.calls[0]!.answer();
    await until(() => !pending());
    layer.setProps({ matrix: second.matrix });
    draw();
    expect(pixel(50, 50)).toEqual(color(0.2));
    const { draws } = test;
    second.calls[0]!.answer();
    await until(() => test.draws > draws);
    expect(pixel(50, 50)).toEqual(color(0.9));
  });

  test('a head of another size does not stand in', async () => {
    const first = slowMatrix(10, 0.2);
    const { layer, draw, pixel, pending } = await view();
    layer.setProps({ matrix: first.matrix, viewport: whole(10) });
    draw();
    first.calls[0]!.answer();
    await until(() => !pending());
    layer.setProps({ matrix: slowMatrix(11, 0.9).matrix });
    draw();
    expect(pixel(50, 50)).toEqual(nothing);
  });

  test('an old head whose tiles were evicted is not drawn from thin air', async () => {
    const [first, second] = [slowMatrix(2000, 0.2), slowMatrix(2000, 0.9)];
    const near = { query: 0, key: 0, queries: 10, keys: 10 };
    const { layer, draw, pixel, pending } = await view();
    layer.setProps({ matrix: first.matrix, viewport: near, memoryBudget: 1 });
    draw();
    first.calls[0]!.answer();
    await until(() => !pending());
    draw();
    expect(pixel(50, 50)).toEqual(color(0.2));
    layer.setProps({ viewport: { ...near, query: 1800 } });
    draw();
    layer.setProps({ matrix: second.matrix, viewport: near });
    draw();
    expect(pixel(50, 50)).toEqual(nothing);
    layer.setProps({ memoryBudget: 256 * 2 ** 20 });
  });

  test('a block that cannot be a texture is reported', async () => {
    const { matrix, calls } = slowMatrix(10, 0.5);
    const { layer, draw, errors } = await view();
    const nonsense = () => Promise.resolve({ rows: 10, cols: 10 } as Block);
    layer.setProps({ matrix: { ...matrix, block: nonsense }, viewport: whole(10) });
    draw();
    await until(() => errors.length > 0);
    expect(errors[0]!.code).toBe('block-failed');
    expect(calls).toHaveLength(0);
  });

  test('zooming leaves no hole: the coarser level stands in', async () => {
    const { matrix, calls } = slowMatrix(700, 0.6);
    const { layer, draw, pixel, pending } = await view();
    layer.setProps({ matrix, viewport: whole(700) });
    draw();
    calls[0]!.answer();
    await until(() => !pending());
    layer.setProps({ viewport: { query: 505, key: 505, queries: 10, keys: 10 } });
    draw();
    expect(pending()).toBe(true);
    expect(calls.slice(1).map(({ request }) => [request.rowLevel, request.colLevel])).toEqual(
      Array(4).fill([0, 0]),
    );
    for (const at of [5, 50, 95]) expect(pixel(at, at)).toEqual(color(0.6));
    // A tile that is there replaces what stood in, its gaps too.
    layer.setProps({ gap: true });
    calls[1]!.answer();
    await until(() => pixel(9, 5)[3] === 0);
    expect(pixel(5, 5)).toEqual(color(0.6));
  });

  test.each([[[0, 1, 2]], [[3, 0, 1]], [[2, 3, 0]], [[1, 2, 3]]])(
    'finer tiles %j of four are there: each pixel is of its own cell, or of the coarser one that it lies in',
    async (order) => {
      const { matrix, calls } = slowMatrix(700, (row, col) => ((row * 31 + col * 17) % 97) / 97);
      const { layer, draw, pixels, pending } = await view();
      layer.setProps({ matrix, viewport: whole(700) });
      draw();
      calls[0]!.answer();
      await until(() => !pending());
      // Tiles meet at 41.7 px from above and 56.3 px from the left.
      layer.setProps({ viewport: { query: 470.3, key: 455.7, queries: 100, keys: 100 } });
      draw();
      const coarse = pixels();
      const pictures: Uint8ClampedArray[] = [];
      for (const tile of [...order, [0, 1, 2, 3].find((each) => !order.includes(each))!]) {
        calls[1 + tile]!.answer();
        await new Promise((resolve) => setTimeout(resolve));
        draw();
        pictures.push(pixels());
      }
      expect(pending()).toBe(false);
      const fine = pictures.at(-1)!;
      expect(fine.some((byte, i) => byte !== coarse[i])).toBe(true);
      pictures.forEach((picture, i) => {
        const there = [...order, -1].slice(0, i + 1);
        const wrong = Array.from({ length: 100 * 100 }, (_, at) => at).filter((at) => {
          const tile = 2 * Number(Math.floor(at / 100) >= 42) + Number(at % 100 >= 56);
          const right = i === 3 || there.includes(tile) ? fine : coarse;
          return [0, 1, 2, 3].some((byte) => picture[4 * at + byte] !== right[4 * at + byte]);
        });
        expect(wrong).toEqual([]);
      });
    },
  );

  test('a quick look is drawn first and said to be one, with how far the rest is; then the whole', async () => {
    const test = makeSurface(100, 100);
    const told: (ReadingProgress | null)[] = [];
    const layer = createHeatmapLayer(test.surface, { onReading: (reading) => told.push(reading) });
    layer.setProps({ table: viridis, rect: { x: 0, y: 0, width: 100, height: 100 }, gap: false });
    await test.surface.ready;
    const dense = denseMatrix(200, 200, 'uint8', (row, col) => (row % 2 === 1 && col === 7 ? 1 : 0.2));
    const waiting: { options: BlockOptions; answer: () => void }[] = [];
    const matrix: Matrix = {
      ...dense,
      canSample: true,
      block(request, options = {}) {
        if (!request.sample)
          return new Promise((answer) => {
            waiting.push({ options, answer: () => answer(dense.block(request)) });
          });
        const block = dense.block(request) as Block;
        return { ...block, data: new Uint8Array(block.data.length).fill(51), sampled: true };
      },
    };
    layer.setProps({ matrix, viewport: whole(200) });
    test.surface.drawNow();
    // Columns 6 and 7 share a pixel, whose maximum the sample does not know.
    expect(test.pixel(3, 50)).toEqual(color(0.2));
    expect(told).toEqual([{ share: 0, sampled: true }]);
    waiting[0]!.options.onProgress!(0.504);
    expect(told.at(-1)).toEqual({ share: 0.5, sampled: true });
    const { draws } = test;
    waiting[0]!.answer();
    await until(() => test.draws > draws);
    expect(test.pixel(3, 50)).toEqual(color(1));
    expect(test.pixel(50, 50)).toEqual(color(0.2));
    expect(told.at(-1)).toBeNull();
    expect(waiting).toHaveLength(1);
  });

  test('a block nobody waits for any more is aborted, and asked for again when needed', async () => {
    const { matrix, calls } = slowMatrix(2000, 0.6);
    const { layer, draw } = await view();
    const near = { query: 0, key: 0, queries: 10, keys: 10 };
    layer.setProps({ matrix, viewport: near });
    draw();
    layer.setProps({ viewport: { ...near, query: 1800 } });
    draw();
    expect(calls.map(({ signal }) => signal?.aborted)).toEqual([true, false]);
    layer.setProps({ viewport: near });
    draw();
    expect(calls).toHaveLength(3);
  });

  test('an answer after the layer was destroyed is let go', async () => {
    const { matrix, calls } = slowMatrix(10, 0.6);
    const { layer, draw } = await view();
    layer.setProps({ matrix, viewport: whole(10) });
    draw();
    layer.destroy();
    layer.destroy();
    calls[0]!.answer();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(stageInfo().textures).toBe(0);
  });
});

describe('blocks that fail', () => {
  test('are reported once, the rest is drawn, and a later look tries again', async () => {
    const { matrix, calls } = slowMatrix(1000, 0.5);
    const { layer, draw, errors, pixel, pending } = await view();
    const viewport = { query: 507, key: 0, queries: 10, keys: 10 };
    layer.setProps({ matrix, viewport });
    draw();
    calls[0]!.fail(new Error('HTTP 500 for chunk 0/0.'));
    calls[1]!.answer();
    await until(() => !pending() && errors.length > 0);
    draw();
    expect(errors.map(({ code, message }) => [code, message])).toEqual([
      ['block-failed', 'Some weights could not be read: HTTP 500 for chunk 0/0.'],
    ]);
    expect(pixel(50, 90)).toEqual(color(0.5));
    expect(pixel(50, 10)).toEqual(nothing);
    layer.setProps({ viewport: { ...viewport, query: 600 } });
    draw();
    layer.setProps({ viewport });
    draw();
    expect(calls).toHaveLength(3);
  });

  test('also when block throws at once', async () => {
    const { layer, draw, errors } = await view();
    const broken: Matrix = {
      rows: 5,
      cols: 5,
      type: 'uint8',
      block: () => {
        throw new RangeError('no such block');
      },
    };
    layer.setProps({ matrix: broken, viewport: whole(5) });
    draw();
    draw();
    expect(errors.map(({ code }) => code)).toEqual(['block-failed']);
    expect(errors[0]!.cause).toBeInstanceOf(RangeError);
  });
});

describe('memory', () => {
  test('two heatmaps of one head share its tiles', async () => {
    const matrix = denseMatrix(10, 10, 'uint8', () => 1);
    const [a, b] = [await view(), await view()];
    for (const { layer, draw } of [a, b]) {
      layer.setProps({ matrix, viewport: whole(10) });
      draw();
    }
    expect(matrix.requests).toHaveLength(1);
    // A colour table each, and one tile.
    expect(stageInfo().textures).toBe(3);
    a.layer.destroy();
    expect(b.draw()).toBe(true);
    expect(b.pixel(50, 50)).toEqual(color(1));
  });

  test('the least recently seen tiles go when the budget is spent, never those on the screen', async () => {
    const matrix = denseMatrix(2048, 600, 'uint8', () => 1);
    const { layer, draw, pixel } = await view();
    const at = (query: number) => {
      layer.setProps({ viewport: { query, key: 0, queries: 10, keys: 10 } });
      draw();
    };
    const tile = 512 * 512;
    layer.setProps({ matrix, memoryBudget: 2 * tile });
    for (const query of [0, 600, 0, 1100]) at(query);
    expect(stageInfo().textures).toBe(3);
    at(0);
    expect(matrix.requests).toHaveLength(3);
    at(600);
    expect(matrix.requests).toHaveLength(4);
    layer.setProps({ memoryBudget: 1 });
    draw();
    expect(pixel(50, 50)).toEqual(color(1));
    expect(stageInfo().textures).toBe(2);
    layer.setProps({ memoryBudget: 256 * 2 ** 20 });
  });
});
