import axe from 'axe-core';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { toPNG } from '../../../src/lib/export/index.js';
import { loadFixture } from '../../../src/stories/fixtures.js';
import { showHeatmap, showHeadView, usePage } from '../views/page.js';

usePage();
afterEach(() => vi.restoreAllMocks());

const pair = await loadFixture('pair');

/** Width and height in pixels, and pixels a metre each way, as the file has them. */
async function readPng(blob: Blob) {
  const view = new DataView(await blob.arrayBuffer());
  let density: number[] = [];
  for (let at = 8; at < view.byteLength; at += 12 + view.getUint32(at)) {
    const type = String.fromCharCode(...[4, 5, 6, 7].map((i) => view.getUint8(at + i)));
    if (type === 'pHYs') density = [view.getUint32(at + 8), view.getUint32(at + 12), view.getUint8(at + 16)];
  }
  return { width: view.getUint32(16), height: view.getUint32(20), density };
}

describe('toPNG', () => {
  test('has the pixels that its width and dpi make, says how large it prints, and is the SVG', async () => {
    const view = await showHeatmap({ trace: pair });
    const figure = await view.figure();
    const blob = await toPNG(figure, { widthMm: 90, dpi: 300 });
    expect(blob.type).toBe('image/png');
    // 90 mm ÷ 25.4 × 300; 300 ÷ 0.0254 dots a metre.
    expect(await readPng(blob)).toMatchObject({ width: 1063, density: [11_811, 11_811, 1] });
    const bitmap = await createImageBitmap(blob);
    expect(bitmap.width).toBe(1063);
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    let blue = 0;
    for (let i = 0; i < data.length; i += 4) if (data[i + 2]! - data[i]! > 40) blue++;
    expect(blue / (data.length / 4)).toBeGreaterThan(0.03);
  });

  test('without a background it is transparent', async () => {
    const view = await showHeadView({ trace: pair });
    const bitmap = await createImageBitmap(
      await toPNG(await view.figure(), { background: 'transparent', dpi: 72 }),
    );
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
    context.drawImage(bitmap, 0, 0);
    expect([...context.getImageData(1, 1, 1, 1).data]).toEqual([0, 0, 0, 0]);
  });

  test('a size that no picture has is refused', async () => {
    const view = await showHeatmap({ trace: pair });
    await expect(toPNG(await view.figure(), { widthMm: 5000, dpi: 1200 })).rejects.toThrow(/16384/);
    await expect(toPNG('<b>no svg</b>')).rejects.toThrow(/toPNG takes a figure/);
  });
});

describe('the menu', () => {
  test('by keys alone: a figure is saved, and that is said', async () => {
    const saved: { name: string; text: Promise<string> }[] = [];
    const blobs = new Map<string, Blob>();
    const make = URL.createObjectURL.bind(URL);
    vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
      const url = make(blob);
      blobs.set(url, blob as Blob);
      return url;
    });
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      saved.push({ name: this.download, text: blobs.get(this.href)!.text() });
    });
    const { region } = await showHeatmap({ trace: pair, layer: 2, head: 1 });
    (region.getByRole('button', { name: 'options' }).element() as HTMLElement).focus();
    await userEvent.keyboard('{Enter}');
    const svg = region.getByRole('button', { name: 'SVG' });
    await expect.element(svg).toBeVisible();
    for (let i = 0; i < 12 && document.activeElement !== svg.element(); i++)
      await userEvent.keyboard('{Tab}');
    expect(document.activeElement).toBe(svg.element());
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => region.element().querySelector('.notice')!.textContent).toBe('figure saved');
    expect(saved).toHaveLength(1);
    expect(saved[0]!.name).toMatch(/layer-2-head-1-weights\.svg$/);
    expect(await saved[0]!.text).toMatch(/^<svg .*viewBox/);
    const { violations } = await axe.run(region.element(), {
      rules: { 'color-contrast': { enabled: true } },
    });
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  });

  test('a picture is copied, of the whole and dark where that is asked for; a browser that forbids it says so', async () => {
    const copied: ClipboardItem[] = [];
    const write = vi.spyOn(navigator.clipboard, 'write');
    write.mockImplementation((items) => Promise.resolve(void copied.push(...items)));
    const { region, figure } = await showHeatmap({
      trace: pair,
      viewport: { query: 0, key: 0, queries: 4, keys: 4 },
    });
    await region.getByRole('button', { name: 'options' }).click();
    await region.getByRole('combobox', { name: 'figure of' }).selectOptions('the whole');
    await region.getByRole('combobox', { name: 'background' }).selectOptions('dark');
    const notice = () => region.element().querySelector('.notice')!.textContent;
    await region.getByRole('button', { name: 'copy picture' }).click();
    await expect.poll(notice).toBe('figure copied');
    const blob = await copied[0]!.getType('image/png');
    const { width, height, density } = await readPng(blob);
    expect(density).toEqual([11_811, 11_811, 1]);
    // 180 mm at 300 dpi, in the shape of the whole matrix.
    expect(width).toBe(2126);
    const whole = await toPNG(await figure({ whole: true, pixelRatio: 2 }), { background: 'dark' });
    expect(height).toBe((await readPng(whole)).height);
    const context = new OffscreenCanvas(1, 1).getContext('2d')!;
    context.drawImage(await createImageBitmap(blob), 0, 0);
    expect([...context.getImageData(0, 0, 1, 1).data]).toEqual([16, 21, 28, 255]);

    write.mockRejectedValue(new DOMException('Not allowed.', 'NotAllowedError'));
    await region.getByRole('button', { name: 'copy picture' }).click();
    await expect.poll(notice).toBe('Not allowed.');
  });

  test('what goes wrong is said there', async () => {
    const tokens = 330;
    const data = new Float32Array(tokens * tokens).fill(1 / tokens);
    const { region } = await showHeadView({
      attention: { dims: [1, 1, tokens, tokens], data },
      threshold: 0,
    });
    await region.getByRole('button', { name: 'options' }).click();
    await region.getByRole('combobox', { name: 'figure of' }).selectOptions('the whole');
    await region.getByRole('button', { name: 'SVG' }).click();
    await expect
      .poll(() => region.element().querySelector('.notice')!.textContent)
      .toMatch(/108,900 lines are too many/);
  });

  test('a view without chrome has no menu', async () => {
    const view = await showHeatmap({ trace: pair, chrome: 'none' });
    expect(view.region.getByRole('button').elements()).toEqual([]);
    expect((await view.figure()).marks.length).toBeGreaterThan(10);
  });
});
