import { describe, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import float32 from '../../../fixtures/minilm-pair-float32.safetensors?url';
import { createTrace, NeuronView, type Trace } from '../../../src/lib/index.js';
import { loadSafetensors, queryKeyAttention, topKeyAttention } from '../../../src/lib/io/index.js';
import { blockWeights, type Block, type Matrix, type Stream } from '../../../src/lib/trace/index.js';
import { loadFixture } from '../../../src/stories/fixtures.js';
import { largeHead } from '../../../src/stories/generated-heads.js';
import { generatedSource } from '../../../src/stories/generated-source.js';
import { boxOf, centerOf, drawn, mouse, statusOf, swipe, tap, usePage } from '../views/page.js';
import { fromHex, inkIn, takePicture } from '../views/pixels.js';
import { headColors } from '../../../src/lib/render/colors/index.js';
import { numbersOf, queryOf, rowsOf, showNeurons } from './neurons.js';

usePage();

const pair = await loadFixture('pair');
const [layer, head, query] = [3, 1, 16];

/** A trace whose weights arrive when they are let, with the reads asked for. */
function late(trace: Trace) {
  const held = trace.stream();
  const reads: { arrive: () => void; fail: (cause: Error) => void; signal?: AbortSignal; rows: number }[] =
    [];
  const stream: Stream = {
    ...held,
    matrix(layer, head) {
      const matrix = held.matrix(layer, head);
      const block: Matrix['block'] = (request, options) =>
        new Promise<Block>((resolve, fail) =>
          reads.push({
            arrive: () => resolve(matrix.block(request)),
            fail,
            signal: options?.signal,
            rows: request.rows,
          }),
        );
      return { rows: matrix.rows, cols: matrix.cols, type: matrix.type, block };
    },
  };
  const asTrace: Trace = { ...trace, streams: [stream], stream: () => stream };
  return { trace: asTrace, reads };
}

/** Lets reads arrive until the view is calm. */
async function letArrive(reads: ReturnType<typeof late>['reads'], region: ReturnType<typeof page.getByRole>) {
  await expect
    .poll(() => {
      for (const read of reads.splice(0)) read.arrive();
      return region.element().getAttribute('aria-busy');
    })
    .toBe('false');
}

describe('MiniLM in float32, as the model computed it', async () => {
  const recorded = (await loadSafetensors(new URL(float32, location.href))).stream();
  const stream: Stream = { ...pair.stream(), matrix: recorded.matrix };
  const trace: Trace = { ...pair, streams: [stream], stream: () => stream };

  test.each([0, 1, 2, 3, 4, 5])(
    'softmax(q·k ÷ √32) is the attention recorded to 1e-5, layer %i',
    async (layer) => {
      const { region } = await showNeurons({ trace, layer, selection: { layer, query } });
      for (const head of stream.heads) {
        if (head > 0) await region.getByRole('button', { name: 'next head' }).click();
        await expect
          .poll(() => statusOf(region), { message: `head ${head}` })
          .toMatch(/reproduces the recorded attention to \de-[678]/);
        await drawn(region);
        expect(region.getByRole('note').query()).toBeNull();
      }
      // What the table writes is the recorded weight.
      const rows = rowsOf(region);
      const weights = rows.map((row) => Number(row.querySelector('.number')!.textContent!.replace('<', '')));
      weights.forEach((weight, key) => {
        const block = recorded.matrix(layer, 11).block({ row: query, col: key, rows: 1, cols: 1 }) as Block;
        expect(Math.abs(weight - block.data[block.offset]!)).toBeLessThan(0.0051);
      });
    },
  );

  test('a source that keeps some keys only says so, and is not taken to differ', async () => {
    const { rows, cols } = stream.matrix(layer, head);
    const kept = [...Array(rows).keys()].map((row) => {
      const weights = blockWeights(stream.matrix(layer, head).block({ row, col: 0, rows: 1, cols }) as Block);
      return [...weights.keys()]
        .sort((a, b) => weights[b]! - weights[a]!)
        .slice(0, 3)
        .map((key) => ({ key, weight: weights[key]! }));
    });
    const dims = [1, 1, rows, 3];
    const few = createTrace({
      tokens: stream.queryTokens.map(({ raw }) => raw),
      attention: topKeyAttention({
        keys: { dims, data: Int32Array.from(kept.flat(), ({ key }) => key) },
        weights: { dims, data: Float32Array.from(kept.flat(), ({ weight }) => weight) },
      }),
    }).stream();
    const sparse: Stream = { ...stream, matrix: () => few.matrix(0, 0) };
    const trace: Trace = { ...pair, streams: [sparse], stream: () => sparse };
    const { region } = await showNeurons({ trace, layer, head });
    await expect.element(region.getByText('some keys only')).toBeVisible();
    expect(statusOf(region)).toContain('reproduces the recorded attention');
    await mouse.move(centerOf(queryOf(region, query)));
    const left = 1 - kept[query]!.reduce((sum, { weight }) => sum + weight, 0);
    await expect
      .poll(() => statusOf(region))
      .toContain(`${left.toFixed(3)} of this query’s weight is not kept`);
  });
});

describe('weights that arrive late', () => {
  test('lines come when they do; an opened query needs none of them', async () => {
    const { trace, reads } = late(pair);
    const screen = await render(NeuronView, {
      theme: 'light',
      style: '--attentrace-height: 680px',
      trace,
      layer,
      head,
      threshold: 0.5,
    });
    const region = screen.getByRole('region');
    await expect.poll(() => statusOf(region)).toContain('0 of 576 weights');
    expect(region.element().getAttribute('aria-busy')).toBe('true');
    expect(queryOf(region, query).element().checkVisibility()).toBe(true);
    await letArrive(reads, region);
    const expected = [...Array(24).keys()]
      .flatMap((q) => numbersOf(pair.stream(), layer, head, q).rows)
      .filter(({ weight }) => weight >= 0.5).length;
    expect(statusOf(region)).toContain(`${expected} of 576 weights`);
    await mouse.move(centerOf(queryOf(region, query)));
    await expect.poll(() => statusOf(region)).toContain('them → keys 0.94');

    await region.getByRole('button', { name: 'next head' }).click();
    await mouse.click(centerOf(queryOf(region, query)));
    await expect.element(region.getByRole('grid', { name: 'Query “them” looks at' })).toBeVisible();
    const [first] = numbersOf(pair.stream(), layer, head + 1, query).rows;
    await expect
      .poll(() => Number(rowsOf(region)[0]!.querySelector('.number')!.textContent))
      .toBeCloseTo(first!.weight, 2);
    await letArrive(reads, region);
    expect(statusOf(region)).toContain('reproduces the recorded attention');
  });

  test('those of a head that is left are let go, and what fails is said', async () => {
    const { trace, reads } = late(pair);
    const screen = await render(NeuronView, { theme: 'light', trace });
    const region = screen.getByRole('region');
    await expect.poll(() => reads.filter(({ rows }) => rows === 24).length).toBe(1);
    const whole = reads.find(({ rows }) => rows === 24)!;
    await region.getByRole('button', { name: 'next head' }).click();
    await expect.poll(() => whole.signal!.aborted).toBe(true);
    await expect.poll(() => reads.filter(({ rows }) => rows === 24).length).toBe(2);
    reads.findLast(({ rows }) => rows === 24)!.fail(new Error('the file is cut short'));
    await expect.element(region.getByRole('alert')).toHaveTextContent('the file is cut short');
  });
});

test('of a head too large to be drawn whole, the lines of the token looked at', async () => {
  const count = 3000;
  const source = generatedSource(1, 1, count, () => (query) => [
    [Math.max(0, query - 2), 0.6],
    [query, 0.3],
  ]);
  const reads: string[] = [];
  const { rows, cols, type } = source.matrix(0, 0);
  const matrix: Matrix = {
    ...{ rows, cols, type },
    block(request, options) {
      reads.push(`${request.rows} × ${request.cols}`);
      return source.matrix(0, 0).block(request, options);
    },
  };
  const vectors = { dims: [1, 1, count, 4], data: new Float32Array(count * 4) };
  const trace = createTrace({
    tokens: Array.from({ length: count }, (_, i) => `t${i}`),
    attention: { ...source, matrix: () => matrix, queries: vectors, keys: vectors },
  });
  const screen = await render(NeuronView, { theme: 'light', trace, style: '--attentrace-height: 680px' });
  const region = screen.getByRole('region');
  await expect.poll(() => statusOf(region)).toContain('hover a token for its lines');
  await mouse.move(centerOf(queryOf(region, 5)));
  await expect.poll(() => statusOf(region)).toContain('t5 → t3 0.60');
  expect(statusOf(region)).toContain('2 of 4,501,500 weights');
  expect(reads).not.toContain('3000 × 3000');
  const color = fromHex(headColors(1, 'light')[0]!);
  const canvas = region.element().querySelector('.sheet canvas')!.getBoundingClientRect();
  const ink = async (row: number): Promise<number> => {
    const picture = await takePicture(boxOf(region));
    const at = { x: canvas.right - 2, y: canvas.top + (row + 0.5) * 20 };
    return inkIn(picture.at(at), [255, 255, 255], color);
  };
  await expect.poll(() => ink(3)).toBeGreaterThan(0.3);
  expect(await ink(5)).toBeGreaterThan(0.15);
  expect(await ink(8)).toBeCloseTo(0, 5);
});

describe('touch', () => {
  test('a tap opens a query, one on a number tells it, one on the button closes it', async () => {
    await page.viewport(320, 640);
    const { region } = await showNeurons({ trace: pair, layer, head });
    await tap(centerOf(queryOf(region, 5)));
    await expect.element(region.getByRole('grid')).toBeVisible();
    const [, , score] = rowsOf(region)[2]!.querySelectorAll('[role="gridcell"]');
    const box = score!.getBoundingClientRect();
    await tap({ x: Math.min(box.x + 10, 310), y: box.y + 10 });
    await expect.poll(() => rowsOf(region)[2]!.getAttribute('aria-selected')).toBe('true');
    await expect.poll(() => statusOf(region)).toContain('cell → keys');
    await tap(centerOf(region.getByRole('button', { name: 'close cell' })));
    await expect.element(region.getByRole('grid')).not.toBeInTheDocument();
  });

  test('a finger scrolls the rows, and opens nothing', async () => {
    await page.viewport(320, 500);
    const { region } = await showNeurons({
      trace: largeHead(1024, 128),
      style: '--attentrace-height: 480px',
    });
    const scroller = region.element().querySelector('.scroller')!;
    const { x, y, height } = boxOf(region);
    await swipe({ x: x + 60, y: y + height - 90 }, -180);
    await expect.poll(() => scroller.scrollTop).toBeGreaterThan(60);
    expect(region.getByRole('grid').query()).toBeNull();
  });
});

test('attention that is computed from queries and keys: nothing else was recorded', async () => {
  const { queries, keys } = pair.stream();
  const tensor = (vectors: NonNullable<typeof queries>) => {
    const { layers, heads, tokens, dim } = vectors;
    const data = new Float32Array(layers * heads * tokens * dim);
    for (let i = 0; i < layers * heads * tokens; i++) {
      const [at, token] = [Math.floor(i / tokens), i % tokens];
      data.set(vectors.vector(Math.floor(at / heads), at % heads, token), i * dim);
    }
    return { dims: [layers, heads, tokens, dim], data };
  };
  const trace = createTrace({
    tokens: pair.stream().queryTokens.map(({ raw }) => raw),
    attention: queryKeyAttention({ queries: tensor(queries!), keys: tensor(keys!), causal: false }),
  });
  const { region } = await showNeurons({ trace, layer, head, threshold: 0.5 });
  expect(statusOf(region)).toMatch(/reproduces the recorded attention to \de-\d/);
  await mouse.move(centerOf(queryOf(region, query)));
  await expect.poll(() => statusOf(region)).toContain('them → keys 0.94');
  await mouse.click(centerOf(queryOf(region, query)));
  await expect.element(region.getByRole('grid', { name: 'Query “them” looks at' })).toBeVisible();
  const { rows } = numbersOf(pair.stream(), layer, head, query);
  rowsOf(region).forEach((row, key) =>
    expect(Number(row.querySelector('.number')!.textContent!.replace('<', '')), `key ${key}`).toBeCloseTo(
      rows[key]!.weight,
      2,
    ),
  );
});
