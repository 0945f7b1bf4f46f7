// Lines at rest are kept as pictures.
import { afterEach, describe, expect, test } from 'vitest';
import { packColors } from '../../../src/lib/render/colors/index.js';
import type { LinesProps } from '../../../src/lib/render/index.js';
import { columns, draw, drawDirectly, palette, type Line } from './draw-lines.js';
import { cleanUp } from './helpers.js';

afterEach(cleanUp);

describe('many lines are drawn once while only the focus changes', () => {
  // Lines that cross, but for row 9, which one line leaves and one enters.
  const many: Line[] = Array.from({ length: 2000 }, (_, i) => [
    i % 9,
    (i * 7) % 9,
    i % 3,
    0.1 + (i % 7) / 20,
  ]);
  const alone: Line = [9, 9, 1, 0.5];
  const all = [...many, alone];
  const differing = (a: Uint8ClampedArray, b: Uint8ClampedArray) =>
    a.filter((byte, i) => Math.abs(byte - b[i]!) > 1).length;

  test('what is seen is what would be drawn', async () => {
    const { view, layer } = await draw(all, { opacityScale: 0.3 });
    const focusOn = (query: number | null) => {
      layer.setProps({ focus: { query, key: null } });
      view.surface.drawNow();
      return view.pixels();
    };
    const plain = view.pixels();
    // Behind a focus on nothing, and on the line that no other lies on, all are there, a tenth as opaque.
    const tenth = await drawDirectly(all, { opacityScale: 0.03 });
    expect(differing(focusOn(99), tenth.view.pixels())).toBe(0);
    const above = 4 * 200 * 180;
    const behind = tenth.view.pixels().subarray(0, above);
    expect(differing(focusOn(9).subarray(0, above), behind)).toBe(0);
    const opacity = Math.sqrt(0.5 * 0.3);
    expect(Math.abs(view.pixel(100, 190)[3] / 255 - opacity)).toBeLessThan(0.02);
    for (const query of [3, 9, null, 99]) focusOn(query);
    expect(differing(focusOn(null), plain)).toBe(0);
    expect(plain.some((byte) => byte > 0)).toBe(true);
  });

  test('and drawn anew with everything else: colours, scrolling, size, pixels, opacity', async () => {
    const changed = await draw(all, { opacityScale: 0.3 });
    const compare = async (props: Partial<LinesProps>, side: [number, number] = [200, 200], ratio = 1) => {
      const rect = { x: 0, y: 0, width: side[0], height: side[1] };
      for (const query of [3, 99]) {
        changed.layer.setProps({ focus: { query, key: null } });
        changed.view.surface.drawNow();
      }
      changed.view.surface.resize(...side, ratio);
      changed.layer.setProps({ rect, ...props });
      changed.view.surface.drawNow();
      const fresh = await drawDirectly(all, { opacityScale: 0.03, ...props, ...(props.opacityScale && { opacityScale: props.opacityScale / 10 }) }, side, ratio); // prettier-ignore
      expect(differing(changed.view.pixels(), fresh.view.pixels())).toBe(0);
    };
    await compare({});
    await compare({ colors: packColors(['#00ffff', '#ffff00', '#ff00ff']) });
    await compare({ colors: palette, queryStart: 1, keyStart: 1.5 });
    await compare({ queryStart: 0, keyStart: 0 }, [160, 200]);
    await compare({}, [160, 200], 2);
    await compare({ opacityScale: 0.9 });
  });
});

describe('many lines that both sides are scrolled with are moved', () => {
  const far: Line[] = Array.from({ length: 3000 }, (_, i) => [
    (i * 13) % 80,
    ((i * 13) % 80) + ((i * 7) % 23) - 11,
    i % 3,
    0.2 + (i % 7) / 10,
  ]);
  /** A curve cut elsewhere is bent at other places, by less than a fifth of a pixel. */
  const unlike = (a: Uint8ClampedArray, b: Uint8ClampedArray) =>
    a.filter((byte, i) => Math.abs(byte - b[i]!) > 24).length / a.length;

  test.each([
    ['vertical', 1, 20],
    ['horizontal', 1, 20],
    ['vertical', 1.25, 20],
    // Rows of 27.4 device pixels.
    ['vertical', 1.37, 20],
    // Several runs of four tokens in sight, drawn into one picture where none of them is kept.
    ['vertical', 1, 4],
    ['horizontal', 2, 3],
  ] as const)('%s, %d device pixels a CSS pixel, %d a token', async (layout, ratio, tokenPx) => {
    const props = { layout, tokenPx, opacityScale: 0.4, widthPx: [1, 3] as const };
    const moved = await draw(far, props, [200, 200], ratio);
    for (const queryStart of [0, 3, 16, 17, 40.5, 61, 2, 0]) {
      for (const query of [null, 20]) {
        const place = { queryStart, keyStart: queryStart, focus: { query, key: null } };
        moved.layer.setProps(place);
        moved.view.surface.drawNow();
        const fresh = await drawDirectly(far, { ...props, ...place }, [200, 200], ratio);
        expect(moved.view.errors).toEqual([]);
        // Behind lines in focus, those are there too, faded, where lines are kept.
        expect(unlike(moved.view.pixels(), fresh.view.pixels())).toBeLessThan(0.01);
      }
    }
  });

  describe('those that can be seen are drawn first', () => {
    // Pictures of 64 px, of which the second can be seen.
    const props = { tokenPx: 16, opacityScale: 0.4, sight: { start: 70, end: 128 } };
    const fresh = async (place: Partial<LinesProps> = {}) =>
      (await drawDirectly(far, { ...props, ...place })).view.pixels();
    const rows = (pixels: Uint8ClampedArray, start: number, end: number) =>
      pixels.subarray(4 * 200 * start, 4 * 200 * end);

    test('and those around them when these are on the screen, without being asked', async () => {
      const { view } = await draw(far, props);
      const all = await fresh();
      const first = view.pixels();
      expect(unlike(rows(first, 64, 128), rows(all, 64, 128))).toBeLessThan(0.01);
      expect(rows(first, 0, 64).every((byte) => byte === 0)).toBe(true);
      expect(rows(first, 128, 200).every((byte) => byte === 0)).toBe(true);
      await expect.poll(() => unlike(view.pixels(), all)).toBeLessThan(0.01);
    });

    test('what is scrolled to as well: it is drawn when it can be seen, or when those are on the screen', async () => {
      const place = { queryStart: 44, keyStart: 44 };
      const all = await fresh(place);
      const { view, layer } = await draw(far, props);
      layer.setProps({ queryStart: 40, keyStart: 40 });
      view.surface.drawNow();
      layer.setProps({ ...place, sight: { start: 0, end: 90 } });
      view.surface.drawNow();
      const first = view.pixels();
      expect(unlike(rows(first, 0, 128), rows(all, 0, 128))).toBeLessThan(0.01);
      expect(rows(first, 128, 200).every((byte) => byte === 0)).toBe(true);
      expect(layer.setProps({ sight: { start: 0, end: 150 } })).toBe(true);
      view.surface.drawNow();
      expect(unlike(rows(view.pixels(), 0, 192), rows(all, 0, 192))).toBeLessThan(0.01);
      await expect.poll(() => unlike(view.pixels(), all)).toBeLessThan(0.01);
      // All is there: other parts can be seen without a frame.
      expect(layer.setProps({ sight: { start: 20, end: 170 } })).toBe(false);
    });

    test('and no others while some are missing, until what can be seen is something else', async () => {
      const { view, layer } = await draw(far, { ...props, lines: { ...columns(far), partial: true } });
      const all = await fresh();
      for (let frame = 0; frame < 8; frame++) await new Promise(requestAnimationFrame);
      const first = view.pixels();
      expect(unlike(rows(first, 64, 128), rows(all, 64, 128))).toBeLessThan(0.01);
      expect(rows(first, 128, 200).every((byte) => byte === 0)).toBe(true);
      layer.setProps({ sight: { start: 130, end: 190 } });
      view.surface.drawNow();
      expect(unlike(rows(view.pixels(), 64, 192), rows(all, 64, 192))).toBeLessThan(0.01);
      layer.setProps({ lines: { ...columns(far), partial: false } });
      await expect.poll(() => unlike(view.pixels(), all)).toBeLessThan(0.01);
    });

    test('behind a focus too; a sight off the surface is its nearest edge', async () => {
      const { view, layer } = await draw(far, props);
      await expect.poll(async () => unlike(view.pixels(), await fresh())).toBeLessThan(0.01);
      layer.setProps({ focus: { query: 99, key: null }, sight: { start: 900, end: 1000 } });
      view.surface.drawNow();
      const first = view.pixels();
      const all = await fresh({ opacityScale: 0.04 });
      expect(rows(first, 0, 192).every((byte) => byte === 0)).toBe(true);
      expect(unlike(rows(first, 192, 200), rows(all, 192, 200))).toBeLessThan(0.01);
      await expect.poll(() => unlike(view.pixels(), all)).toBeLessThan(0.01);
    });
  });

  test('and a pixel further they would be seen to be wrong', async () => {
    const [here, there] = [await draw(far, { opacityScale: 0.4 }), await draw(far, { opacityScale: 0.4, queryStart: 0.05, keyStart: 0.05 })]; // prettier-ignore
    expect(unlike(here.view.pixels(), there.view.pixels())).toBeGreaterThan(0.05);
  });

  test('those of what comes into sight join them, some now and the rest later; of something else, all are drawn anew', async () => {
    const around = (start: number, lines: Line[]) =>
      lines.filter(([query, key]) => Math.max(query, key) >= start - 16 && Math.min(query, key) < start + 26);
    const halved = far.map(([query, key, head, weight]): Line => [query, key, head, weight / 2]);
    const moved = await draw([], { opacityScale: 0.4, widthPx: [1, 3] });
    for (const lines of [far, halved]) {
      const of = {};
      for (const start of [0, 3, 16, 20, 61, 50, 0]) {
        const place = { queryStart: start, keyStart: start };
        const near = around(start, lines);
        for (const partial of [true, false]) {
          const some = partial ? near.filter((_, i) => i % 2) : near;
          moved.layer.setProps({ ...place, lines: { ...columns(some), of, partial } });
          moved.view.surface.drawNow();
        }
        const fresh = await drawDirectly(lines, { ...place, opacityScale: 0.4, widthPx: [1, 3] });
        expect(unlike(moved.view.pixels(), fresh.view.pixels())).toBeLessThan(0.01);
      }
    }
  });

  test('and drawn anew where the sides are scrolled apart', async () => {
    const moved = await draw(far);
    for (const [queryStart, keyStart] of [
      [0, 0],
      [5, 5],
      [5, 9],
      [9, 13],
      [9, 9],
    ] as const) {
      moved.layer.setProps({ queryStart, keyStart });
      moved.view.surface.drawNow();
      const fresh = await drawDirectly(far, { queryStart, keyStart });
      expect(unlike(moved.view.pixels(), fresh.view.pixels())).toBeLessThan(0.01);
    }
  });
});

test('lines that come and go with the focus lie over the others, kept or not', async () => {
  const many: Line[] = Array.from({ length: 1000 }, (_, i) => [i % 9, (i * 7) % 9, i % 2, 0.05]);
  const more: Line[] = [[9, 8, 2, 0.5], [9, 2, 2, 1]]; // prettier-ignore
  const kept = await draw(many, { opacityScale: 0.3 });
  for (const focus of [
    { query: 9, key: null },
    { query: 3, key: null },
    { query: 9, key: 8 },
    { query: 9, key: null },
  ]) {
    // prettier-ignore
    kept.layer.setProps({ focus, more: columns(more) });
    kept.view.surface.drawNow();
    const joined = await drawDirectly([...many, ...more], { opacityScale: 0.3, focus });
    const [a, b] = [kept.view.pixels(), joined.view.pixels()];
    // Where there are the lines of query 9: at its left end.
    const left = (pixels: Uint8ClampedArray) =>
      Array.from({ length: 20 }, (_, y) => pixels[((180 + y) * 200 + 3) * 4 + 3]!);
    expect(left(a)).toEqual(left(b));
    expect(left(a).some((alpha) => alpha > 0)).toBe(true);
  }
  kept.layer.setProps({ focus: { query: null, key: null }, more: columns([]) });
  kept.view.surface.drawNow();
  const without = await drawDirectly(many, { opacityScale: 0.3 });
  expect(kept.view.pixels()).toEqual(without.view.pixels());
});
