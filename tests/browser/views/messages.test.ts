import { afterEach, describe, expect, test, vi } from 'vitest';
import { stageInfo } from '../../../src/lib/render/index.js';
import { loadFixture } from '../../../src/stories/fixtures.js';
import { boxOf, mouse, showHeadView, showHeatmap, statusOf, usePage } from './page.js';
import { takePicture } from './pixels.js';

usePage();
afterEach(() => vi.restoreAllMocks());

const views = [['Heatmap', showHeatmap] as const, ['HeadView', showHeadView] as const];
const pair = await loadFixture('pair');

describe.each(views)('%s', (_, show) => {
  test('draws one token that looks at itself', async () => {
    const { region } = await show({ tokens: ['Hello'], attention: [[[[1]]]] });
    await expect.poll(() => statusOf(region)).toMatch(/1 × 1|1 of 1 weights/);
  });

  test('draws again when the graphics context is back, and says so meanwhile', async () => {
    const catching = vi.spyOn(OffscreenCanvas.prototype, 'getContext');
    await gone();
    const { region } = await show({
      trace: pair,
      layer: 3,
      ...(show === showHeatmap ? { head: 1 } : { heads: [1] }),
    });
    const contexts = catching.mock.results.map(({ value }) => value as unknown);
    const context = contexts.find(
      (value): value is WebGL2RenderingContext => value instanceof WebGL2RenderingContext,
    )!;
    const picture = async () => {
      const colors: string[] = [];
      (await takePicture(boxOf(region))).each((color) => colors.push(color.join()));
      return colors;
    };
    await mouse.leave();
    await expect.poll(async () => new Set(await picture()).size).toBeGreaterThan(20);
    const before = await picture();
    const extension = context.getExtension('WEBGL_lose_context')!;
    extension.loseContext();
    await expect.element(region.getByRole('alert')).toHaveTextContent(/graphics context/);
    extension.restoreContext();
    await expect.element(region.getByRole('alert')).not.toBeInTheDocument();
    await expect.poll(async () => differences(before, await picture())).toBe(0);
  });

  test('leaves no error behind when it is unmounted before it is ready', async () => {
    const errors = vi.fn();
    window.addEventListener('error', errors);
    window.addEventListener('unhandledrejection', errors);
    const view = await show({});
    void view.change({ trace: pair });
    await view.unmount();
    await gone();
    expect(errors).not.toHaveBeenCalled();
    window.removeEventListener('error', errors);
    window.removeEventListener('unhandledrejection', errors);
  });
});

/** Until no view holds the page's context, so that the next one starts it anew. */
async function gone(): Promise<void> {
  await expect.poll(() => stageInfo()).toEqual({ contexts: 0, surfaces: 0, textures: 0 });
}

const differences = (a: string[], b: string[]): number => a.filter((color, i) => color !== b[i]).length;
