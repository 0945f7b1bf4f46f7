import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { createTrace, TokenView, type Trace } from '../../../src/lib/index.js';
import type { Block, Matrix } from '../../../src/lib/trace/index.js';
import { generatedSource } from '../../../src/stories/generated-source.js';
import { longTrace } from '../../../src/stories/long-trace.js';
import { announcedBy, drawn, mouse, statusOf, usePage } from '../views/page.js';
import { listOf, middleOf, shadesOn, showTokenView, strengths, tokenIn } from './helpers.js';

usePage();

const hundredThousand = longTrace(100_000);
const style = '--attentrace-height: 500px';

describe('100,000 tokens', () => {
  /** The trace, with its reads written down. Those after the first `answered` are answered when they are given up. */
  function watched(trace: Trace, answered = Infinity) {
    const reads: string[] = [];
    const held = trace.stream();
    const stream = {
      ...held,
      matrix(layer: number, head: number) {
        const matrix = held.matrix(layer, head);
        const block: typeof matrix.block = (request, options) => {
          reads.push(`${request.rows} × ${request.cols} at ${request.row}, ${request.col}`);
          if (reads.length <= answered) return matrix.block(request, options);
          return new Promise((_, reject) => {
            options!.signal!.addEventListener('abort', () => reject(options!.signal!.reason as Error));
          });
        };
        return { rows: matrix.rows, cols: matrix.cols, type: matrix.type, block };
      },
    };
    return { reads, trace: { streams: [stream], stream: () => stream } as Trace };
  }

  test('a hover reads one row and one column of a head, and only the lines in sight are in the page', async () => {
    const { trace, reads } = watched(hundredThousand);
    const { region } = await showTokenView({ trace, combine: 'none', head: 1, style });
    expect(reads).toEqual([]);
    expect(listOf(region).getByRole('option').elements().length).toBeLessThan(1000);
    await mouse.move(middleOf(tokenIn(region, 60)));
    await expect.poll(() => announcedBy(region)).toMatch(/^layer 0, head 1/);
    expect(reads.sort()).toEqual(['1 × 100000 at 60, 0', '100000 × 1 at 0, 60']);
    // Asked with a locked one: that is one weight more.
    await mouse.click(middleOf(tokenIn(region, 60)));
    reads.length = 0;
    await mouse.move(middleOf(tokenIn(region, 59)));
    await expect.poll(() => announcedBy(region)).toContain('→');
    expect(reads).toEqual(['1 × 1 at 60, 59']);
  });

  test('is there at once, and finds its lines in slices; End and Home go to its ends', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++);
    const screen = await render(TokenView, {
      theme: 'light',
      trace: hundredThousand,
      combine: 'none',
      head: 0,
      style,
    });
    const region = screen.getByRole('region');
    expect(tokenIn(region, 0).checkVisibility()).toBe(true);
    const flow = listOf(region).element() as HTMLElement;
    const scroller = flow.parentElement!.parentElement!;
    await expect.poll(() => statusOf(region)).toMatch(/laying out… [1-9]\d? %/);
    // Its length is reckoned until then.
    const reckoned = scroller.scrollHeight;
    flow.focus();
    await userEvent.keyboard('{End}');
    await expect.poll(() => tokenIn(region, 99_999).checkVisibility()).toBe(true);
    await drawn(region);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(10);
    expect(scroller.scrollHeight / reckoned).toBeCloseTo(1, 1);
    expect(statusOf(region)).toContain('100,000 tokens');
    const inside = (position: number): boolean => {
      const [box, rect] = [scroller, tokenIn(region, position)].map((one) => one.getBoundingClientRect());
      return rect!.top >= box!.top && rect!.bottom <= box!.bottom;
    };
    // What was gone to while the lines were found is still there.
    await expect.poll(() => inside(99_999)).toBe(true);
    await userEvent.keyboard('{End}');
    await expect.poll(() => inside(99_999)).toBe(true);
    expect(scroller.scrollTop + scroller.clientHeight).toBeGreaterThan(scroller.scrollHeight - 60);
    await userEvent.keyboard('{Home}');
    await expect.poll(() => inside(0)).toBe(true);
    expect(listOf(region).getByRole('option').elements().length).toBeLessThan(1000);
  });

  test('a text of 900 tokens is put into the page in parts; one can go to its end before it is there', async () => {
    const props = { theme: 'light', trace: longTrace(900), combine: 'none', head: 0, style } as const;
    const screen = await render(TokenView, props);
    const region = screen.getByRole('region');
    const count = () => listOf(region).getByRole('option').elements().length;
    expect(count()).toBeLessThan(900);
    const parts = new Set<number>();
    await expect.poll(() => parts.add(count()).has(900)).toBe(true);
    await drawn(region);
    expect(count()).toBe(900);

    await screen.unmount();
    const again = await render(TokenView, props);
    const other = again.getByRole('region');
    listOf(other).element().focus();
    listOf(other)
      .element()
      .dispatchEvent(new KeyboardEvent('keydown', { key: 'End', bubbles: true }));
    await expect.poll(() => announcedBy(other)).toContain('·899');
    const scroller = listOf(other).element().parentElement!.parentElement!;
    const { bottom } = scroller.getBoundingClientRect();
    await expect.poll(() => tokenIn(other, 899).getBoundingClientRect().bottom).toBeLessThanOrEqual(bottom);
  });

  test('what stands at the upper edge stays there when the width changes', async () => {
    const { region, change } = await showTokenView({
      trace: longTrace(20_000),
      combine: 'none',
      head: 0,
      style,
    });
    const flow = listOf(region).element() as HTMLElement;
    const scroller = flow.parentElement!.parentElement!;
    const firstInside = (): number => {
      const { top } = scroller.getBoundingClientRect();
      const tokens = listOf(region).getByRole('option').elements();
      const first = tokens.find((token) => token.getClientRects()[0]!.bottom > top + 10)!;
      return Number(first.getAttribute('aria-posinset')) - 1;
    };
    scroller.scrollTop = scroller.scrollHeight / 2;
    await expect.poll(firstInside).toBeGreaterThan(9000);
    const before = firstInside();
    await change({ style: `${style}; inline-size: 420px` });
    await expect.poll(() => flow.getBoundingClientRect().width).toBeLessThan(420);
    await expect.poll(() => statusOf(region)).toContain('laying out');
    await drawn(region);
    // A line of the narrower text, at most, apart.
    await expect.poll(() => Math.abs(firstInside() - before)).toBeLessThan(20);
  });

  test('averages only when asked to, and can be stopped', async () => {
    const { trace, reads } = watched(hundredThousand, 3);
    const { region } = await showTokenView({ trace, combine: 'none', head: 0, style });
    await expect.element(region.getByText('reads 10 billion weights')).toBeVisible();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(reads).toEqual([]);
    await region.getByRole('button', { name: 'shade by average' }).click();
    await expect.poll(() => reads.length).toBeGreaterThan(3);
    expect(statusOf(region)).toContain('averaging… 0 %');
    await region.getByRole('button', { name: 'cancel' }).click();
    await expect.element(region.getByText('reads 10 billion weights')).toBeVisible();
    reads.length = 0;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(reads).toEqual([]);
  });

  test('goes to what a token looks at most, and what looks at it most, however far', async () => {
    // Each looks at the one half as far.
    const { region } = await showTokenView({
      trace: createTrace({
        tokens: Array.from({ length: 20_000 }, (_, i) => ` w${i}`),
        attention: generatedSource(1, 1, 20_000, () => (query) => [[query >> 1, 0.9]]),
      }),
      selection: { query: 16_000 },
      style,
    });
    listOf(region).element().focus();
    await expect.poll(() => statusOf(region)).toContain('w16000 → w8000 0.90');
    await region
      .getByRole('button', { name: /^go to/ })
      .first()
      .click();
    await expect.poll(() => tokenIn(region, 8000).checkVisibility()).toBe(true);
    expect(statusOf(region)).toContain('w16000 → w8000 0.90');
    listOf(region).element().focus();
    await userEvent.keyboard('{Escape}{Home}{End}');
    await expect.poll(() => announcedBy(region)).toContain('w19999 → w9999');
    await userEvent.keyboard('s');
    await expect.poll(() => announcedBy(region)).toContain('w9999 → w4999');
    expect(tokenIn(region, 9999).checkVisibility()).toBe(true);
    await userEvent.keyboard('r');
    await expect.poll(() => announcedBy(region)).toContain('w19998 → w9999');
  });

  test('scrolled anywhere, tokens are where the whole text would have them', async () => {
    const trace = longTrace(4000);
    const { region } = await showTokenView({
      trace,
      combine: 'none',
      head: 0,
      style: '--attentrace-height: 420px',
    });
    const flow = listOf(region).element() as HTMLElement;
    const scroller = flow.parentElement!.parentElement!;
    // The whole text as the browser sets it, a span a token.
    const whole = document.createElement('div');
    const { width } = flow.getBoundingClientRect();
    const { fontFamily, fontSize, fontVariantNumeric, lineHeight } = getComputedStyle(flow);
    Object.assign(whole.style, {
      fontFamily,
      fontSize,
      fontVariantNumeric,
      lineHeight,
      width: `${width}px`,
      whiteSpace: 'pre-wrap',
      position: 'absolute',
      top: '0',
    });
    const spans = trace.stream().keyTokens.map(({ text }, i) => {
      const span = document.createElement('span');
      span.textContent = text.trim();
      whole.append(i > 0 ? ' ' : '', span);
      return span;
    });
    document.body.append(whole);
    onTestFinished(() => whole.remove());
    const line = (rect: DOMRect, top: number) => Math.floor((rect.y + rect.height / 2 - top) / 29);
    const wholeTop = whole.getBoundingClientRect().top;

    for (const share of [0, 0.31, 0.5, 0.77, 1]) {
      scroller.scrollTop = share * (scroller.scrollHeight - scroller.clientHeight);
      const inside = () => {
        const box = scroller.getBoundingClientRect();
        return (listOf(region).getByRole('option').elements() as HTMLElement[]).filter((token) => {
          const rect = token.getClientRects()[0]!;
          return rect.top > box.top && rect.bottom < box.bottom;
        });
      };
      await expect.poll(() => inside().length).toBeGreaterThan(60);
      const sheetTop = flow.parentElement!.getBoundingClientRect().top;
      for (const token of inside()) {
        const position = Number(token.getAttribute('aria-posinset')) - 1;
        const rect = token.getClientRects()[0]!;
        const expected = spans[position]!.getClientRects()[0]!;
        expect(line(rect, sheetTop), `line of token ${position}`).toBe(line(expected, wholeTop));
        expect(rect.x - flow.getBoundingClientRect().x, `token ${position}`).toBeCloseTo(
          expected.x - whole.getBoundingClientRect().x,
          0,
        );
      }
    }
    flow.focus();
    await userEvent.keyboard('{End}');
    await expect.poll(() => tokenIn(region, 3999).checkVisibility()).toBe(true);
    await userEvent.keyboard('{Home}');
    await expect.poll(() => tokenIn(region, 0).checkVisibility()).toBe(true);
  }, 60_000);
});

describe('weights that arrive late', () => {
  /** Each read, in order: how to let it arrive, or fail. */
  const reads: { arrive: () => void; fail: (cause: Error) => void; signal?: AbortSignal }[] = [];
  afterEach(() => void (reads.length = 0));
  function lateTrace(): Trace {
    const source = generatedSource(1, 1, 6, () => (query) => [[Math.max(0, query - 1), 0.9]]);
    const { rows, cols, type } = source.matrix(0, 0);
    const block: Matrix['block'] = (request, options) =>
      new Promise<Block>((resolve, fail) =>
        reads.push({
          arrive: () => resolve(source.matrix(0, 0).block(request) as Block),
          fail,
          signal: options?.signal,
        }),
      );
    const matrix: Matrix = { rows, cols, type, block };
    return createTrace({
      tokens: ['a', 'b', 'c', 'd', 'e', 'f'],
      attention: { ...source, matrix: () => matrix },
    });
  }
  const shaded = (region: Parameters<typeof strengths>[0]) =>
    strengths(region, 'fill').map((strength) => strength > 0.5);

  test('leave the shades before them for a short while, and no longer', async () => {
    const screen = await render(TokenView, { theme: 'light', trace: lateTrace(), show: 'sends' });
    const region = screen.getByRole('region');
    await expect.poll(() => reads.length).toBeGreaterThan(0);
    for (const read of reads) read.arrive();
    await mouse.move(middleOf(tokenIn(region, 2)));
    await expect.poll(() => statusOf(region)).toContain('reading its weights');
    reads.at(-1)!.arrive();
    await expect.poll(() => shaded(region)).toEqual([false, true, false, false, false, false]);
    const frames: boolean[][] = [];
    const count = reads.length;
    const observer = new MutationObserver(() => frames.push(shaded(region)));
    observer.observe(listOf(region).element(), { subtree: true, attributes: true });
    onTestFinished(() => observer.disconnect());
    await mouse.move(middleOf(tokenIn(region, 4)));
    await expect.poll(() => reads.length).toBe(count + 1);
    reads.at(-1)!.arrive();
    await expect.poll(() => shaded(region)).toEqual([false, false, false, true, false, false]);
    // Nothing was ever without shades.
    expect(frames.length).toBeGreaterThan(0);
    expect(frames.filter((frame) => !frame.includes(true))).toEqual([]);
    await mouse.move(middleOf(tokenIn(region, 5)));
    await expect.poll(() => shadesOn(tokenIn(region, 3)).fill).toBeUndefined();
    expect(reads.at(-2)!.signal!.aborted).toBe(true);
  });

  test('say so where they never come', async () => {
    const screen = await render(TokenView, { theme: 'light', trace: lateTrace(), show: 'sends' });
    const region = screen.getByRole('region');
    await mouse.move(middleOf(tokenIn(region, 2)));
    await expect.poll(() => statusOf(region)).toContain('reading its weights');
    reads.at(-1)!.fail(new Error('the server is gone'));
    await expect.poll(() => statusOf(region)).toContain('the server is gone');
    // The text stays, and with it the tokens that can be read.
    await mouse.move(middleOf(tokenIn(region, 4)));
    await expect.poll(() => statusOf(region)).toContain('reading its weights');
    reads.at(-1)!.arrive();
    await expect.poll(() => shaded(region)).toEqual([false, false, false, true, false, false]);
  });

  test('that cannot be averaged leave the text as it is', async () => {
    const screen = await render(TokenView, { theme: 'light', trace: lateTrace(), show: 'receives' });
    const region = screen.getByRole('region');
    await expect.poll(() => reads.length).toBeGreaterThan(0);
    for (const read of reads) read.fail(new Error('the server is gone'));
    await expect.poll(() => statusOf(region)).toContain('the server is gone');
    await expect.element(tokenIn(region, 4)).toBeVisible();
  });

  test('of two tokens that cannot be read throw nothing', async () => {
    const failed = vi.fn();
    window.addEventListener('unhandledrejection', failed);
    onTestFinished(() => window.removeEventListener('unhandledrejection', failed));
    const selection = { query: 4 };
    const screen = await render(TokenView, { theme: 'light', trace: lateTrace(), show: 'sends', selection });
    const region = screen.getByRole('region');
    await expect.poll(() => reads.length).toBeGreaterThan(0);
    await mouse.move(middleOf(tokenIn(region, 2)));
    await expect.poll(() => tokenIn(region, 2).className).toContain('partner');
    for (const read of reads) read.fail(new Error('the server is gone'));
    await expect.poll(() => statusOf(region)).toContain('the server is gone');
    expect(failed).not.toHaveBeenCalled();
  });
});

test('weight that a source did not keep is told', async () => {
  const source = generatedSource(1, 2, 6, () => (query) => [[Math.max(0, query - 1), 0.9]]);
  const trace = createTrace({
    tokens: ['a', 'b', 'c', 'd', 'e', 'f'],
    attention: {
      ...source,
      matrix(layer, head) {
        const { rows, cols, type } = source.matrix(layer, head);
        const block: Matrix['block'] = (request) => source.matrix(layer, head).block(request);
        return { rows, cols, type, block, leftOut: (row) => (row === 0 ? 0 : 0.04 + 0.06 * head) };
      },
    },
  });
  const { region, change } = await showTokenView({ trace });
  await mouse.move(middleOf(tokenIn(region, 3)));
  await expect.poll(() => statusOf(region)).toContain('0.070 of this query’s weight is not kept');
  await mouse.move(middleOf(tokenIn(region, 0)));
  await expect.poll(() => statusOf(region)).toContain('a → a');
  expect(statusOf(region)).not.toContain('not kept');
  await change({ show: 'receives', hover: null });
  await mouse.move(middleOf(tokenIn(region, 3)));
  await expect.poll(() => statusOf(region)).toContain('e → d');
  expect(statusOf(region)).not.toContain('not kept');
});
