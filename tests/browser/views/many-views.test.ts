import { mount, unmount } from 'svelte';
import { afterEach, describe, expect, test } from 'vitest';
import { HeadView, Heatmap } from '../../../src/lib/index.js';
import { backgroundColors, paper } from '../../../src/lib/render/colors/index.js';
import { stageInfo } from '../../../src/lib/render/index.js';
import { loadFixture } from '../../../src/stories/fixtures.js';
import { readWeights } from './fixture.js';
import { browser, usePage } from './page.js';
import { fromHex, takePicture, type Picture } from './pixels.js';

usePage();
const pair = await loadFixture('pair');
const weights = await readWeights('pair');

/** A view mounted by Svelte alone, so that the test's own library keeps nothing. */
interface Mounted {
  view: object;
  place: HTMLElement;
  layer: number;
  head: number;
}

const mounted = new Set<Mounted>();
afterEach(async () => {
  await Promise.all([...mounted].map(remove));
  document.body.style.cssText = '';
});

function add(which: number, style: string): Mounted {
  const place = document.createElement('div');
  place.style.cssText = style;
  document.body.append(place);
  const [layer, head] = [which % 6, which % 12];
  const props = { trace: pair, theme: 'light' as const, layer, 'aria-label': `view ${which}` };
  const view: object =
    which % 2 === 0
      ? mount(Heatmap, { target: place, props: { ...props, head } })
      : mount(HeadView, { target: place, props: { ...props, heads: [head] } });
  const made = { view, place, layer, head };
  mounted.add(made);
  return made;
}

async function remove(made: Mounted): Promise<void> {
  mounted.delete(made);
  await unmount(made.view);
  made.place.remove();
}

const isDrawn = ({ place }: Mounted): boolean => place.querySelector('[aria-busy]')!.ariaBusy === 'false';

async function allDrawn(views: Mounted[]): Promise<void> {
  while (!views.every(isDrawn)) await new Promise((resolve) => requestAnimationFrame(resolve));
}

const gone = () => expect.poll(stageInfo).toEqual({ contexts: 0, surfaces: 0, textures: 0 });

describe('thirty views on a page', () => {
  const white = fromHex(backgroundColors.light).join();

  /** Whether a heatmap's strongest weight has the last colour of its table, or a head view shows lines. */
  function isPainted({ place, layer, head }: Mounted, picture: Picture): boolean {
    const plot = place.querySelector('[role="application"]')?.getBoundingClientRect();
    if (plot) {
      const most = weights.most(layer, head);
      const cells = Array.from({ length: 576 }, (_, i) => [Math.floor(i / 24), i % 24] as const);
      const [query, key] = cells.find(([query, key]) => weights.at(layer, head, query, key) === most)!;
      const color = picture.at({
        x: plot.x + ((key + 0.5) / 24) * plot.width,
        y: plot.y + ((query + 0.5) / 24) * plot.height,
      });
      return color.join() === paper.slice(-3).join();
    }
    const [queries, keys] = [...place.querySelectorAll('[role="listbox"]')].map((list) =>
      list.getBoundingClientRect(),
    );
    const { top } = place.getBoundingClientRect();
    let inked = 0;
    for (let y = top + 170; y < top + 300; y++)
      for (let x = queries!.right + 2; x < keys!.left - 2; x++)
        if (picture.at({ x, y }).join() !== white) inked++;
    return inked > 100;
  }

  test('all draw, with one WebGL context', async () => {
    document.body.style.cssText = 'display: grid; grid-template-columns: repeat(4, 310px)';
    const views = Array.from({ length: 30 }, (_, i) => add(i, '--attentrace-height: 345px'));
    await allDrawn(views);
    expect(stageInfo().contexts).toBe(1);
    for (let first = 0; first < views.length; first += 8) {
      views[first]!.place.scrollIntoView();
      await expect
        .poll(async () => {
          const picture = await takePicture(new DOMRect(0, 0, 1280, 700));
          return views.slice(first, first + 8).filter((view) => !isPainted(view, picture)).length;
        })
        .toBe(0);
    }
  });
});

describe('two hundred views mounted and unmounted', () => {
  const small = 'inline-size: 210px; --attentrace-height: 230px';

  async function cycles(count: number): Promise<void> {
    for (let i = 0; i < count; i += 10) {
      const views = Array.from({ length: 10 }, (_, j) => add(i + j, small));
      await allDrawn(views);
      await Promise.all(views.map(remove));
    }
  }

  /**
   * What is alive when garbage has been collected: objects and functions of JavaScript, DOM nodes, listeners. Bytes of
   * heap would count the engine's own compiled code, which grows for minutes.
   */
  async function alive() {
    const protocol = browser();
    await protocol.send('HeapProfiler.collectGarbage');
    const { result: prototype } = await protocol.send('Runtime.evaluate', {
      expression: 'Object.prototype',
      contextId: await contextOfTests(),
    });
    const { objects } = await protocol.send('Runtime.queryObjects', {
      prototypeObjectId: prototype.objectId!,
    });
    const { result: count } = await protocol.send('Runtime.callFunctionOn', {
      objectId: objects.objectId!,
      functionDeclaration: 'function () { return this.length; }',
    });
    await protocol.send('Runtime.releaseObject', { objectId: objects.objectId! });
    await protocol.send('Performance.enable');
    const { metrics } = await protocol.send('Performance.getMetrics');
    const metric = (name: string) => metrics.find((metric) => metric.name === name)!.value;
    return { objects: count.value as number, nodes: metric('Nodes'), listeners: metric('JSEventListeners') };
  }

  /** The tests run in a frame of the page that the protocol speaks to. */
  async function contextOfTests(): Promise<number> {
    const contexts: number[] = [];
    const note = ({ context }: { context: { id: number } }) => contexts.push(context.id);
    browser().on('Runtime.executionContextCreated', note);
    await browser().send('Runtime.disable');
    await browser().send('Runtime.enable');
    browser().off('Runtime.executionContextCreated', note);
    Object.assign(window, { attentraceTests: true });
    for (const contextId of contexts) {
      const expression = 'globalThis.attentraceTests === true';
      const { result } = await browser().send('Runtime.evaluate', { expression, contextId });
      if (result.value) return contextId;
    }
    throw new Error('The frame of the tests has no context of its own.');
  }

  test('leave no context, surface, texture, object, node or listener behind', async () => {
    const counts: Awaited<ReturnType<typeof alive>>[] = [];
    for (let batch = 0; batch < 4; batch++) {
      await cycles(50);
      counts.push(await alive());
    }
    // What the page makes once and keeps shows in one batch; what each view leaves behind, in every one.
    const growth = (what: 'objects' | 'nodes' | 'listeners') =>
      Math.min(...counts.slice(1).map((count, i) => count[what] - counts[i]![what]));
    // One object kept of each view would be 50.
    expect(growth('objects')).toBeLessThan(25);
    expect(growth('nodes')).toBeLessThan(25);
    expect(growth('listeners')).toBeLessThan(25);
    await gone();
  });

  test('nor when they are unmounted before they are ready', async () => {
    for (let i = 0; i < 20; i++) await remove(add(i, small));
    for (let i = 0; i < 20; i++) {
      const view = add(i, small);
      await Promise.resolve();
      await remove(view);
    }
    await gone();
    // The next view draws as if nothing had been.
    await allDrawn([add(0, small)]);
    expect(stageInfo()).toMatchObject({ contexts: 1 });
  });
});
