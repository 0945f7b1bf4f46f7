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
  test('says that there is nothing yet', async () => {
    const { region } = await show({});
    await expect.element(region.getByText('No attention yet')).toBeVisible();
    await expect.element(region.getByText('Pass a trace, or attention and tokens.')).toBeVisible();
    await expect.element(region.getByRole('alert')).not.toBeInTheDocument();
    await expect.element(region.getByRole('combobox')).not.toBeInTheDocument();
  });

  test.each([
    [
      'too few weights',
      {
        tokens: ['The', 'cat', 'sat'],
        attention: [
          [
            [
              [1, 0],
              [0.4, 0.6],
            ],
          ],
        ],
      },
      /attention/,
      /3/,
    ],
    [
      'a weight over 1',
      {
        tokens: ['a', 'b'],
        attention: [
          [
            [
              [1, 0],
              [0.4, 1.6],
            ],
          ],
        ],
      },
      /attention\[0\]\[0\]\[1\]/,
      /1\.6/,
    ],
    [
      'a weight that is not a number',
      {
        tokens: ['a', 'b'],
        attention: [
          [
            [
              [1, 0],
              [NaN, 0.6],
            ],
          ],
        ],
      },
      /attention\[0\]\[0\]\[1\]/,
      /NaN/,
    ],
    ['no tokens', { attention: [[[[1]]]] }, /tokens/, /tokens/],
    ['a layer that the trace does not hold', { trace: pair, layer: 99 }, /layer/, /0, 1, 2, 3, 4, 5/],
    ['a stream that the trace does not hold', { trace: pair, stream: 'cross' as const }, /stream/, /self/],
  ])('says where %s is wrong, and what to do', async (_, props, place, found) => {
    const view = await show(props);
    const alert = view.region.getByRole('alert');
    await expect.element(alert).toBeVisible();
    await expect.element(alert).toHaveTextContent(place);
    await expect.element(alert).toHaveTextContent(found);
    expect(alert.element().textContent!.length).toBeGreaterThan(60);
    await expect.element(view.region.getByRole('combobox')).not.toBeInTheDocument();
    // Better input takes the message away.
    await view.change({ trace: pair, layer: 0, stream: undefined });
    await expect.element(alert).not.toBeInTheDocument();
    await expect.element(view.region.getByRole('combobox', { name: 'layer' })).toBeVisible();
  });

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

  test('says what to do where there is no WebGL 2', async () => {
    await gone();
    const getContext = OffscreenCanvas.prototype.getContext;
    vi.spyOn(OffscreenCanvas.prototype, 'getContext').mockImplementation(function (
      this: OffscreenCanvas,
      ...args
    ) {
      return (args[0] as string) === 'webgl2' ? null : (getContext.apply(this, args as never) as never);
    });
    const { region } = await show({ trace: pair });
    await expect
      .element(region.getByRole('alert'))
      .toHaveTextContent(/WebGL 2 is missing or turned off\. Turn on hardware acceleration/);
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
  await expect.poll(() => stageInfo(), { timeout: 5000 }).toEqual({ contexts: 0, surfaces: 0, textures: 0 });
}

const differences = (a: string[], b: string[]): number => a.filter((color, i) => color !== b[i]).length;
