import { describe, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { createTrace, type AttentionSource } from '../../../src/lib/index.js';
import { layerColors } from '../../../src/lib/render/colors/index.js';
import type { Matrix } from '../../../src/lib/trace/index.js';
import { generatedTrace } from '../../../src/stories/generated-model.js';
import { generatedSource } from '../../../src/stories/generated-source.js';
import { boxOf, centerOf, drawn, mouse, statusOf, usePage } from '../views/page.js';
import { fromHex, inkIn, takePicture } from '../views/pixels.js';
import { cellOf, gridOf, headsIn, showModel, thumbnailIn } from './model.js';

usePage();

/** Each head looks only at the first token; what is read of a head goes through `change`. */
function sourceOf(
  [layers, heads, tokens]: readonly [number, number, number],
  change: (matrix: Matrix, layer: number, head: number) => Partial<Matrix>,
): AttentionSource {
  const source = generatedSource(layers, heads, tokens, () => () => [[0, 1]]);
  return {
    ...source,
    matrix(layer, head) {
      const matrix = source.matrix(layer, head);
      const { rows, cols, type } = matrix;
      const block: Matrix['block'] = (request, options) => matrix.block(request, options);
      return { rows, cols, type, block, ...change(matrix, layer, head) };
    },
  };
}

const traceOf = (shape: readonly [number, number, number], change: Parameters<typeof sourceOf>[1]) =>
  createTrace({
    tokens: Array.from({ length: shape[2] }, (_, i) => `t${i}`),
    attention: sourceOf(shape, change),
  });

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test('a source that keeps some keys only says so', async () => {
  const all = await showModel({ trace: traceOf([1, 2, 8], () => ({})) });
  expect(all.region.getByText('some keys only').query()).toBeNull();
  await all.unmount();
  const few = await showModel({ trace: traceOf([1, 2, 8], () => ({ leftOut: () => 0.1 })) });
  await expect.element(few.region.getByText('some keys only')).toBeVisible();
});

describe('32 × 32 heads over 1,024 tokens', () => {
  test('only the heads in sight and about it are read; scrolled to, others are', async () => {
    const asked = new Set<string>();
    const trace = traceOf([32, 32, 1024], (matrix, layer, head) => ({
      block(request, options) {
        asked.add(`${layer}.${head}`);
        return matrix.block(request, options);
      },
    }));
    const { region } = await showModel({ trace, style: '--attentrace-height: 600px' });
    expect(asked.has('0.0')).toBe(true);
    expect(asked.has('31.31')).toBe(false);
    expect(asked.size).toBeLessThan(700);
    expect(region.getByRole('gridcell').elements().length).toBeLessThan(700);
    gridOf(region).element().focus();
    await userEvent.keyboard('{Control>}{End}{/Control}');
    await expect.poll(() => asked.has('31.31')).toBe(true);
    await drawn(region);
    expect(statusOf(region)).toContain('layer 31, head 31');
  });

  test('ordering tells how far it is, leaves the page its turn, and can be cancelled', async () => {
    let weights = 0;
    let most = 0;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      most = Math.max(most, weights);
      weights = 0;
      port2.postMessage(null);
    };
    const trace = traceOf([32, 32, 1024], (matrix) => ({
      block(request, options) {
        weights += request.rows * request.cols * 2 ** ((request.rowLevel ?? 0) + (request.colLevel ?? 0));
        return matrix.block(request, options);
      },
    }));
    const { region } = await showModel({ trace, style: '--attentrace-height: 600px' });
    weights = 0;
    port2.postMessage(null);
    await region.getByRole('combobox', { name: 'order', exact: true }).selectOptions('by entropy');
    const measured = () =>
      Number(/measuring ([\d,]+) of 1,024/.exec(statusOf(region))?.[1]?.replace(',', ''));
    await expect.poll(measured).toBeGreaterThan(2);
    await mouse.move(centerOf(cellOf(region, 1, 2)));
    await expect.poll(() => statusOf(region)).toContain('layer 1, head 2');
    await region.getByRole('button', { name: 'cancel' }).click();
    await expect.poll(() => statusOf(region)).not.toContain('measuring');
    await expect
      .element(region.getByRole('combobox', { name: 'order', exact: true }))
      .toHaveDisplayValue('model order');
    port1.close();
    // What 12 ms can take: far from the billion weights there are.
    expect(most).toBeLessThan(2 ** 25);
    // The heads in sight in the old order may be read again; the billion weights would take far longer than that.
    const readMeanwhile = async () => {
      weights = 0;
      await later(300);
      return weights;
    };
    await expect.poll(readMeanwhile).toBe(0);
  });

  test('a head opens large', async () => {
    const { region } = await showModel({ trace: generatedTrace(), style: '--attentrace-height: 600px' });
    await mouse.click(centerOf(cellOf(region, 1, 3)));
    await expect.element(page.getByRole('region', { name: 'layer 1, head 3', exact: true })).toBeVisible();
  });
});

test('heads that arrive late are drawn when they do', async () => {
  const arrivals: (() => void)[] = [];
  const trace = traceOf([1, 2, 8], (matrix) => ({
    block: (request, options) =>
      new Promise((resolve) => arrivals.push(() => resolve(matrix.block(request, options)))),
  }));
  const { region } = await showLate(trace);
  await expect.poll(() => arrivals.length).toBe(2);
  expect(statusOf(region)).toContain('0 of 2 drawn');
  arrivals[1]!();
  await expect.poll(() => statusOf(region)).toContain('1 of 2 drawn');
  arrivals[0]!();
  await drawn(region);
  const picture = await takePicture(boxOf(gridOf(region)));
  for (const head of [0, 1]) {
    const box = thumbnailIn(cellOf(region, 0, head));
    const [ground, color] = [fromHex('#f5f6f8'), fromHex(layerColors(1, 'light')[0]!)];
    // The first token is joined to itself by a level line.
    expect(
      inkIn(picture.at({ x: box.x + box.width / 2, y: box.y + box.height / 16 }), ground, color),
    ).toBeGreaterThan(0.5);
    expect(inkIn(picture.at({ x: box.right - 2, y: box.bottom - 3 }), ground, color)).toBeCloseTo(0, 5);
  }
});

/** Without waiting for it to be drawn. */
async function showLate(trace: ReturnType<typeof traceOf>) {
  const { render } = await import('vitest-browser-svelte');
  const { ModelView } = await import('../../../src/lib/index.js');
  const screen = await render(ModelView, { theme: 'light', trace });
  return { region: screen.getByRole('region') };
}

describe('a head that cannot be read', () => {
  const broken = traceOf([2, 3, 8], (matrix, layer, head) => ({
    block(request, options) {
      if (layer === 1 && head === 1) throw new Error('chunk 4 is missing');
      return matrix.block(request, options);
    },
  }));

  test('says so in its cell, and the others are drawn', async () => {
    const { region } = await showModel({ trace: broken });
    expect(region.getByRole('alert').query()).toBeNull();
    const cell = cellOf(region, 1, 1);
    await expect.element(cell).toHaveTextContent('cannot be read: chunk 4 is missing');
    expect(cellOf(region, 1, 2).element().textContent).not.toContain('cannot');
    await mouse.move(centerOf(cell));
    await expect.poll(() => statusOf(region)).toContain('cannot be read: chunk 4 is missing');
    const picture = await takePicture(boxOf(gridOf(region)));
    const box = thumbnailIn(cellOf(region, 1, 2));
    const color = fromHex(layerColors(2, 'light')[1]!);
    expect(
      inkIn(picture.at({ x: box.x + 3, y: box.y + box.height / 16 }), fromHex('#f5f6f8'), color),
    ).toBeGreaterThan(0.5);
  });

  test('is last where heads are ordered', async () => {
    const { region } = await showModel({ trace: broken, orderBy: 'first-token', orderWithin: 'model' });
    expect(
      headsIn(region)
        .map((name) => name.slice(0, 3))
        .at(-1),
    ).toBe('1.1');
    await expect.element(cellOf(region, 1, 1)).toHaveTextContent('–');
  });
});
