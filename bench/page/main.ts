/** What the driver calls in the page: one contestant a page, one stage a call, so that each can be timed out and measured. */
import type { Contestant } from '../contestants/contestant.js';
import { contestants, type Group } from '../contestants/index.js';
import { generateAttention, type Attention } from './data.js';
import { finishCanvases, finishGpu, nextFrame, waitedMs } from './frames.js';

/** Times in milliseconds from the call. */
export interface FirstTimes {
  /** Until the picture is in the canvas and the GPU done; null where there is no canvas. */
  drawn: number | null;
  /** Until two animation frames after that: laid out, painted, and handed to the compositor. */
  shown: number;
  /** As `drawn`, with every weight in sight in the picture; null where that was not waited for. */
  exact: number | null;
  /** The longest time without a break, but for the benchmark's own waits for the GPU; 0 where none was over 50 ms with them. */
  longTask: number;
}

export interface FrameTimes {
  /** One a step timed, in order. */
  intervals: number[];
  /** How many were taken, timed or not. */
  steps: number;
  longTask: number;
}

const host = document.querySelector<HTMLElement>('#host')!;
let contestant: Contestant;
let longTask = 0;
let hovers: number[] = [];
let hovering = false;

new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries())
    longTask = Math.max(longTask, duration - waitedMs(startTime, startTime + duration));
}).observe({ type: 'longtask' });

const bench = {
  async prepare(group: Group, name: string, tokens: number, heads: number, layers: number) {
    contestant = await contestants[group][name]!();
    let attention: Attention | undefined;
    await contestant.prepare({
      host,
      tokens,
      get attention() {
        return (attention ??= generateAttention(tokens, { heads, layers }));
      },
    });
    await settle();
  },

  async first(): Promise<FirstTimes> {
    longTask = 0;
    const start = performance.now();
    const since = () => performance.now() - start;
    await contestant.first();
    finishCanvases(host);
    const drawn = host.querySelector('canvas') ? since() : null;
    const exact = contestant.exact ? exactTime(contestant.exact(), since) : drawn;
    await shown();
    const twoFrames = since();
    return { drawn, shown: twoFrames, exact: await exact, longTask: await longestTask() };
  },

  /**
   * Takes as many of the steps, evenly chosen, as fit into the time; at least 5. Where some are left out, the one before each is taken
   * untimed: a step across several is another one.
   */
  async frames(limitMs: number): Promise<FrameTimes> {
    const steps = contestant.steps();
    if (steps.length === 0) return { intervals: [], steps: 0, longTask: 0 };
    let taken = 0;
    let last = -1;
    const take = (i: number) => (taken++, (last = i), timeStep(steps[i]!));
    const timed = async (i: number) => {
      if (i > 0 && last !== i - 1) await take(i - 1);
      return take(i);
    };
    // The whole and the closest look: what takes long differs.
    const tried = ((await timed(steps.length - 1)) + (await timed(steps.length >> 1))) / 2;
    const fit = limitMs / tried;
    const count = fit >= steps.length ? steps.length : Math.max(5, Math.floor(fit / 2));
    longTask = 0;
    const intervals: number[] = [];
    const start = performance.now();
    for (let i = 0; i < count; i++) {
      intervals.push(await timed(Math.floor(((i + 0.5) * steps.length) / count)));
      if (i >= 4 && performance.now() - start > 2 * limitMs) break;
    }
    return { intervals, steps: taken, longTask: await longestTask() };
  },

  /** Milliseconds until the other layer is drawn. */
  async layer(): Promise<number | null> {
    const { layer } = contestant;
    if (!layer) return null;
    const start = performance.now();
    await layer(1);
    await shown();
    return performance.now() - start;
  },

  async hoverPoints(): Promise<[number, number][]> {
    await contestant.beforeHover?.();
    await settle();
    hovers = [];
    return contestant.hoverPoints?.() ?? [];
  },

  /** How long each move of the pointer so far took to be in the picture; waits for the last. */
  async hovered(): Promise<number[]> {
    do await nextFrame();
    while (hovering);
    return hovers;
  },
};

async function timeStep(step: () => void | Promise<void>): Promise<number> {
  const start = performance.now();
  await step();
  await nextFrame();
  finishGpu();
  return performance.now() - start;
}

async function exactTime(exact: Promise<boolean>, since: () => number): Promise<number | null> {
  if (!(await exact)) return null;
  finishGpu();
  return since();
}

/** Entries of long tasks arrive in a later task. */
async function longestTask(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 50));
  return longTask;
}

/** The second frame begins when the first is laid out and painted. */
async function shown(): Promise<void> {
  await nextFrame();
  await nextFrame();
  finishGpu();
}

async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await nextFrame();
  finishGpu();
}

// Capturing at the window: before any handler of the contestant's.
window.addEventListener(
  'pointermove',
  async () => {
    if (hovering) return;
    hovering = true;
    const start = performance.now();
    await shown();
    hovers.push(performance.now() - start);
    hovering = false;
  },
  { capture: true },
);

export type Bench = typeof bench;
Object.assign(window, { bench });
